"""Advice about a recipe, held against its task's data."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from kertasks.advice.checked_facts import facts_of_check, stopping_facts
from kertasks.advice.checking import gather, with_learning
from kertasks.advice.data_reading import class_count, input_facts, shared_rows, target_facts
from kertasks.advice.facts import CheckedFact, CompileFacts, Facts, FitFacts
from kertasks.advice.patches import output_in_own_unit
from kertasks.advice.rule_table import advise
from kertasks.data.dataset import Dataset
from kertasks.data.values import NO_NUMBERS
from kertasks.models.build import build_model, check_recipe
from kertasks.models.check import ModelCheck
from kertasks.models.messages import BuildError
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.advice.finding import Finding

_OF_THE_VARIANT = ("validation-larger-than-training", "scaled-target")
"""What is wrong with the rows as the task gives them, which another variant of it may not have."""


def advise_recipe(recipe: Recipe, data: Dataset, seconds: float = 0.0) -> list[Finding]:
    """Everything that is wrong with a recipe, the worst first.

    Args:
        recipe: it may be one that Keras or the check refuses.
        data: of its task, in its variant and with its seed.
        seconds: how long it may be trained to find out more; 0 for not at all.
    """
    facts = facts_of_recipe(recipe, data, seconds)
    return [_with_usual_data(finding, facts, data) for finding in advise(facts)]


def _with_usual_data(finding: Finding, facts: Facts, data: Dataset) -> Finding:
    """Where the rows themselves are what is wrong, the patch takes the task's first variant; the
    network turns numbers back where the target was standardised and is no longer."""
    if finding.code not in _OF_THE_VARIANT or finding.patch or not data.task:
        return finding
    usual = find_task(data.task).variants[0].name
    if usual == data.variant:
        return finding
    scale = data.target_scale
    back = () if scale is None else output_in_own_unit(facts, scale.scale, scale.mean)
    return replace(finding, patch=(f"data.variant={usual}", *back))


def facts_of_recipe(recipe: Recipe, data: Dataset, seconds: float = 0.0) -> Facts:
    """All facts of a recipe; of one that cannot be built those of its data and its check."""
    check = check_recipe(recipe, data)
    held_out = data.held_out
    held: dict[str, Any] = {
        "validation_data": None if held_out is None else (held_out.x, held_out.y),
        "validation_split": recipe.fit.validation_split if held_out is None else 0.0,
    }
    x, y, fit = data.train.x, data.train.y, recipe.fit
    readable = data.train.rows and not {x.dtype.kind, y.dtype.kind} & set(NO_NUMBERS)
    if not readable or data.train.rows != len(y):
        return _facts_of_data(recipe, data, check)
    try:
        model = build_model(recipe, data, check=False)
    except BuildError:
        return _facts_of_data(recipe, data, check)
    facts = gather(model, x, y, batch_size=fit.batch_size, epochs=fit.epochs, **held)
    known = {fact.reason for fact in facts.checked}
    more = tuple(fact for fact in facts_of_check(check) if fact.reason not in known)
    facts = replace(
        facts,
        checked=(*facts.checked, *_of_places_unsaid(facts, more)),
        fit=_with_test(facts, data),
        stopping=stopping_facts(recipe),
    )
    if data.target_scale is not None:
        facts = replace(facts, targets=replace(facts.targets, scaled_by=data.target_scale.scale))
    return with_learning(facts, model, x, y, seconds, **held) if seconds > 0 else facts


def _with_test(facts: Facts, data: Dataset) -> FitFacts:
    """What is known of the training, with the rows that are kept for the test."""
    test = data.test
    if test is None or not test.rows or {test.x.dtype.kind, test.y.dtype.kind} & set(NO_NUMBERS):
        return facts.fit
    return replace(
        facts.fit,
        test_rows=test.rows,
        test_shared_rows=shared_rows(data.train.x, test.x),
        test_classes=class_count(test.y) if facts.targets.is_classes else 0,
    )


def _of_places_unsaid(facts: Facts, more: tuple[CheckedFact, ...]) -> list[CheckedFact]:
    """Of what the check of the recipe says, what is about places nothing was said of: the same
    fault is told with the recipe's words there and with the model's here."""
    said = {fact.path for fact in facts.checked}
    return [fact for fact in more if fact.path and fact.path not in said]


def _facts_of_data(recipe: Recipe, data: Dataset, check: ModelCheck) -> Facts:
    fit = recipe.fit
    return Facts(
        inputs=input_facts(data.train.x),
        targets=target_facts(data.train.y, class_numbers=bool(data.class_names)),
        layers=(),
        compiled=CompileFacts(),
        fit=FitFacts(rows=data.train.rows, epochs=fit.epochs, batch_size=fit.batch_size),
        checked=facts_of_check(check),
    )
