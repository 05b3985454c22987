"""``kertui evaluate RUN [OTHER]``: how well a run does, how sure that is, and what is to beat."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from kertasks.text.numbers import NO_VALUE, counted, grouped, in_unit, metric_label, number
from kertasks.text.result import compared
from kertui.cli.columns import in_columns
from kertui.cli.options import find_run, home_of, home_option, tasks_option, writes_utf8
from kertui.service.differing_runs import (
    SURE,
    EvaluatedRun,
    difference_of,
    evaluate_run,
    in_metric,
    in_words,
)

if TYPE_CHECKING:
    from kertasks.runs.folder import RunFolder
    from kertasks.runs.looking.view import Moment, Rows
    from kertasks.runs.views.confusion_matrix import ConfusionMatrix
    from kertasks.runs.views.evaluation import Score
    from kertasks.runs.views.run_difference import RunDifference
    from kertasks.runs.views.worst_rows import Mistake, Mistakes
    from kertasks.scores.run_baselines import Baseline
    from kertui.service.training_service import TrainingService

_MISTAKES = 5
_MOST_CELLS = 12
"""Classes of a confusion matrix that is printed whole."""

_CONFUSED = 5
"""Of a larger one: the pairs that are taken for each other most often."""


@click.command(short_help="Say how well a run does, and how sure that is.")
@click.argument("run")
@click.argument("other", required=False)
@click.option(
    "--split",
    type=click.Choice(["test", "validation", "train"]),
    help="On which rows: by itself the test rows where there are any, else those held out.",
)
@click.option("--best", is_flag=True, help="With the weights of the best epoch.")
@click.option("--epoch", type=click.IntRange(min=0), help="With the weights kept of this epoch.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object, for programs.")
@tasks_option
@home_option
@click.pass_context
def evaluate(
    ctx: click.Context,
    run: str,
    other: str | None,
    split: str | None,
    best: bool,
    epoch: int | None,
    as_json: bool,
) -> None:
    """Evaluate RUN, and say whether OTHER differs from it on the same rows.

    Every metric comes with its 95 % interval where it has one, beside what methods reach that
    learn next to nothing. RUN and OTHER are ids, parts of them that only one run has, or last.
    """
    # Not at the top: other commands start without them.
    from kertasks.runs.home.store import RunStore
    from kertasks.runs.looking.view import Moment, Rows
    from kertasks.user_folders import cache_dir
    from kertui.service.training_service import TrainingService

    if best and epoch is not None:
        raise click.UsageError("--best and --epoch name weights each; give one of them")
    runs = [find_run(ctx, text) for text in (run, other) if text is not None]
    rows = None if split is None else Rows(split)
    for one in runs:
        instead = "The tabs of kertui attach look at its network, where its rows are known."
        one.require_recipe("cannot be evaluated", instead)
    service = TrainingService(RunStore(home_of(ctx)), cache_dir(), spare=True)
    try:
        found = [
            _evaluate(service, one, Moment(epoch, best), rows, compares=len(runs) > 1)
            for one in runs
        ]
        difference = difference_of(service, *found) if len(found) > 1 else None
    finally:
        service.close()
    if as_json:
        plain = [one.plain() for one in found]
        if difference is not None:
            plain[0] |= {"other": plain[1], "differs": _plain_difference(difference)}
        text = json.dumps(plain[0], indent=2, ensure_ascii=not writes_utf8())
    else:
        lines = [line for one in found for line in [*one.lines(), ""]]
        if difference is not None:
            names = found[0].run.id, found[1].run.id
            lines += [in_words(difference, names, found[0].evaluation.unit), ""]
        text = "\n".join(lines[:-1])
    click.echo(text)


@dataclass(frozen=True, slots=True)
class Evaluated(EvaluatedRun):
    """What is known of one run with the weights of one moment."""

    confusion: ConfusionMatrix | None
    """None for numbers."""

    mistakes: Mistakes | None
    """None where a row has several targets."""

    @property
    def weights(self) -> str:
        """Whose weights these are: ``"epoch 12, step 30"``."""
        within = f", step {grouped(self.look.step)}" if self.look.step else ""
        return f"epoch {grouped(self.look.epoch)}{within}"

    def plain(self) -> dict[str, Any]:
        """All of it as plain data for programs; a number that is not finite as a string."""
        found, recipe = self.evaluation, self.run.recipe()
        best = found.baselines[0] if found.baselines else None
        return {
            "run": self.run.id,
            "task": recipe.task,
            "recipe": recipe.name,
            "epoch": self.look.epoch,
            "step": self.look.step,
            "split": found.rows.value,
            "rows": found.row_count,
            "metrics": {
                one.name: {"value": _plain(one.value), "low": one.low, "high": one.high}
                for one in found.metrics
            },
            "unit": found.unit,
            "baseline": None if best is None else _plain_baseline(best),
            "baselines": [_plain_baseline(one) for one in found.baselines],
            "classes": self._plain_classes(),
            "confusion": None if self.confusion is None else self.confusion.counts,
            "mistakes": [_plain_mistake(one) for one in self._worst],
        }

    def _plain_classes(self) -> list[dict[str, Any]]:
        if self.confusion is None:
            return []
        return [
            {
                "name": name,
                "precision": one.precision,
                "recall": one.recall,
                "f1": one.f1,
                "support": one.support,
            }
            for name, one in zip(self.confusion.classes, self.confusion.figures, strict=True)
        ]

    @property
    def _worst(self) -> Sequence[Mistake]:
        return () if self.mistakes is None else self.mistakes.mistakes

    def lines(self) -> list[str]:
        """All of it for a person, aligned."""
        recipe, found = self.run.recipe(), self.evaluation
        lines = [f"{recipe.task} {recipe.name}  {self.run.id}"]
        lines += [f"weights of {self.weights}, {counted(found.row_count, f'{found.rows} row')}"]
        lines += ["", *_table([_score_cells(one, found.unit) for one in found.metrics], "lrrl")]
        if found.baselines:
            rows = [(one.name, self._baseline_value(one)) for one in found.baselines]
            against = f"  this run: {self._against}" if self._against else ""
            lines += ["", f"baselines{against}", *_table(rows, "lr")]
        if self.confusion is not None:
            lines += ["", *_class_lines(self.confusion), *_confusion_lines(self.confusion)]
        if self._worst:
            lines += ["", *_mistake_lines(self._worst, found.unit)]
        return lines

    def _baseline_value(self, baseline: Baseline) -> str:
        return in_metric(baseline.metric, baseline.value, self.evaluation.unit)

    @property
    def _against(self) -> str:
        found = self.evaluation
        best = found.baselines[0] if found.baselines else None
        return compared(best, {one.name: one.value for one in found.metrics}, found.unit)


def _evaluate(
    service: TrainingService, run: RunFolder, moment: Moment, rows: Rows | None, *, compares: bool
) -> Evaluated:
    from kertasks.runs.views.confusion_matrix import ConfusionMatrix, ConfusionRequest
    from kertasks.runs.views.worst_rows import Mistakes, MistakesRequest

    found = evaluate_run(service, run, moment, rows, each_row=compares)
    confusion = service.look(run, moment, ConfusionRequest(rows)).record
    mistakes = service.look(run, moment, MistakesRequest(rows, count=_MISTAKES)).record
    return Evaluated(
        found.run,
        found.moment,
        found.look,
        found.evaluation,
        confusion if isinstance(confusion, ConfusionMatrix) else None,
        mistakes if isinstance(mistakes, Mistakes) else None,
    )


def _plain_difference(found: RunDifference) -> dict[str, Any]:
    return {
        "metric": found.metric,
        "test": found.test,
        "difference": _plain(found.difference),
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "differs": None if found.p is None else found.p < SURE,
    }


def _plain(value: float) -> float | str:
    return value if math.isfinite(value) else number(value)


def _plain_baseline(baseline: Baseline) -> dict[str, Any]:
    return {"name": baseline.name, "metric": baseline.metric, "value": baseline.value}


def _plain_mistake(mistake: Mistake) -> dict[str, Any]:
    from kertasks.runs.views.worst_rows import ClassAnswer

    answer, plain = mistake.answer, {"row": mistake.row}
    if isinstance(answer, ClassAnswer):
        said = {"said": answer.said, "probability": _plain(answer.said_probability)}
        true = {"true": answer.true, "true_probability": _plain(answer.true_probability)}
        return plain | said | true
    return plain | {"said": _plain(answer.said), "true": _plain(answer.true)}


def _score_cells(score: Score, unit: str | None) -> tuple[str, ...]:
    value = in_metric(score.name, score.value, unit)
    if score.low is None or score.high is None:
        return metric_label(score.name), value, "", ""
    ends = " to ".join(in_metric(score.name, end, unit) for end in (score.low, score.high))
    return metric_label(score.name), value, ends, "(95 %)"


def _class_lines(confusion: ConfusionMatrix) -> list[str]:
    rows: list[tuple[str, ...]] = [("class", "precision", "recall", "F1", "rows")]
    for name, one in zip(confusion.classes, confusion.figures, strict=True):
        shares = (one.precision, one.recall, one.f1)
        rows.append((name, *(f"{share:.3f}" for share in shares), grouped(one.support)))
    return _table(rows, "lrrrr")


def _confusion_lines(confusion: ConfusionMatrix) -> list[str]:
    """The matrix, or of a large one who is taken for whom most often."""
    names, counts = confusion.classes, confusion.counts
    if len(names) <= _MOST_CELLS:
        rows = [("true \\ said", *names)]
        rows += [(name, *map(grouped, row)) for name, row in zip(names, counts, strict=True)]
        return ["", *_table(rows, "l" + "r" * len(names))]
    pairs = [
        (count, names[true], names[said])
        for true, row in enumerate(counts)
        for said, count in enumerate(row)
        if true != said and count
    ]
    pairs.sort(key=lambda pair: -pair[0])
    rows = [("taken for another most often", "said", "rows")]
    rows += [(true, said, grouped(count)) for count, true, said in pairs[:_CONFUSED]]
    return ["", *_table(rows, "llr")] if pairs else []


def _mistake_lines(worst: Sequence[Mistake], unit: str | None) -> list[str]:
    from kertasks.runs.views.worst_rows import ClassAnswer

    rows: list[tuple[str, ...]] = [("most wrong", "true", "said", "sure")]
    for mistake in worst:
        answer = mistake.answer
        if isinstance(answer, ClassAnswer):
            sure = f"{answer.said_probability:.3f}"
            rows.append((f"row {grouped(mistake.row)}", answer.true, answer.said, sure))
        else:
            values = (in_unit(value, unit) for value in (answer.true, answer.said))
            rows.append((f"row {grouped(mistake.row)}", *values, ""))
    is_class = isinstance(worst[0].answer, ClassAnswer)
    return _table([row if is_class else row[:3] for row in rows], "lllr" if is_class else "lrr")


def _table(rows: Sequence[Sequence[str]], sides: str) -> list[str]:
    """Rows of cells in columns, each to the left or to the right; nothing is ``NO_VALUE``."""
    shown = [[cell or ("" if at else NO_VALUE) for at, cell in enumerate(row)] for row in rows]
    return [f"  {line}" for line in in_columns(shown, sides)]
