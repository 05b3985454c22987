"""What a command line says of a table of a person's own: one record, one set of options."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from kertasks.tables.table import ReadingWishes

_Command = TypeVar("_Command", bound=Callable[..., Any])

_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " "}
"""Delimiters by their names, which are easier to type."""

_LONGEST_DELIMITER = 4

_OPTIONS = (
    click.option(
        "--target", metavar="COLUMN", help="Of a table: the column to predict (default: a guess)."
    ),
    click.option(
        "--role",
        "roles",
        multiple=True,
        metavar="COLUMN=ROLE",
        help="Of a table: what a column is: number, category, text, date, identifier or ignore. "
        "Again for more.",
    ),
    click.option(
        "--delimiter",
        metavar="SIGN",
        help="Of a table: what cells are kept apart by: a sign, or tab or space.",
    ),
    click.option("--decimal", type=click.Choice([".", ","]), help="Of a table: the decimal sign."),
    click.option(
        "--header/--no-header",
        default=None,
        help="Of a table: whether the first row names columns.",
    ),
    click.option(
        "--encoding",
        metavar="NAME",
        help="Of a table: such as utf-8, utf-16, latin-1 or cp1252.",
    ),
    click.option(
        "--missing",
        multiple=True,
        metavar="TEXT",
        help="Of a table: a cell that stands for none, besides blanks, NA and the like. Again for "
        "more.",
    ),
)


@dataclass(frozen=True, slots=True)
class SaidOfTable:
    """What a person says of a table; the rest is found out."""

    target: str | None = None
    roles: tuple[str, ...] = ()
    """``COLUMN=ROLE`` each."""

    delimiter: str | None = None
    decimal: str | None = None
    header: bool | None = None
    encoding: str | None = None
    missing: tuple[str, ...] = ()

    @property
    def wishes(self) -> ReadingWishes:
        """How the file is read."""
        from kertasks.tables.table import ReadingWishes

        return ReadingWishes(
            delimiter=_NAMED.get(self.delimiter or "", self.delimiter),
            header=self.header,
            decimal=self.decimal,
            encoding=self.encoding,
            missing=tuple(text.strip() for text in self.missing),
        )

    @property
    def of_reading(self) -> list[str]:
        """The options that say how the file is read, as they are typed in a shell."""
        given = {
            "--delimiter": self.delimiter,
            "--decimal": self.decimal,
            "--encoding": self.encoding,
        }
        words = [f"{option} {shlex.quote(word)}" for option, word in given.items() if word]
        if self.header is not None:
            words.append("--header" if self.header else "--no-header")
        return [*words, *(f"--missing {shlex.quote(text)}" for text in self.missing)]

    @property
    def options(self) -> list[str]:
        """Everything that is said, as options that are typed in a shell."""
        target = [] if self.target is None else [f"--target {shlex.quote(self.target)}"]
        return [*target, *(f"--role {shlex.quote(role)}" for role in self.roles), *self.of_reading]

    def require_nothing(self, what: str) -> None:
        """See that nothing is said, of what is no table's file.

        Args:
            what: a sentence on that.

        Raises:
            click.UsageError: something is; naming it.
        """
        if self.options:
            raise click.UsageError(f"{what}: {self.options[0]} is of a table's file.")


def table_options(command: _Command) -> Callable[..., Any]:
    """What a person may say of a table, as the argument ``said``."""

    @wraps(command)
    def with_said(*given: Any, **named: Any) -> Any:
        fields = {name: named.pop(name) for name in SaidOfTable.__slots__}
        delimiter = fields["delimiter"]
        if delimiter is not None and not 1 <= len(_NAMED.get(delimiter, delimiter)) <= (
            _LONGEST_DELIMITER
        ):
            raise click.UsageError("--delimiter is one sign, four at most, or tab or space.")
        return command(*given, said=SaidOfTable(**fields), **named)

    found: Callable[..., Any] = with_said
    for option in reversed(_OPTIONS):
        found = option(found)
    return found
