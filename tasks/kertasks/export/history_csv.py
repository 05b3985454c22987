"""A run's history as a table for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
import math

from kertasks.export.formats import Export, NoEpochs
from kertasks.runs.history import RunHistory


def write(export: Export) -> None:
    """Write one row an epoch: its number (from 1), every metric, the learning rate, the seconds.

    Every number is written with all its digits, as Python reads it back; what is none as
    ``nan``, ``inf`` or ``-inf``. A learning rate that is not known is left empty.

    Raises:
        NoEpochs: there are none.
        RunDamaged: its events cannot be read.
    """
    export.run.require_events()
    history = RunHistory.read(export.run.events_path)
    if not history.epochs:
        raise NoEpochs(export.run)
    names = history.metric_names
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["epoch", *names, "learning_rate", "seconds"])
    columns = [history.column(name) for name in names]
    rates = ("" if math.isnan(rate) else rate for rate in history.learning_rates)
    table.writerows(zip(history.epoch_numbers, *columns, rates, history.seconds, strict=True))
    with export.file() as file:
        file.write(text.getvalue().encode())
