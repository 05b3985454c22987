"""The dialog that asks for a saved network, whose layers become one of the recipe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kertasks.pretrained.saved_file import ENDING, UnusableFile, read_saved
from kertasks.recipes.recipe import PRETRAINED, Layer, Value
from kertasks.text.numbers import short_path
from kertui.dialogs.ask_path import AskPathScreen, Mistake


class PretrainedPathScreen(AskPathScreen[Layer]):
    """Choose a ``.keras`` file. Gives its layers as one, frozen and without a classifier's own last
    ones, or None.

    Args:
        path: what is proposed.
    """

    def __init__(self, path: str) -> None:
        heading = "Layers of a saved network (.keras)"
        super().__init__(heading, "add", "reading", path, suffix=ENDING)

    def try_path(
        self, path: Path, confirmed: Path | None, wanted: Callable[[], bool]
    ) -> Layer | Mistake:
        """Read what the file says of its layers; Keras judges them once they are added."""
        del confirmed, wanted  # reading changes nothing
        try:
            saved = read_saved(path.absolute())
            sha256 = saved.sha256
        except UnusableFile as error:
            return Mistake(str(error))
        except OSError as error:  # it was deleted between the two
            return Mistake(f"{short_path(path)} cannot be read: {(error.strerror or '').lower()}")
        arguments: dict[str, Value] = {"file": str(saved.path)}
        if saved.without_head is not None:
            arguments["until"] = saved.without_head
        arguments["sha256"] = sha256
        return Layer(PRETRAINED, arguments)
