"""Folders of groups as their runners leave them, written at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.support.run_folders import NOON, curve

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupFolder
from kertasks.groups.lines import append_line
from kertasks.groups.record import Member
from kertasks.groups.store import GroupStore
from kertasks.groups.sweep.asked import Sweep, recipe_of_trial
from kertasks.groups.sweep.trials import GivenUp, Tried
from kertasks.recipes.changes import with_changes
from kertasks.recipes.of_fold import recipe_of_fold
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Event, Failed, Finished, Monitor, Started, format_event
from kertasks.runs.home.store import RunStore
from kertasks.runs.manifest import Manifest

JUDGE = Monitor("val_loss")


def write_group(
    home: Path, asked: CrossValidation, *, epochs: int, ends: Sequence[str] = (), gpus: int = 0
) -> GroupFolder:
    """A cross-validation of xor's answer that no process works for.

    Args:
        home: where it and its runs are.
        asked: into how many folds.
        epochs: planned and, of a fold that is finished, done.
        ends: of the folds that were begun, ``"finished"``, ``"failed"`` or ``""`` for one half
            done without an end; all of them finished unless given.
        gpus: that trained them in turn; 0 for the processor.
    """
    recipe = with_changes(find_task("xor").recipes["answer"], [f"fit.epochs={epochs}"])
    group = GroupStore(home).create(recipe, asked, f"{asked.folds} folds")
    group.lock_path.write_text("1\n")
    ends = ends or ["finished"] * len(asked.parts)
    for number, (fold, end) in enumerate(zip(asked.parts, ends, strict=False)):
        device = _device(number, gpus)
        _add_run(group, recipe_of_fold(recipe, fold), str(fold), number, end, device)
    return group


def write_sweep(
    home: Path,
    asked: Sweep,
    values: Sequence[tuple[str, ...]],
    *,
    epochs: int,
    ends: Sequence[str] = (),
    gpus: int = 0,
) -> GroupFolder:
    """A sweep of xor's answer that no process works for.

    Args:
        home: where it and its runs are.
        asked: what is varied.
        values: of the trials that were proposed.
        epochs: planned and, of a trial that is finished, done.
        ends: as of ``write_group``, of the trials that were begun.
        gpus: that trained them in turn; 0 for the processor.
    """
    recipe = with_changes(find_task("xor").recipes["answer"], [f"fit.epochs={epochs}"])
    group = GroupStore(home).create(recipe, asked, f"{asked.trials} trials")
    group.lock_path.write_text("1\n")
    for number, each in enumerate(values, start=1):
        append_line(group.trials_path, Tried(number, each))
    ends = ends or ["finished"] * len(values)
    for number, (each, end) in enumerate(zip(values, ends, strict=False), start=1):
        of_trial = recipe_of_trial([recipe], asked.dimensions, each)
        for part in asked.parts:
            of_part, device = part.recipe(of_trial, number), _device(number, gpus)
            _add_run(group, of_part, part.key(number), number, end, device)
        if end == "failed":
            append_line(group.trials_path, GivenUp(number, "failed", "the loss is not finite"))
    return group


def _device(number: int, gpus: int) -> str:
    return f"NVIDIA H100, GPU {number % gpus}" if gpus else "CPU"


def _add_run(
    group: GroupFolder, recipe: Recipe, key: str, number: int, end: str, device: str
) -> None:
    """A run of a group, by its number one that learns faster or slower."""
    run = RunStore(group.path.parents[1]).create(recipe, group=group.id)
    run.write_manifest(
        Manifest(run.id, "xor", key, 0, NOON, {}, device, "gpu-box", 2**22 + 1, 0.0, group=group.id)
    )
    epochs = recipe.fit.epochs
    done = epochs if end == "finished" else epochs // 2
    events: list[Event] = [
        Started(NOON, epochs, 4, 33, device, validation_rows=10 + number, judge=JUDGE),
        *curve(done, NOON, seed=number),
    ]
    if end == "finished":
        events.append(Finished(NOON + 9, done, done, {}, None))
    elif end == "failed":
        events.append(Failed(NOON + 9, "the loss is not finite", done))
    run.events_path.write_text("".join(map(format_event, events)))
    group.add_member(Member(key, run.id))
