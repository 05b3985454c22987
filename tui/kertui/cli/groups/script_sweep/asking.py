"""What a person asks of a sweep of a program, held against what there is before a group is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from kertasks.groups.script_sweep.asked import ScriptSweep, argument
from kertasks.groups.script_sweep.consent import digest_of
from kertasks.groups.sweep.dimension import Dimension, read_dimension
from kertasks.groups.sweep.wishes import DoesNotGoTogether, Wishes, generation_of, search_of
from kertasks.recipes.recipe_errors import RecipeError

_NO_RECIPE = "a program has no recipe: --arg varies its arguments."
_OWN_ROWS = "which rows are held out is for the program to say, in its fit."

REFUSED = {
    "--recipe": _NO_RECIPE,
    "--set": _NO_RECIPE,
    "--folds": _OWN_ROWS,
    "--prune": "a program cannot be trained in parts: each trial runs to its end.",
    "--output": _NO_RECIPE,
    "--on": "a program is run on this machine.",
}
"""Options of a sweep that one of a program does not have, each with the reason."""

_VARY = "nothing is varied: give an argument several values, such as --arg lr=0.1,0.01."


def require_none(given: Mapping[str, object]) -> None:
    """See that nothing was asked that a program cannot do.

    Args:
        given: by option of ``REFUSED``, what was said.

    Raises:
        click.UsageError: something was; saying why not.
    """
    for option, value in given.items():
        if value:
            raise click.UsageError(f"{option} with --script: {REFUSED[option]}")


def split_arguments(written: Sequence[str]) -> tuple[list[Dimension], list[str]]:
    """The arguments that are varied, and the words for those that all trials have alike.

    Args:
        written: each as ``--arg`` has it.

    Raises:
        click.UsageError: one has no value, or is said twice.
        RecipeError: one has a wrong list or range.
    """
    dimensions: list[Dimension] = []
    plain: list[str] = []
    named: set[str] = set()
    for one in written:
        name, equals, text = (part.strip() for part in one.partition("="))
        if not name.strip("-") or not equals or not text or " " in name:
            raise click.UsageError(f"--arg {one}: NAME=VALUES is allowed, such as lr=0.1,0.01.")
        flag, _ = argument(name, text)
        if flag in named:
            raise click.UsageError(f"--arg {one}: {flag} has its values already.")
        named.add(flag)
        try:
            found = read_dimension(name, text)
        except RecipeError as error:
            raise RecipeError(error.problems, "--arg") from error
        if found is None:
            plain += argument(name, text)
        else:
            dimensions.append(found)
    return dimensions, plain


def script_sweep_of(
    script: Path,
    arguments: Sequence[str],
    further: Sequence[str],
    wishes: Wishes,
    *,
    seed: int | None,
    seed_argument: str | None,
) -> ScriptSweep:
    """The record of what was asked.

    Args:
        script: the program.
        arguments: what is varied, each as ``--arg`` has it.
        further: what it is given in every trial, as it is.
        wishes: how it is searched.
        seed: of the search and the first start; None where nobody said one.
        seed_argument: the argument that says it; None where it has none.

    Raises:
        click.UsageError, RecipeError: what was asked does not go together; saying what does.
        MayNotStart: the program cannot be read.
    """
    dimensions, plain = split_arguments(arguments)
    if not dimensions:
        raise click.UsageError(_VARY)
    if wishes.minimize and wishes.maximize:
        raise click.UsageError("--minimize and --maximize: one metric decides.")
    if wishes.seeds > 1 and seed_argument is None:
        raise click.UsageError(
            "--seeds with --script: a program has its own seed; --seed-arg seed says which "
            "argument of it that is."
        )
    if seed_argument is not None:
        flag, _ = argument(seed_argument, "0")
        taken = [argument(one.path, "0")[0] for one in dimensions] + plain[::2]
        if flag in taken:
            raise click.UsageError(f"{flag} has its values already: leave out --seed-arg, or it.")
    try:
        search, trials = search_of(dimensions, wishes)
    except DoesNotGoTogether as error:
        raise click.UsageError(str(error)) from error
    words = (*plain, *further)
    if not all(map(str.isprintable, (str(script.absolute()), *words))):
        raise click.UsageError("an argument has signs that cannot be printed.")
    return ScriptSweep(
        tuple(dimensions),
        search=search,
        trials=trials,
        seeds=wishes.seeds,
        seed=seed or 0,
        generation=generation_of(search, trials),
        script=str(script.absolute()),
        digest=digest_of(script),
        folder=str(Path.cwd()),
        arguments=words,
        seed_argument=seed_argument,
        storage=wishes.storage,
    )
