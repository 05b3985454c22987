"""All that is wrong with a recipe and its run, with reasons, fixes and what trying them gave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from kertasks.runs.advice.finding import Finding, Severity
from kertasks.task import Task
from kertasks.text.numbers import counted
from kertui.advice.finding_list import FindingList
from kertui.advice.known_advice import Advised, KnownAdvice
from kertui.rows.header_line import HeaderLine
from kertui.rows.key_line import KeyLine
from kertui.session import TrainHeadToHead
from kertui.terminal.glyphs import glyphs_for

_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}


@dataclass(frozen=True)
class AdviceActs:
    """What can be done about the findings in a recipe."""

    task: Task
    """Whose recipe it is."""

    try_now: Callable[[Finding], None]
    """Called with the finding whose fix a person wants tried."""

    dismiss: Callable[[Finding, bool], None]
    """Called with a finding, and whether a person wants to hear no more of it."""


class AdviceScreen(Screen[Advised]):
    """Lists findings. It gives the one whose fix a person wants in the recipe, or None.

    Args:
        about: what they are of, for the header.
        known: what is known now; ``show`` tells what is later.
        acts: None where nothing can be done about them here, as without a recipe.
    """

    CSS_PATH = "advice_screen.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-high")]  # noqa: RUF012 (Textual's form)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "apply_fix", "apply the fix", id="advice.apply",
                tooltip="Change the recipe as the chosen finding says; undo takes it back."),
        Binding("h", "head_to_head", "head to head", id="advice.head_to_head",
                tooltip="Train the recipe and the one with the fix at once, on the same axes."),
        Binding("t", "try_fix", "try it", id="advice.try",
                tooltip="Try the fix now: train without and with it for a few seconds."),
        Binding("x,delete", "put_away", "dismiss", id="advice.dismiss",
                tooltip="Hear no more of the chosen finding in recipes of this name."),
        Binding("u", "bring_back", "bring back", id="advice.bring_back",
                tooltip="Hear again of the chosen finding, which was dismissed."),
        Binding("escape,i", "leave", "back", key_display="esc", id="advice.back",
                tooltip="Go back to the training."),
    ]  # fmt: skip

    def __init__(
        self,
        about: str,
        known: KnownAdvice,
        acts: AdviceActs | None = None,
    ) -> None:
        super().__init__()
        self._about = about
        self._known = known
        self._acts = acts
        self._list = FindingList(known)

    def compose(self) -> ComposeResult:
        """Lay out what it is about, the findings and the keys."""
        into = glyphs_for(self.app).into
        yield HeaderLine(f"{self._about} {into} advice")
        yield self._list
        yield KeyLine()

    def on_mount(self) -> None:
        """Count the findings in the header line."""
        self._list.focus()
        self._count()

    def show(self, known: KnownAdvice) -> None:
        """Show what is known now."""
        self._known = known
        if self.is_mounted:
            self._list.show(known)
            self._count()

    def _count(self) -> None:
        known = self._known
        counts = [(known.count(severity), noun) for severity, noun in _NOUNS.items()]
        facts = [counted(count, noun) for count, noun in counts if count]
        facts += [f"{known.dismissed} dismissed"] if known.dismissed else []
        self.query_one(HeaderLine).facts = tuple(facts)

    @on(FindingList.Chosen)
    def _offer_keys(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key acts on the chosen finding; the others are not shown."""
        del parameters
        entry = self._list.chosen
        match action:
            case "apply_fix" | "head_to_head":
                return entry is not None and entry.offered is not None
            case "try_fix":
                return entry is not None and entry.fixed is not None and not entry.trying
            case "put_away":
                return entry is not None and not entry.dismissed and self._acts is not None
            case "bring_back":
                return entry is not None and entry.dismissed
        return True

    def action_apply_fix(self) -> None:
        """Go back with the chosen finding, whose fix is wanted."""
        self.dismiss(self._list.chosen)

    def action_head_to_head(self) -> None:
        """Train the recipe beside the one with the fix."""
        entry, recipe, acts = self._list.chosen, self._known.recipe, self._acts
        if entry is not None and entry.offered is not None and recipe is not None and acts:
            fixed = replace(entry.offered, name=f"{recipe.name}, fixed")
            self.post_message(TrainHeadToHead(self, acts.task, recipe, fixed))

    def action_try_fix(self) -> None:
        """Have the fix of the chosen finding tried."""
        if self._list.chosen is not None and self._acts is not None:
            self._acts.try_now(self._list.chosen.finding)

    def action_put_away(self) -> None:
        """Dismiss the chosen finding, and go on to the next."""
        if self._list.chosen is not None and self._acts is not None:
            self._acts.dismiss(self._list.chosen.finding, True)
            self._list.step_off()

    def action_bring_back(self) -> None:
        """Take the chosen finding in again."""
        if self._list.chosen is not None and self._acts is not None:
            self._acts.dismiss(self._list.chosen.finding, False)

    def action_leave(self) -> None:
        """Go back and change nothing."""
        self.dismiss(None)
