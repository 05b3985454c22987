"""What ``python -m kertasks.views.answers.predicting`` is asked, by whoever must not import
Keras."""

from __future__ import annotations

import msgspec

from kertasks.records import learn


class AskedRows(msgspec.Struct, frozen=True):
    """With which weights, and where the rows are."""

    epoch: int | None = None
    """Of which epoch; None for the latest weights there are."""

    best: bool = False
    """Of the best epoch."""

    csv: bool = False
    """Whether the rows are a CSV file on standard input, in place of those that are given."""

    plain: bool = False
    """Whether the JSON is to be ASCII."""

    says_epoch: bool = False
    """Whether it says on standard error of which epoch the weights are."""


learn(AskedRows)
