"""All rules, and what they say of facts.

A rule is a public function in a file of ``kertasks.advice.rules``: it takes ``Facts`` and gives
findings. To add one, write it; this table finds it.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from typing import TypeAlias

from msgspec.structs import replace

from kertasks.advice import rules
from kertasks.advice.facts import Facts
from kertasks.advice.patches import placed
from kertasks.runs.advice.finding import Finding, worst_first

Rule: TypeAlias = Callable[[Facts], Iterable[Finding]]

_CERTAIN_FIRST = (
    "output_rules",
    "input_rules",
    "row_rules",
    "layer_rules",
    "dropout_rules",
    "step_rules",
)
"""Of findings as bad as each other those of these files come first, in this order: what a loss and
an output mean is certain, how many steps are enough is a judgement."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, those first that are most certain."""
    found = [info.name for info in pkgutil.iter_modules(rules.__path__)]
    rest = sorted(set(found) - set(_CERTAIN_FIRST))
    names = [*(name for name in _CERTAIN_FIRST if name in found), *rest]
    modules = [importlib.import_module(f"{rules.__name__}.{name}") for name in names]
    return tuple(
        function
        for module in modules
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    )


def advise(facts: Facts) -> list[Finding]:
    """What all rules say of facts, the worst first; each code and layer once."""
    found: dict[tuple[str, int | None], Finding] = {}
    for rule in all_rules():
        for finding in rule(facts):
            patched = replace(finding, patch=placed(finding.patch, facts.layers))
            found.setdefault((finding.code, finding.layer), patched)
    return worst_first(found.values())
