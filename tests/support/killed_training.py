"""Trainings in processes that are killed: forked from one that has imported Keras already."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.process import BaseProcess
from pathlib import Path

_FORK_SERVER = multiprocessing.get_context("forkserver")
_FORK_SERVER.set_forkserver_preload(["kertasks.trainer.run"])


def start_training(
    folder: Path, checkpoint_every: float, *, resumes: bool = False, epochs: int | None = None
) -> BaseProcess:
    """Train the run of that folder in a process of its own.

    Args:
        folder: the run's.
        checkpoint_every: seconds, within epochs too; shorter than in the program, so that a
            test has many of them.
        resumes: whether it goes on with a run that is over.
        epochs: to train in all, where it resumes; as planned for None.
    """
    arguments = (folder, checkpoint_every, resumes, epochs)
    process = _FORK_SERVER.Process(target=_train, args=arguments)
    process.start()
    return process


def _train(folder: Path, checkpoint_every: float, resumes: bool, epochs: int | None) -> None:
    from kertasks.trainer.callbacks import checkpoints
    from kertasks.trainer.dataset_cache import DatasetCache
    from kertasks.trainer.process.claiming import claim
    from kertasks.trainer.run import train

    checkpoints.EVERY = checkpoints.AT_THE_LATEST = checkpoint_every
    checkpoints._SHARE = 0
    passed = train(claim(folder, resumes=resumes, epochs=epochs), DatasetCache(), "CPU")
    os._exit(0 if passed else 1)
