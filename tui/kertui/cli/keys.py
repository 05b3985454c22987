"""``kertui keys``: every key of the interface, by the place where it acts.

Textual's ``Binding`` is a row of the table of keys: the footer, the help and the command palette
are written from the rows that act now, and this command from all of them.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from textual.binding import Binding
    from textual.dom import DOMNode

PLACES = {
    "app": "everywhere",
    "tasks_screen": "tasks",
    "data_screen": "data",
    "workbench": "workbench",
    "following": "following",
    "forms": "form",
    "live": "live pane",
    "advice": "advice",
    "runs": "runs",
    "groups": "group",
    "comparison": "comparison",
    "dialogs": "dialogs",
}
"""What a person calls the rooms of the package that bind keys, in the order to list them."""


@dataclass(frozen=True, slots=True)
class PlacedBinding:
    """One row of the table of keys, and where it acts."""

    place: str
    """One of the values of ``PLACES``."""

    owner: type[DOMNode]
    """The app, the screen or the widget that binds it."""

    binding: Binding

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that do it, as Textual names them."""
        return tuple(key.strip() for key in self.binding.key.split(","))


def all_bindings() -> Iterator[PlacedBinding]:
    """Every key that the app, a screen or a widget binds, by place, screens before widgets."""
    from textual.binding import Binding
    from textual.screen import ModalScreen, Screen

    for room, place in PLACES.items():
        owners = sorted(
            _owners(room),
            key=lambda owner: (issubclass(owner, ModalScreen), not issubclass(owner, Screen)),
        )
        for owner in owners:
            for binding in vars(owner)["BINDINGS"]:
                row = binding if isinstance(binding, Binding) else Binding(*binding)
                yield PlacedBinding(place, owner, row)


def _owners(room: str) -> Iterator[type[DOMNode]]:
    package = importlib.import_module(f"kertui.{room}")
    inside = pkgutil.walk_packages(getattr(package, "__path__", []), f"{package.__name__}.")
    for name in (package.__name__, *(module.name for module in inside)):
        for called, found in vars(importlib.import_module(name)).items():
            # By its own name: a module may have a second name for a class, or another's class.
            own = isinstance(found, type) and (found.__module__, found.__name__) == (name, called)
            if own and "BINDINGS" in vars(found):
                yield found


def title_of(row: PlacedBinding) -> str:
    """Place and part as a heading: ``"tasks: download"`` for the ``DownloadScreen`` there."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", row.owner.__name__).lower().removesuffix(" screen")
    return row.place if words in (row.place, "kertui app") else f"{row.place}: {words}"


@click.command(short_help="List every key of the interface.")
def keys() -> None:
    """List every key of the interface and what it does, by the place where it acts."""
    from kertui.terminal.glyphs import ASCII
    from kertui.terminal.key_names import name_key

    sections: dict[str, list[tuple[str, str]]] = {}
    for row in all_bindings():
        names = "  ".join(name_key(key, ASCII) for key in row.keys)
        words = row.binding.tooltip or f"{row.binding.description}."
        sections.setdefault(title_of(row), []).append((names, words))
    formatter = click.HelpFormatter(max_width=100)
    for title, rows in sections.items():
        with formatter.section(title):
            formatter.write_dl(rows)
    click.echo(formatter.getvalue().lstrip("\n"), nl=False)
