"""What every screen is handed, and the messages by which screens ask the app for another screen.

A screen never opens another of the big screens itself: it posts one of these messages, which
bubbles up to the app. So no screen knows the app, and none of them knows the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual.message import Message
from textual.screen import Screen

if TYPE_CHECKING:
    from pathlib import Path

    from kertasks.groups.folder import GroupFolder
    from kertasks.groups.sweep.dimension import Dimension
    from kertasks.keras_catalog.catalog import Catalog
    from kertasks.models.check import ToldMetrics
    from kertasks.recipes.recipe import Recipe
    from kertasks.runs.folder import RunFolder
    from kertasks.runs.home.listing import OverRuns
    from kertasks.runs.manifest import Manifest
    from kertasks.runs.state import RunState
    from kertasks.task import Task
    from kertui.service.training_service import TrainingService


@dataclass
class Session:
    """What lasts from the start of the interface to its end."""

    service: TrainingService
    """Describes, checks and trains; screens use it from thread workers."""

    opens_run: bool = False
    """Whether a run is what is shown first, over the first screen."""

    over_runs: OverRuns = field(default_factory=dict)
    """Runs that are over, as some screen read them: no other reads them again."""


@runtime_checkable
class AsksBeforeLeaving(Protocol):
    """A screen that may hold changes which are in no file."""

    def ask_before_leaving(self, leave: Callable[[], None]) -> None:
        """Call ``leave``, at once or after a question, unless the person wants to stay."""


@dataclass
class OpenWorkbench(Message):
    """A person wants to edit and train a recipe."""

    over: Screen[Any]
    """The screen that asks: nothing is opened once another one is on top of it."""

    task: Task
    recipe: Recipe
    path: Path | None = None
    """The file the recipe was read from, if any."""


@dataclass
class OpenData(Message):
    """A person wants to see data of their own, to make a task of it or change one."""

    over: Screen[Any]
    """The screen that asks, as in ``OpenWorkbench``."""

    path: Path
    """Of the data, or of the task's file."""

    task_file: Path | None = None
    """The file that says what becomes of the data; None to find that out."""

    is_kept: bool = False
    """Whether that file is one of the home, which is written again."""


@dataclass
class OpenRun(Message):
    """A person wants to see a run, live or over: in a workbench, where it has a recipe."""

    over: Screen[Any]
    """The screen that asks, as in ``OpenWorkbench``."""

    run: RunFolder

    recipe_only: bool = False
    """Whether only its recipe is wanted, to train it anew or change it."""

    follows: bool = False
    """Whether the runs that its script begins after it are to be shown in its place, though it may
    be over already."""


@dataclass
class FollowRun(Message):
    """A run that is to be seen was trained by no recipe, so that there is no workbench for it."""

    over: Screen[Any]
    """The screen that asks, as in ``OpenWorkbench``."""

    run: RunFolder
    manifest: Manifest
    state: RunState
    """What it was doing when it was looked at."""

    follows: bool = False
    """As in ``OpenRun``."""


@dataclass
class TrainHeadToHead(Message):
    """A person wants to train a recipe beside another of its task, on the same axes."""

    over: Screen[Any]
    """The screen that asks, as in ``OpenWorkbench``."""

    task: Task
    recipe: Recipe
    against: Recipe | None = None
    """The other one; None for one of the task's, which is asked for."""


@dataclass
class OpenGroup(Message):
    """A person wants to see a group of runs, live or over."""

    over: Screen[Any]
    """The screen that asks, as in ``OpenWorkbench``."""

    group: GroupFolder


@dataclass
class CrossValidate(Message):
    """A person wants to train a recipe fold by fold: how many folds is asked for."""

    over: Screen[Any]
    """The screen that asks, as in ``OpenWorkbench``."""

    recipe: Recipe
    source: Path | None = None
    """The file the recipe was read from, if any."""


@dataclass
class StartSweep(Message):
    """A person wants to train a recipe with many values of some settings: how is asked for."""

    over: Screen[Any]
    """The screen that asks, as in ``OpenWorkbench``."""

    recipe: Recipe
    dimensions: tuple[Dimension, ...]
    """What is varied, as far as it was said."""

    catalog: Catalog | None
    """Keras's classes; None where they are not known yet."""

    keep: Callable[[Sequence[Dimension]], None]
    """Takes what is varied where a person goes back to say more."""

    source: Path | None = None
    """The file the recipe was read from, if any."""

    told: ToldMetrics | None = None
    """The metrics that a training of the recipe tells of; None where Keras has not said it yet."""
