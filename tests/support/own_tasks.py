"""Tasks of a person's own, of data that nobody has looked at, for this process and others."""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path

import pytest

from kertasks import registry, tasks

_MODULE = """
from kertasks.kinds import BaselineMethod, Group, TaskKind
from kertasks.recipes.recipe import CompileSettings, Component, FitSettings, Layer, Recipe
from kertasks.task import Task, Variant

CLASSES = {classes}


def load(variant, seed):
    import numpy as np

    from kertasks.data.dataset import Dataset
    from kertasks.data.splits import Split

{body}
    return Dataset(
        train=Split(x, y),
        test=test,
        feature_names=("a", "b"),
        class_names=tuple("pqrstuvw"[:CLASSES]),
        baseline_methods=(BaselineMethod.MAJORITY, BaselineMethod.LOGISTIC_REGRESSION),
    )


SMALL = Recipe(
    task="{name}",
    name="small",
    layers=(Layer("Dense", {{"units": CLASSES, "activation": "softmax"}}),),
    compile=CompileSettings(
        optimizer=Component("Adam"),
        loss="sparse_categorical_crossentropy",
        metrics=("accuracy",),
    ),
    fit=FitSettings(epochs=2),
)
TASK = Task(
    name="{name}",
    title="of a person's own",
    group=Group.LEARN,
    kind=TaskKind.MULTICLASS,
    question="Which of the classes is it?",
    variants=(Variant("rows", "as they came"),),
    recipes={{"small": SMALL}},
    default_recipe="small",
    loader=load,
)
"""

_ELSEWHERE = """
import kertasks.tasks

kertasks.tasks.__path__.append({folder!r})
"""


class OwnTasks:
    """Adds tasks for this process and those it starts, until ``forget``.

    Args:
        folder: an empty one for their files.
        monkeypatch: takes them away again.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder / "own"
        self._folder.mkdir()
        self._names: list[str] = []
        monkeypatch.setattr(tasks, "__path__", [*tasks.__path__, str(self._folder)])
        (folder / "sitecustomize.py").write_text(_ELSEWHERE.format(folder=str(self._folder)))
        before = os.environ.get("PYTHONPATH")
        paths = [str(folder), *([before] if before else [])]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))

    def add(self, name: str, body: str, classes: int = 3) -> None:
        """Add a task of two features.

        Args:
            name: of the task and of its file.
            body: Python that makes ``x`` and ``y``, and ``test`` if it likes.
            classes: how many names there are, and how many units the network's last layer has.
        """
        lines = textwrap.indent(textwrap.dedent(f"test = None\n{textwrap.dedent(body)}"), " " * 4)
        module = _MODULE.format(name=name, body=lines, classes=classes)
        (self._folder / f"{name}.py").write_text(module)
        self._names.append(name)
        registry.built_in_tasks.cache_clear()

    def forget(self) -> None:
        """Let no later test find them."""
        for name in self._names:
            sys.modules.pop(f"{tasks.__name__}.{name}", None)
        registry.built_in_tasks.cache_clear()
