from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertasks.text import numbers as formatting


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.22134, "0.2213"),
        (0.02213, "0.0221"),
        (1.0, "1.000"),
        (12.3456, "12.35"),
        (999.96, "1000.0"),
        (1234.5, "1 234"),
        (99999.5, "100 000"),
        (1234567.0, "1.23e6"),
        (0.000123, "1.23e-4"),
        (-0.5, "-0.5000"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
    ],
)
def test_number_keeps_the_significant_digits(value: float, text: str) -> None:
    assert formatting.number(value) == text


@given(st.floats())
def test_number_is_short_ascii(value: float) -> None:
    text = formatting.number(value)
    assert text.isascii()
    assert len(text) <= 10


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e-3, "1e-3"), (0.0005, "5e-4"), (0.00123, "1.23e-3"), (1.0, "1e0"), (0.0, "0")],
)
def test_a_learning_rate_shows_its_exponent(value: float, text: str) -> None:
    assert formatting.learning_rate(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.00019, "0.19 ms"),
        (0.0023, "2.3 ms"),
        (0.041, "41 ms"),
        (1.84, "1.8 s"),
        (12.4, "12 s"),
        (62.0, "1:02"),
        (math.nan, "-"),
        (-1.0, "-"),
    ],
)
def test_a_duration_is_in_the_unit_that_suits_it(seconds: float, text: str) -> None:
    assert formatting.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0:00"), (7.0, "0:07"), (62.0, "1:02"), (3725.0, "1:02:05"), (273_600.0, "3 d 4 h")],
)
def test_a_clock(seconds: float, text: str) -> None:
    assert formatting.clock(seconds) == text


@pytest.mark.parametrize(
    ("per_second", "unit", "text"),
    [
        (5213.7, "ep", "5 210 ep/s"),
        (41.6, "ep", "42 ep/s"),
        (3.21, "steps", "3.2 steps/s"),
        (0.244, "ep", "4.1 s/ep"),
        (0.01, "steps", "1:40/step"),
        (0.0, "ep", ""),
        (math.inf, "ep", ""),
    ],
)
def test_a_rate(per_second: float, unit: str, text: str) -> None:
    assert formatting.rate(per_second, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2.64, "$1,000", "$2,640"),
        (0.05, "$1,000", "$50.00"),
        (-2.64, "$1,000", "-$2,640"),
        (44.21, "points", "44.21 points"),
        (44.21, None, "44.21"),
        (3.0, "$ per head", "3.000 $ per head"),
    ],
)
def test_a_value_in_the_unit_of_its_target(value: float, unit: str | None, text: str) -> None:
    assert formatting.in_unit(value, unit) == text


@pytest.mark.parametrize(
    ("test", "unit", "text"),
    [
        ({"loss": 0.9, "accuracy": 0.79}, None, "test accuracy 0.790"),
        ({"loss": 12.0, "mae": 2.64}, "$1,000", "test error $2,640"),
        ({"loss": 0.1234}, None, "test loss 0.1234"),
        ({"loss": 0.1, "auc": 0.9}, None, "test auc 0.900"),
        ({"loss": math.nan, "accuracy": 0.5}, None, "test loss nan"),
        ({"loss": math.inf, "mae": 3.0}, "points", "test loss inf"),
        (None, None, ""),
        ({}, None, ""),
    ],
)
def test_what_a_run_got_on_the_test_split(
    test: dict[str, float] | None, unit: str | None, text: str
) -> None:
    assert formatting.test_result(test, unit, None) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(812, "812 B"), (17_464_789, "17.5 MB"), (1_500_000_000, "1.5 GB"), (999_900, "1.0 MB")],
)
def test_bytes(count: int, text: str) -> None:
    assert formatting.size(count) == text


def test_the_home_is_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert formatting.short_path("/home/ada/runs/one") == "~/runs/one"
    assert formatting.short_path(Path("/home/ada")) == "~"
    assert formatting.short_path("/home/adam/runs") == "/home/adam/runs"
    monkeypatch.setenv("HOME", "/")
    assert formatting.short_path("/srv/runs") == "/srv/runs"
