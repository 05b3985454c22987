"""Downloads the files a task's data is made from: how far, how fast, and a way out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from kertasks.errors import UserError
from kertasks.text.numbers import short_path, size
from kertui.dialogs.dialog import Dialog
from kertui.terminal.glyphs import Glyphs, glyphs_for

if TYPE_CHECKING:
    from kertasks.data.sources.download import DownloadProgress

_WHILE_IT_GOES_ON = (("escape", "cancel"),)
_AFTER_A_FAILURE = (("r", "try again"), ("escape", "close"))
"""What the last line of the dialog offers."""


class DownloadScreen(Dialog[bool]):
    """Downloads at once. Gives True when every file is here, False or None otherwise.

    Args:
        task: whose data it is.
        files: names of the files that are not here.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "cancel", "cancel", id="download.cancel",
                tooltip="Stop; nothing half is left."),
        Binding("r", "try_again", "try again", id="download.try_again",
                tooltip="Begin the download again."),
    ]  # fmt: skip

    @dataclass
    class Advanced(Message):
        """Some more of a file is here."""

        progress: DownloadProgress

    @dataclass
    class Ended(Message):
        """Everything is here (None), or why not."""

        error: UserError | None

    def __init__(self, task: str, files: Sequence[str]) -> None:
        super().__init__(f"Data of {task}", keys=_WHILE_IT_GOES_ON)
        self._files = tuple(files)
        self._cancelled = threading.Event()
        self._failed = False

    def compose_body(self) -> ComposeResult:
        """Make room for how far the download is, or why it failed."""
        yield Static(id="download-message")

    def on_mount(self) -> None:
        """Begin the download at once."""
        self.action_try_again()

    def on_unmount(self) -> None:
        """Leaving ends the download: its thread would hold up the exit."""
        self._cancelled.set()

    def action_try_again(self) -> None:
        """Begin the download, the first time or after a failure."""
        self._failed = False
        self._cancelled.clear()
        self._show_message(Content.styled(f"connecting {glyphs_for(self.app).ellipsis}", "dim"))
        self.show_keys(_WHILE_IT_GOES_ON)
        self._download()

    def _show_message(self, content: Content) -> None:
        self.query_one("#download-message", Static).update(content)

    @work(thread=True, group="download", exclusive=True)
    def _download(self) -> None:
        from kertasks.data.sources.data_files import download

        def tell(progress: DownloadProgress) -> None:
            self.post_message(self.Advanced(progress))

        try:
            for name in self._files:
                download(name, tell, self._cancelled.is_set)
        except UserError as error:
            self.post_message(self.Ended(error))
        else:
            self.post_message(self.Ended(None))

    @on(Advanced)
    def _show_progress(self, event: Advanced) -> None:
        width = self.query_one("#download-message").content_size.width
        lines = draw_progress(event.progress, self._files, width, glyphs_for(self.app))
        self._show_message(Content("\n").join(lines))

    @on(Ended)
    def _end(self, event: Ended) -> None:
        from kertasks.data.sources.source import DownloadCancelled

        if event.error is None:
            self.dismiss(True)
        elif isinstance(event.error, DownloadCancelled):
            self.dismiss(False)
        else:
            self._failed = True
            cross = (f"{glyphs_for(self.app).cross} ", "$error bold")
            self._show_message(Content.assemble(cross, explain_failure(event.error)))
            self.show_keys(_AFTER_A_FAILURE)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to try again only after a failure."""
        del parameters
        return self._failed if action == "try_again" else True

    def action_cancel(self) -> None:
        """Stop the download, which closes the dialog; close it where nothing is going on."""
        if self._failed:
            self.dismiss(False)
        else:
            self._cancelled.set()


def draw_progress(
    progress: DownloadProgress, files: Sequence[str], width: int, glyphs: Glyphs
) -> list[Content]:
    """A file's name, its bar, and bytes, total and rate."""
    number = files.index(progress.name) + 1 if progress.name in files else 1
    which = f"   {number} of {len(files)}" if len(files) > 1 else ""
    share = min(1.0, progress.received / progress.total) if progress.total else 0.0
    percent = f" {share:4.0%}"
    cells = max(4, width - len(percent))
    full = round(cells * share)
    rate = f"   {size(round(progress.rate))}/s" if progress.seconds > 0.2 else ""
    return [
        Content.assemble(progress.name, (which, "dim")),
        Content.assemble(
            (glyphs.full * full, "$accent"), (glyphs.empty * (cells - full), "$faint"), percent
        ),
        Content.styled(f"{size(progress.received)} of {size(progress.total)}{rate}", "dim"),
    ]


def explain_failure(error: UserError) -> str:
    """Why, and how to do it by hand: the file, its address, the folder, the command."""
    from kertasks.data.sources.source import DownloadFailed

    if not isinstance(error, DownloadFailed):
        return str(error)
    return (
        f"{error.name} could not be downloaded: {error.reason}\n\n"
        f"On a machine with a network, fetch\n{error.address}\n"
        f"and put it into\n{short_path(error.folder)}\n"
        f"or give it to\nkertui data add {error.name}"
    )
