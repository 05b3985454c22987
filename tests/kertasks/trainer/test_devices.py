"""A run that two devices share comes to the numbers of one that a device trains alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kertasks.processes.keras_process import keras_environment

pytestmark = [pytest.mark.training, pytest.mark.long]


def test_two_devices_come_to_the_numbers_of_one(trainer_home: Path) -> None:
    program = Path(__file__).with_name("devices_program.py")
    done = subprocess.run(
        [sys.executable, str(program), str(trainer_home)],
        capture_output=True,
        text=True,
        env={**keras_environment(), "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": _PATH},
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert len(said["one"]) == 6 * 4 + 3 * 2
    assert said["two"] == pytest.approx(said["one"], rel=1e-5)
    assert said["two"] != said["one"]  # sums are made in another order
    assert said["refused"] == [
        "on several devices compile.optimizer.use_ema does not work in Keras",
        "on several devices compile.optimizer.gradient_accumulation_steps does not work: a larger "
        "batch does",
        "on several devices each would have means of its own share in the layer "
        "batch_normalization: synchronized = true takes those of the whole batch",
        "a batch of 1 cannot be shared among 2 devices: fit.batch_size is to be as many at least",
        "devices 0,2: allowed are all, or some of 0, 1, each once: 2 CPUs of this machine",
    ]
    assert said["notices"] == [
        "training with Keras's own fit, which is slower: the model is distributed over devices",
        "goes on on one device, for this run was begun on several: devices 0,5: allowed are all, "
        "or some of 0, 1, each once: 2 CPUs of this machine",
    ]
    assert said["resumed on"] == "2 × CPU"


_PATH = os.pathsep.join(sys.path)
