"""Dialogs that ask for a file: open a recipe, save a recipe. Mistakes are said in place."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from kertasks.errors import UserError
from kertasks.layers.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.toml_file import load_recipe, save_recipe
from kertasks.registry import find_task
from kertui.editing.path_completion import complete
from kertui.formatting import short_path
from kertui.glyphs import glyphs_for

_MOST_LINES = 6


class _PathScreen(ModalScreen[tuple[Recipe, Path] | None]):
    """Asks for a path, and stays open until it can be used or the person gives up."""

    CSS_PATH = "recipe_path.tcss"
    TITLE_WORDS: ClassVar[str] = ""
    VERB: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", show=False, id="path.cancel"),
        Binding("tab", "complete", "complete", show=False, priority=True, id="path.complete"),
    ]
    AUTO_FOCUS = "#path-input"

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        """Build the dialog."""
        signs = glyphs_for(self.app)
        with Vertical(id="path-dialog"):
            yield Static(Content.styled(self.TITLE_WORDS, "bold"))
            yield Input(self._path, id="path-input", compact=True, select_on_focus=False)
            yield Static(id="path-say", markup=False)
            yield Static(
                Content.from_markup(
                    "[b]$enter[/b] [$dim]$verb[/]   [b]$tab[/b] [$dim]complete[/]   "
                    "[b]esc[/b] [$dim]cancel[/]",
                    enter=signs.enter,
                    verb=self.VERB,
                    tab=signs.tab,
                ),
                id="path-keys",
            )

    def on_mount(self) -> None:
        """Typing goes on at the end of what is proposed."""
        self._input.cursor_position = len(self._path)

    @property
    def _input(self) -> Input:
        return self.query_one("#path-input", Input)

    def say(self, text: str, wrong: bool) -> None:
        """Say something under the path; it stays until the path is changed."""
        style = "$error" if wrong else "$dim"
        lines = text.splitlines()
        if len(lines) > _MOST_LINES:
            left = len(lines) - _MOST_LINES
            lines = [*lines[:_MOST_LINES], f"and {left} more"]
        self.query_one("#path-say", Static).update(Content.styled("\n".join(lines), style))

    @on(Input.Changed)
    def clear_answer(self, event: Input.Changed) -> None:
        """What was said was of another path."""
        event.stop()
        self.say("", wrong=False)
        self.path_changed()

    def path_changed(self) -> None:
        """A subclass may have asked something about the path before."""

    @on(Input.Submitted)
    def use_path(self, event: Input.Submitted) -> None:
        """Try the path."""
        event.stop()
        text = event.value.strip()
        if not text:
            self.say("a path is needed", wrong=True)
            return
        self.try_path(Path(text).expanduser())

    def try_path(self, path: Path) -> None:
        """Use the path and dismiss, or say what is wrong."""
        raise NotImplementedError

    def action_complete(self) -> None:
        """Complete the path as a shell does; say what there is where it is not unique."""
        completed, candidates = complete(self._input.value)
        self._input.value = completed
        self._input.cursor_position = len(completed)
        if len(candidates) > 1:
            # After the Changed message of the new value, which clears what is said.
            self.call_after_refresh(self.say, "   ".join(candidates), wrong=False)

    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)


class OpenRecipeScreen(_PathScreen):
    """Open a recipe file. Gives the recipe and its path, or None.

    Args:
        path: what is proposed.
        task: the task it must be for; None: any task.
        catalog: judges layers and arguments; None judges only the rest.
    """

    TITLE_WORDS = "Open a recipe file"
    VERB = "open"

    def __init__(self, path: str, task: str | None, catalog: Catalog | None) -> None:
        super().__init__(path)
        self._of_task = task
        self._catalog = catalog

    def try_path(self, path: Path) -> None:
        """Read it."""
        try:
            recipe = load_recipe(path, self._catalog)
            find_task(recipe.task)
        except UserError as error:
            self.say(str(error), wrong=True)
            return
        if self._of_task is not None and recipe.task != self._of_task:
            self.say(
                f"{path.name} is a recipe for the task {recipe.task}, and this is {self._of_task}. "
                f"Choose {recipe.task} among the tasks to use it.",
                wrong=True,
            )
            return
        self.dismiss((recipe, path))


class SaveRecipeScreen(_PathScreen):
    """Save a recipe as a file. Gives the recipe and its path, or None.

    Args:
        path: what is proposed.
        recipe: what is saved.
        own: the file the recipe came from, which is written over without asking.
    """

    TITLE_WORDS = "Save the recipe"
    VERB = "save"

    def __init__(self, path: str, recipe: Recipe, own: Path | None) -> None:
        super().__init__(path)
        self._recipe = recipe
        self._own = own
        self._confirmed: Path | None = None

    def path_changed(self) -> None:
        """Another file needs its own confirmation."""
        self._confirmed = None

    def try_path(self, path: Path) -> None:
        """Write it; another file that is already there only after asking."""
        if path.is_dir():
            self.say(f"{short_path(path)} is a folder; a file name is needed", wrong=True)
            return
        if path.suffix != ".toml":
            path = path.with_name(f"{path.name}.toml")
        known = self._own is not None and path.resolve() == self._own.resolve()
        if path.exists() and not known and self._confirmed != path:
            self._confirmed = path
            there = f"{short_path(path)} is already there. Enter once more writes over it."
            self.say(there, wrong=True)
            return
        try:
            save_recipe(self._recipe, path)
        except UserError as error:
            self.say(str(error), wrong=True)
        except OSError as error:
            why = (error.strerror or "unknown").lower()
            self.say(f"{short_path(path)} cannot be written: {why}", wrong=True)
        else:
            self.dismiss((self._recipe, path))
