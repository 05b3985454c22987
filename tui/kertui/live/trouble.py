"""What went wrong with a training and what can be done about it."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from kertui.terminal.glyphs import glyphs_for

_ADVICE = (
    (("layers.",), "The path names the layer by its place, from 0. Mend it and start again."),
    (("no space left", "disk"), "Make room on the disk, or give another home with --home."),
    (("not in keras's cache", "not here", "download"), "Get the data from the list of tasks."),
    (("hash", "damaged"), "Delete the file named and get the data again."),
    (("nan", "not finite"), "A lower learning rate often helps, or features scaled to about 1."),
    (("killed", "gone", "lost"), "The system may have ended it for want of memory."),
)
"""Words in a reason, and what a person can do then."""


class RunTrouble(Static):
    """The reason of a failure, advice, and where the whole story is."""

    DEFAULT_CSS = """
    RunTrouble {
        display: none;
        height: auto;
        max-height: 9;
        padding: 0 1;
        margin: 1 1 0 1;
        background: $panel;
        border-left: outer $error;
        &.-shown { display: block; }
    }
    """

    def show(self, headline: str, reason: str) -> None:
        """Show what failed and why, in plain words, with advice where some is known."""
        parts = [
            Content.assemble(
                (f"{glyphs_for(self.app).cross} {headline}", "bold $error"), "\n", reason.strip()
            )
        ]
        if advice := advice_on(reason):
            parts.append(Content(advice))
        self.update(Content("\n").join(parts))
        self.add_class("-shown")

    def advise(self, advice: str, log: str) -> None:
        """Say what may help after a failure whose reason is said elsewhere, if anything, and which
        file has the traceback."""
        if not advice:
            self.clear()
            return
        words = Content.styled(f"The trainer's own words: {log}", "$dim")
        self.update(Content("\n").join([Content(advice), words]))
        self.add_class("-shown")

    def clear(self) -> None:
        """Hide what was said: nothing is wrong any more."""
        self.remove_class("-shown")


def advice_on(reason: str) -> str:
    """What a person can do about it; empty where nothing is known to help."""
    folded = reason.casefold()
    for words, advice in _ADVICE:
        if any(word in folded for word in words):
            return advice
    return ""
