"""Advice in the workbench: keeps what is known, shows the line, opens the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from kertasks.errors import UserError
from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertasks.runs.advice.finding import Finding
from kertasks.task import Task
from kertui.advice.advice_line import AdviceLine
from kertui.advice.advice_reader import AdviceReader
from kertui.advice.advice_screen import AdviceActs, AdviceScreen
from kertui.advice.dismissed_findings import DismissedFindings
from kertui.advice.finding_words import fix_of
from kertui.advice.known_advice import Advised, KnownAdvice, fixed_recipe, gather
from kertui.service.training_service import TrainingService
from kertui.terminal.glyphs import glyphs_for

_LATE = 1.0
"""Seconds after which what is shown of another recipe is dimmed."""

_SOON = "Advice arrives in a moment."
_REFUSED = "The recipe cannot be trained; its layers and settings say why."


class AdvicePanel(Vertical):
    """The advice line, which takes no row while there is nothing to say.

    It comes and goes only while nothing is typed: what a person looks at would jump.

    Args:
        service: gives advice and tries fixes.
        task: whose recipes they are.
        recipe: what is edited at first.
    """

    DEFAULT_CSS = """
    AdvicePanel { height: auto; }
    """

    @dataclass
    class FixChosen(Message):
        """A person wants the fix of a finding in the recipe."""

        recipe: Recipe
        """With the fix."""

        layer: int | None
        """Where it is made; None for a setting."""

        change: str
        """What it changes, in a line."""

    class Updated(Message):
        """Other keys may act now."""

    @dataclass
    class DismissedKnown(Message):
        """What was dismissed was read or has changed."""

        trouble: str = ""
        """Why it could not be written."""

    def __init__(self, service: TrainingService, task: Task, recipe: Recipe) -> None:
        super().__init__()
        self._service = service
        self._of_task = task
        self._catalog: Catalog | None = None
        self._dismissed = DismissedFindings(service.store.home)
        self._reader = AdviceReader(service)
        self._line = AdviceLine()
        self._list: AdviceScreen | None = None
        """The list, while it is open."""

        self._wanted: Recipe | None = recipe
        """The recipe under edit; None while it cannot be trained."""

        self._found: tuple[Finding, ...] = ()
        self._of_run: Sequence[tuple[int, Finding]] = ()
        self._untried: dict[tuple[str, int | None, tuple[str, ...]], str] = {}
        self._late: Timer | None = None
        self._looked_at = recipe
        """What is known is of this recipe."""

        self.known = KnownAdvice(recipe, looking=self._why_nothing)
        """What is known, as it is shown."""

    def compose(self) -> ComposeResult:
        """Hold the line, and what has advice given and fixes tried."""
        yield self._reader
        yield self._line

    def on_mount(self) -> None:
        """Take no row yet."""
        self.display = False
        self.watch(self.screen, "focused", self._show, init=False)
        self._read_dismissed()

    @property
    def _why_nothing(self) -> str:
        if not self._service.spare:
            return "Advice needs the warm trainer process, and --no-spare turned it off."
        return _SOON if self._service.advice else "Advice was turned off by --no-advice."

    # What is followed

    def follow(self, recipe: Recipe, catalog: Catalog | None, *, refused: bool) -> None:
        """Give advice on a recipe from now on.

        Args:
            recipe: as it stands.
            catalog: Keras's classes, for what a fix may change.
            refused: whether it cannot be trained, which is said elsewhere.
        """
        self._catalog = catalog
        wanted = None if refused else recipe
        if wanted == self._wanted == self._reader.recipe:
            return
        self._wanted = wanted
        self._reader.want(wanted)
        self._be_in_time()
        if wanted is not None and self._has_to_say:
            # It stays until there is an answer, so that the line does not come and go.
            self._late = self.set_timer(_LATE, self._grow_late)
            self.post_message(self.Updated())
        else:
            self._found = ()
            looking = _REFUSED if wanted is None else self._why_nothing
            self._looked_at = recipe
            self._know(KnownAdvice(recipe, looking=looking))

    def follow_run(self, findings: Sequence[tuple[int, Finding]]) -> None:
        """Take in what was found while the recipe trained, each finding with its epoch; nothing of
        a run of another recipe."""
        if tuple(findings) != tuple(self._of_run):
            self._of_run = tuple(findings)
            self._gather()
            self._try_next()

    @property
    def _has_to_say(self) -> bool:
        return self.known.worst is not None or bool(self.known.trouble)

    def _be_in_time(self) -> None:
        if self._late is not None:
            self._late.stop()
            self._late = None

    def _grow_late(self) -> None:
        self._late = None
        self._know(replace(self.known, late=True))

    @on(AdviceReader.AdviceRead)
    def _take_advice(self, message: AdviceReader.AdviceRead) -> None:
        message.stop()
        if message.recipe != self._wanted:
            return
        self._be_in_time()
        self._untried.clear()
        answer = message.answer
        self._found = () if isinstance(answer, UserError) else answer
        trouble = str(answer) if isinstance(answer, UserError) else ""
        self._looked_at = message.recipe
        self.known = KnownAdvice(message.recipe, trouble=trouble)
        self._gather()
        self._try_next()

    @on(AdviceReader.TrialBegun)
    def _show_trial(self, message: AdviceReader.TrialBegun) -> None:
        message.stop()
        self._gather()

    @on(AdviceReader.TrialEnded)
    def _take_trial(self, message: AdviceReader.TrialEnded) -> None:
        message.stop()
        if message.recipe != self._looked_at:
            return
        self._untried.pop(_key(message.finding), None)
        if isinstance(message.answer, UserError):
            self._untried[_key(message.finding)] = str(message.answer)
        self._gather()
        if message.answer is not None:
            self._try_next()

    def _try_next(self) -> None:
        """Have the worst finding's fix tried that was not."""
        entry = next((entry for entry in self.known.entries if entry.wants_trial), None)
        if entry is not None:
            self._reader.try_soon(entry.finding)

    # What was dismissed

    @work(thread=True, group="dismissed")
    def _read_dismissed(self) -> None:
        self._dismissed.read()
        self.post_message(self.DismissedKnown())

    def _dismiss(self, finding: Finding, dismissed: bool) -> None:
        self._keep_dismissed(self._looked_at, finding, dismissed)

    @work(thread=True, group="dismissed")
    def _keep_dismissed(self, recipe: Recipe, finding: Finding, dismissed: bool) -> None:
        trouble = ""
        try:
            self._dismissed.keep(recipe, finding, dismissed=dismissed)
        except UserError as error:
            trouble = str(error)
        self.post_message(self.DismissedKnown(trouble))

    @on(DismissedKnown)
    def _take_dismissed(self, message: DismissedKnown) -> None:
        message.stop()
        if message.trouble:
            title = "Dismissed until kertui ends"
            self.notify(message.trouble, title=title, severity="warning", markup=False)
        self._gather()

    # What is known and shown

    def _gather(self) -> None:
        """Put together what is known of the recipe that was looked at last."""
        recipe = self._looked_at
        found = gather(self._found, self._of_run, self._dismissed.of(recipe))
        entries = tuple(self._with_trial(entry, recipe) for entry in found)
        self._know(replace(self.known, entries=entries))

    def _with_trial(self, entry: Advised, recipe: Recipe) -> Advised:
        finding = entry.finding
        tried = self._service.adviser.tried(recipe, finding)
        mended = finding
        if tried is not None and tried.helps:  # perhaps with the fixes of other faults only
            mended = msgspec.structs.replace(finding, patch=tried.patch)
        return replace(
            entry,
            finding=mended,
            fixed=fixed_recipe(recipe, mended, self._catalog),
            tried=tried,
            untried=self._untried.get(_key(finding), ""),
            trying=self._reader.trial == (recipe, finding),
        )

    def _know(self, known: KnownAdvice) -> None:
        self.known = known
        self._show()
        if self._list is not None:
            self._list.show(known)
        self.post_message(self.Updated())

    def _show(self) -> None:
        if not self.is_mounted:
            return
        typing = isinstance(self.screen.focused, Input)
        if self._has_to_say is not self.display and self._dismissed.is_read and not typing:
            self.display = self._has_to_say
        self._line.show(self.known)

    # What a person does

    def allows(self, action: str) -> bool:
        """Whether ``open`` or ``fix`` makes sense now."""
        return action != "fix" or self._fix is not None

    @property
    def _fix(self) -> Advised | None:
        """What stands on the line, where it has a fix for the recipe as it stands."""
        worst = self.known.worst
        offered = worst is not None and worst.offered is not None
        return worst if offered and self._looked_at == self._wanted else None

    def fix(self) -> None:
        """Ask for the fix of what stands on the line."""
        if self._fix is not None:
            self._choose(self._fix)

    def open(self) -> None:
        """Open the list of all that is known."""
        if self._list is None:
            into = glyphs_for(self.app).into
            self._list = AdviceScreen(
                f"{self._looked_at.task} {into} {self._looked_at.name}",
                self.known,
                AdviceActs(self._of_task, self._reader.try_now, self._dismiss),
            )
            self.app.push_screen(self._list, self._close)

    def _close(self, chosen: Advised | None) -> None:
        self._list = None
        if chosen is not None:
            self._choose(chosen)

    def _choose(self, entry: Advised) -> None:
        if entry.offered is not None and self._looked_at == self._wanted:
            finding = entry.finding
            change = fix_of(finding, self._looked_at)
            self.post_message(self.FixChosen(entry.offered, finding.layer, change))

    @on(AdviceLine.Clicked)
    def _act_on_click(self, message: AdviceLine.Clicked) -> None:
        message.stop()
        if message.fix:
            self.fix()
        else:
            self.open()


def _key(finding: Finding) -> tuple[str, int | None, tuple[str, ...]]:
    """What a fix that cannot be tried is known again by."""
    return *finding.id, finding.patch
