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
from kertasks.runs.advice.finding import Fault, Finding, FindingId, Severity, worst_first

Rule: TypeAlias = Callable[[Facts], Iterable[Finding]]

_SHOWN_BY_TRAINING = ("learning_rules", "trained_network_rules")
"""Files of rules about what a training shows."""

SHOWN_ALONE = (Fault.METRIC, Fault.VALIDATION)
"""Faults of what is shown: a network learns the same with them, so that they explain nothing, and
mending them makes no better network, and must not make a worse one."""

_CERTAIN_FIRST = (
    "output_rules",
    "input_rules",
    "row_rules",
    "layer_rules",
    "dropout_rules",
    "step_rules",
    *_SHOWN_BY_TRAINING,
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
    """What all rules say of facts, the worst first; each code and layer once.

    What a training shows is worth a warning where nothing found before it explains it: else the
    cause is what is to be changed, and what it does is a remark.
    """
    found: dict[FindingId, Finding] = {}
    explained = False
    for rule in all_rules():
        is_shown = rule.__module__.rpartition(".")[2] in _SHOWN_BY_TRAINING
        for finding in rule(facts):
            if not is_shown:
                explained |= finding.is_alarm and finding.fault not in SHOWN_ALONE
            told = _as_remark(finding) if is_shown and explained else finding
            patched = replace(told, patch=placed(told.patch, facts.layers))
            found.setdefault(finding.id, patched)
    return worst_first(found.values())


def _as_remark(finding: Finding) -> Finding:
    is_warning = finding.severity is Severity.WARNING
    return replace(finding, severity=Severity.INFO) if is_warning else finding
