"""Everything about one task: question, data, facts, recipes, last runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from kertasks.task import Task, Variant
from kertasks.text.numbers import size
from kertui.tasks_screen.own_tasks import own_file
from kertui.tasks_screen.recipe_list import RecipeList
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import wrap

if TYPE_CHECKING:
    from pathlib import Path

    from kertasks.data.described.description import Description
    from kertasks.runs.home.summary import RunSummary
    from kertasks.scores.run_baselines import Baseline, RunBaselines

_LEAST_PICTURE, _MOST_PICTURE = 8, 26
"""Lines a picture has at least and at most."""

_FACTS_SHARE = 0.56
"""Of the card's width for the facts, where the picture could use the rest."""

_GAP = 3
"""Columns between the picture and the facts."""

_LEAST_PLOT = 18
"""Columns of a plot that stands beside the facts; with less it stands above them."""

_SIDE_BY_SIDE = 64
"""Columns from which samples stand beside the facts and not above them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The data is being read by a trainer process."""

    warming_up: bool = False
    """Whether the process has to start first, which takes some seconds."""


@dataclass(frozen=True, slots=True)
class NotHere:
    """Files of the data are missing or damaged and can be downloaded."""

    files: tuple[str, ...]
    bytes: int
    """Size of all these files together."""

    damaged: bool = False
    """Whether a file is here, but is not the published one."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The data cannot be described, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Described:
    """The data is here, and its description is known."""

    description: Description


DataStatus: TypeAlias = Reading | NotHere | Unreadable | Described


class DataPicture(Widget):
    """Draws a dataset: points by class, a curve, or samples as words, pictures or columns."""

    DEFAULT_CSS = """
    DataPicture { height: auto; width: 1fr; }
    """

    description: reactive[Description | None] = reactive(None, layout=True)
    lines: reactive[int] = reactive(10, layout=True)
    """How many lines the picture may have; samples may take fewer."""

    first_sample: reactive[int] = reactive(0, layout=True)
    """Index of the sample that is shown first."""

    @property
    def has_samples(self) -> bool:
        """Whether samples are shown, so that there are others to go to."""
        described = self.description
        return described is not None and described.picture is None and len(described.samples) > 1

    def natural_width(self, most: int) -> int:
        """The columns the picture takes when it may take so many."""
        return max((line.cell_length for line in self._draw(most)), default=most)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many lines as the picture has at this width."""
        del container, viewport
        return max(1, len(self._draw(width)))

    def render(self) -> Content:
        """Draw the picture as lines of text."""
        return Content("\n").join(self._draw(self.content_size.width))

    def _draw(self, width: int) -> list[Content]:
        if self.description is None or width < 8:
            return []
        from kertui.tasks_screen.dataset_drawing import draw  # nothing to draw at the first paint

        glyphs = glyphs_for(self.app)
        colour = bool(getattr(getattr(self.app, "capabilities", None), "colour", True))
        return draw(self.description, width, self.lines, glyphs, colour, self.first_sample)


class TaskCard(VerticalScroll, can_focus=False):
    """The card of the task under the cursor: it shows what its screen hands it."""

    DEFAULT_CSS = """
    TaskCard {
        padding: 0 2;
        & > Static { height: auto; }
        & > .heading { color: $foreground; text-style: bold; }
        #card-data { height: auto; margin: 1 0; }
        #card-facts { height: auto; width: 1fr; }
        DataPicture { margin-right: 3; }
        #card-variants, #card-recipes, #card-runs { margin-bottom: 1; }
        &.-stacked #card-data { layout: vertical; }
        &.-stacked DataPicture { margin: 0 0 1 0; width: 1fr; }
        &.-stacked #card-facts { width: 1fr; }
    }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.task_shown: Task | None = None
        self._variant: Variant | None = None
        self._status: DataStatus = Reading()
        self._best: Baseline | None = None
        self._runs: tuple[RunSummary, ...] = ()
        self._now = 0.0
        self._variant_lines = 2

    def compose(self) -> ComposeResult:
        """Build the parts of the card, still empty."""
        yield Static(id="card-title")
        yield Static(id="card-question")
        with Horizontal(id="card-data"):
            yield DataPicture(id="card-picture")
            yield Static(id="card-facts")
        yield Static(id="card-variants")
        yield Static("Recipes", classes="heading")
        yield RecipeList(id="card-recipes")
        yield Static(id="card-runs")
        yield Static(id="card-features")

    def on_mount(self) -> None:
        """Places to click look like the rest: marks and keys say that they can be chosen."""
        for static in self.query(Static):
            static.auto_links = False

    # --- what is shown

    def show_task(self, task: Task, recipe: str) -> None:
        """Show another task, of whose data and runs nothing is known yet."""
        self.task_shown = task
        self._runs = ()
        for part in self.children:
            part.display = True
        self.scroll_home(animate=False)
        self.query_one("#card-question", Static).update(Content(task.question))
        self.query_one(RecipeList).show_recipes(list(task.recipes.values()), recipe)
        self._draw_title()
        self._draw_runs()

    def show_no_task(self, sentence: str) -> None:
        """Show a sentence and nothing else, while no task is chosen."""
        self.task_shown, self._status, self._runs = None, Reading(), ()
        self.query_one(DataPicture).description = None
        question = self.query_one("#card-question", Static)
        question.update(Content(sentence))
        for part in self.children:
            part.display = part is question
        self.scroll_home(animate=False)

    def show_chosen_recipe(self) -> None:
        """Scroll to the chosen recipe where it is out of sight."""
        recipes = self.query_one(RecipeList)
        line, height = recipes.chosen_lines
        area = recipes.virtual_region
        self.scroll_to_region(Region(0, area.y + line, 1, height), animate=False)

    def show_variant(self, variant: Variant) -> None:
        """Show which of the data is chosen."""
        self._variant = variant
        self._draw_variants()

    def show_data(self, status: DataStatus) -> None:
        """Show what is known of the data."""
        self._status = status
        picture = self.query_one(DataPicture)
        described = status.description if isinstance(status, Described) else None
        if described is not picture.description:
            picture.first_sample = 0
            self._best = None
        picture.description = described
        picture.display = described is not None
        self._draw_data()

    def show_baselines(self, baselines: RunBaselines | None) -> None:
        """Show the best of what learns next to nothing on the data, once that is known."""
        best = None if baselines is None else baselines.best
        if best != self._best:
            self._best = best
            self._draw_data()

    def show_runs(self, runs: Sequence[RunSummary], now: float) -> None:
        """Show the task's last runs, newest first."""
        before, self._runs, self._now = self._runs, tuple(runs), now
        self._draw_runs()
        if len(before) != len(self._runs):
            self._draw_data()

    # --- how it is drawn

    def on_resize(self) -> None:
        """Draw all parts anew for another width."""
        self._draw_title()
        self._draw_variants()
        self._draw_data()
        self._draw_runs()

    @on(RecipeList.HeightChanged)
    def _share_rows(self, event: RecipeList.HeightChanged) -> None:
        """Give the picture what the recipes leave."""
        event.stop()
        self._draw_data()

    @property
    def _width(self) -> int:
        return max(20, self.scrollable_content_region.width)

    def _glyphs(self) -> Glyphs:
        return glyphs_for(self.app)

    def _draw_data(self) -> None:
        """Draw the facts, the features below and the picture in the room that the rest leaves."""
        task, status, width, glyphs = self.task_shown, self._status, self._width, self._glyphs()
        facts_part = self.query_one("#card-facts", Static)
        features = self.query_one("#card-features", Static)
        features.display = isinstance(status, Described)
        if task is None or not isinstance(status, Described):
            self.remove_class("-stacked")
            if not isinstance(status, Described):
                facts_part.update(_explain(status, glyphs, own_file(task)))
            return
        from kertui.tasks_screen import card_facts
        from kertui.tasks_screen.dataset_drawing import plot_width

        described, picture = status.description, self.query_one(DataPicture)
        plotted = described.picture is not None
        facts = card_facts.list_facts(described, task.unit, glyphs, self._best)
        facts_width = card_facts.width_of_facts(facts, width)
        beside = max(width - facts_width, int(width * (1 - _FACTS_SHARE))) - _GAP
        stacked = beside < _LEAST_PLOT if plotted else width < _SIDE_BY_SIDE
        self.set_class(stacked, "-stacked")
        lines = card_facts.draw_facts(facts, width)
        picture.lines = self._picture_room(task, described, 1 + len(lines) if stacked else 0)
        if stacked:
            picture.styles.width = "1fr"
        else:
            room = width - min(facts_width, width * 2 // 5) - _GAP
            taken = (
                min(plot_width(picture.lines), beside) if plotted else picture.natural_width(room)
            )
            picture.styles.width = taken
            lines = card_facts.draw_facts(facts, width - taken - _GAP)
        facts_part.update(Content("\n").join(lines))
        features.update(Content("\n").join(card_facts.draw_features(described, width, glyphs)))

    def _picture_room(self, task: Task, described: Description, facts: int) -> int:
        """Lines for the picture so that the card needs no scrolling, features included if so.

        Args:
            task: the task shown.
            described: its data.
            facts: lines of the facts under the picture.
        """
        above = 1 + len(wrap(task.question, self._width)) + 1
        below = 1 + self._variant_lines + 1 + 1 + self.query_one(RecipeList).line_count
        runs = 1 + 1 + len(self._runs) if self._runs else 0
        room = self.size.height - above - facts - below - runs
        features = 1 + 1 + len(described.features)
        if room - features >= _LEAST_PICTURE:
            room -= features
        return min(_MOST_PICTURE, max(_LEAST_PICTURE, room))

    def _draw_title(self) -> None:
        task = self.task_shown
        if task is None:
            return
        left, kind = f"{task.name}  {task.title}", task.kind.value
        title = task.title if cell_len(left) + len(kind) + 2 <= self._width else ""
        room = self._width - cell_len(task.name) - 2 - cell_len(title)
        self.query_one("#card-title", Static).update(
            Content.assemble(
                (task.name, "bold $accent"), f"  {title}", (padded(kind, room, right=True), "dim")
            )
        )

    def _draw_variants(self) -> None:
        task, chosen, glyphs = self.task_shown, self._variant, self._glyphs()
        if task is None or chosen is None:
            return
        lines = [Content.styled("Data", "bold")]
        for place, variant in enumerate(task.variants if len(task.variants) > 1 else ()):
            here = variant.name == chosen.name
            mark_style, name_style = ("$accent", "bold") if here else ("dim", "dim")
            part = Content.from_markup(
                f"   [@click=screen.choose_variant({place})]"
                f"[{mark_style}]$mark[/] [{name_style}]$name[/][/]",
                mark=glyphs.on if here else glyphs.off,
                name=variant.name,
            )
            if lines[-1].cell_length + part.cell_length > self._width:
                lines.append(Content(" " * len("Data")))
            lines[-1] += part
        wrapped = wrap(chosen.summary, self._width - 2)
        lines += [Content.styled(f"  {line}", "dim") for line in wrapped]
        self._variant_lines = len(lines)
        self.query_one("#card-variants", Static).update(Content("\n").join(lines))

    def _draw_runs(self) -> None:
        runs = self.query_one("#card-runs", Static)
        runs.display = bool(self._runs)
        if self._runs:
            from kertui.tasks_screen.card_facts import draw_runs

            title = Content.styled("Last runs", "bold")
            lines = draw_runs(self._runs, self._now, self._width, self._glyphs())
            runs.update(Content("\n").join([title, *lines]))


def _explain(status: Reading | NotHere | Unreadable, glyphs: Glyphs, own: Path | None) -> Content:
    match status:
        case Reading(warming_up=True):
            text = f"starting the process that reads the data {glyphs.ellipsis}"
            return Content.styled(text, "dim")
        case Reading():
            return Content.styled(f"reading the data {glyphs.ellipsis}", "dim")
        case NotHere(files=files, bytes=count, damaged=damaged):
            what = "are" if len(files) > 1 else "is"
            what += " damaged" if damaged else " not here yet"
            return Content.assemble(
                (f"{glyphs.download} ", "$accent bold"),
                f"{' and '.join(files)} {what}",
                (f"   {size(count)}\n", "dim"),
                Content.from_markup(
                    "[@click=screen.get_data()][bold]$key[/] download it from Keras[/]",
                    key=f"{glyphs.control}g",
                ),
            )
        case Unreadable(reason=reason):
            said = Content.assemble((f"{glyphs.cross} ", "$error bold"), reason)
            if own is not None:
                said += Content.from_markup(
                    "\n[@click=screen.edit_data()][bold]$key[/] say otherwise what it is[/]",
                    key=f"{glyphs.control}e",
                )
            return said
