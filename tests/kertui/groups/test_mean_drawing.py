"""A mean as it is drawn: every epoch counts in its band, however few places there are."""

from __future__ import annotations

import pytest
from tests.support.group_folders import JUDGE

from kertasks.groups.cross_validation.mean_curve import MeanCurve
from kertasks.runs.event_file.events import Epoch
from kertasks.runs.history import RunHistory
from kertui.groups.mean_drawing import band_of, points_of


def test_a_band_is_the_average_of_the_epochs_that_share_a_place() -> None:
    low, high = RunHistory(), RunHistory()
    for history, wide in ((low, -1.0), (high, 1.0)):
        values = ((n, n + wide * (n % 2)) for n in range(1, 8))
        history.add_all([Epoch(float(n), n, {"val_loss": v}, 1e-3, 0.1) for n, v in values])
    mean = MeanCurve(JUDGE, [low, high])
    mean.take()
    sd = mean.sds[0]
    assert sd > 0
    assert mean.sds[1] == 0
    assert band_of(mean, 7)[:2] == ((1.0, 1 - sd, 1 + sd), (2.0, 2.0, 2.0))
    middles, lows, highs = zip(*band_of(mean, 4), strict=True)
    assert middles == (1.5, 3.5, 5.5, 7.0)
    assert lows == pytest.approx([1.5 - sd / 2, 3.5 - sd / 2, 5.5 - sd / 2, 7 - sd])
    assert highs == pytest.approx([1.5 + sd / 2, 3.5 + sd / 2, 5.5 + sd / 2, 7 + sd])
    assert points_of(mean, 7, 7) == tuple((float(n), float(n)) for n in range(1, 8))
    assert points_of(MeanCurve(JUDGE, [RunHistory()]), 7, 7) == ()
