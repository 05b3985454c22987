"""Numbers, times and money as a person reads them. Pure; no widget, no terminal.

Thousands are kept apart by a plain space, so that the text is ASCII and its length its width.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path

from kertasks.text.plain_text import visible_name

NO_VALUE = "-"
"""Stands where there is no number."""

_SHARES = ("accuracy", "precision", "recall", "auc", "f1", "score")
"""Parts of the names of metrics that lie between 0 and 1 and want three decimals."""

ERRORS = ("mae", "mean_absolute_error")
"""Names of the mean absolute error, which has the target's own unit."""

_HALF_A_YEAR = 180 * 86_400.0
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def percent(share: float) -> str:
    """A share as whole percents: ``"25 %"``."""
    return f"{100 * share:.0f} %"


def grouped(value: int) -> str:
    """A whole number, its thousands apart: ``40000`` is ``"40 000"``."""
    return f"{value:,}".replace(",", " ")


def counted(count: int, noun: str) -> str:
    """So many of something, in the singular or the plural: ``"1 epoch"``, ``"2 batches"``."""
    ending = "es" if noun.endswith(("s", "x", "tch", "sh")) else "s"
    return f"{grouped(count)} {noun}{'' if count == 1 else ending}"


def number(value: float, digits: int = 4) -> str:
    """A number to so many significant digits, never longer than about seven characters.

    ``0.22134`` is ``"0.2213"``, ``12345.6`` is ``"12 346"``, ``0.0000123`` is ``"1.23e-5"``.
    """
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 1e-3 or size >= 999_999.5:
        return scientific(value, digits - 1)
    before = max(1, math.floor(math.log10(size)) + 1)
    decimals = max(0, digits - before) if size >= 1 else digits
    if before > 3 and decimals == 0:
        return grouped(round(value))
    return f"{value:.{decimals}f}"


def scientific(value: float, digits: int = 3) -> str:
    """Significant digits with a short exponent: ``0.001`` is ``"1e-3"``, ``12000`` ``"1.2e4"``."""
    mantissa, exponent = f"{value:.{max(0, digits - 1)}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def learning_rate(value: float) -> str:
    """A learning rate, always with its exponent: ``0.001`` is ``"1e-3"``."""
    return scientific(value) if math.isfinite(value) and value else number(value)


def is_share(name: str) -> bool:
    """Whether a metric of this name lies between 0 and 1."""
    return any(part in name.lower() for part in _SHARES)


def metric(name: str, value: float) -> str:
    """A metric's value by its name: an accuracy has three decimals, a loss four digits."""
    if is_share(name) and math.isfinite(value):
        return f"{value:.3f}"
    return number(value)


def metric_label(name: str) -> str:
    """Keras's name as words: ``val_mean_absolute_error`` is ``"val mean absolute error"``."""
    return name.replace("_", " ")


def duration(seconds: float) -> str:
    """A length of time in the unit that suits it: ``"0.19 ms"``, ``"1.8 s"``, ``"1:02"``."""
    if not math.isfinite(seconds) or seconds < 0:
        return NO_VALUE
    if seconds < 1e-6:
        return "0 ms"
    if seconds < 0.9995:
        milliseconds = seconds * 1000
        decimals = 0 if milliseconds >= 9.95 else 1 if milliseconds >= 0.995 else 2
        return f"{milliseconds:.{decimals}f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    return clock(seconds)


def clock(seconds: float) -> str:
    """Elapsed or left, as a clock shows it: ``"0:07"``, ``"1:02:05"``, ``"3 d 4 h"``."""
    if not math.isfinite(seconds) or seconds < 0:
        return NO_VALUE
    whole = int(seconds + 0.5)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days} d {hour} h"
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def rate(per_second: float, unit: str) -> str:
    """How fast: ``"5 210 ep/s"``, ``"3.2 steps/s"``; slower than one a second: ``"4.1 s/ep"``."""
    if not math.isfinite(per_second) or per_second <= 0:
        return ""
    if per_second < 0.95:
        seconds = 1 / per_second
        each = unit.removesuffix("s") if unit.endswith("s") else unit
        return f"{duration(seconds) if seconds < 59.5 else clock(seconds)}/{each}"
    if per_second < 9.95:
        return f"{per_second:.1f} {unit}/s"
    # Three digits are enough for a rate, and a rate that holds its digits costs no bytes.
    whole = round(per_second, 2 - math.floor(math.log10(per_second)))
    return f"{grouped(round(whole))} {unit}/s"


def size(count: int) -> str:
    """Bytes in the unit that suits them, thousands: ``"812 B"``, ``"17.5 MB"``."""
    if count < 1000:
        return f"{count} B"
    value = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            break
    return f"{value:.1f} {unit}" if value < 99.95 else f"{value:.0f} {unit}"


def in_unit(value: float, unit: str | None) -> str:
    """A value in a target's own unit: ``2.64`` in ``"$1,000"`` is ``"$2,640"``.

    A unit that begins with a currency sign and an amount is multiplied out; any other unit
    follows the number.
    """
    if not unit:
        return number(value)
    sign, amount = unit[0], unit[1:].replace(",", "").replace(" ", "")
    if sign in "$€£¥" and math.isfinite(value):
        try:
            money = value * (float(amount) if amount else 1.0)
        except ValueError:
            return f"{number(value)} {unit}"
        minus = "-" if money < 0 else ""
        digits = 0 if abs(money) >= 100 else 2
        return f"{minus}{sign}{abs(money):,.{digits}f}"
    return f"{number(value)} {unit}"


def test_metric(test: Mapping[str, float] | None, told: str | None) -> str | None:
    """The name of the metric that says best what a run got on the test split, if any was.

    Args:
        test: what was measured.
        told: the name that the run's trainer told. Without one it is an accuracy if there is one,
            a mean absolute error, else what is not the loss. But where the loss is no finite
            number, no other metric means anything.
    """
    if not test:
        return None
    if not math.isfinite(test.get("loss", 0.0)):
        return "loss"
    if told in test:
        return told
    for name in test:
        if "accuracy" in name:
            return name
    for name in ERRORS:
        if name in test:
            return name
    return next((name for name in test if name != "loss"), next(iter(test)))


def test_result(test: Mapping[str, float] | None, unit: str | None, told: str | None) -> str:
    """What a run got on the test split, in a few words; empty where nothing was tested.

    An error in the target's unit for a regression, an accuracy if there is one, else what
    ``test_metric`` names.
    """
    name = test_metric(test, told)
    if test is None or name is None:
        return ""
    if "accuracy" in name:
        return f"test accuracy {metric(name, test[name])}"
    if name in ERRORS:
        return f"test error {in_unit(test[name], unit)}"
    return f"test {metric_label(name)} {metric(name, test[name])}"


def ago(seconds: float) -> str:
    """How long ago, in one unit: ``"just now"``, ``"12 min ago"``, ``"3 days ago"``; of what
    another host's clock says is still to come, ``"in 12 min"``."""
    minutes = int(abs(seconds) // 60)
    hours = minutes // 60
    days = hours // 24
    if minutes < 1:
        return "just now"
    length = f"{minutes} min"
    if days:
        length = "1 day" if days == 1 else f"{days} days"
    elif hours:
        length = f"{hours} h"
    return f"{length} ago" if seconds > 0 else f"in {length}"


def at(moment: float, now: float) -> str:
    """When something was, by the clock here: ``"09:05:30"`` today, else ``"27 Nov 09:05"``, and the
    day alone after half a year.

    Args:
        moment: Unix time in seconds.
        now: likewise.
    """
    then, today = time.localtime(moment), time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M:%S", then)
    if abs(now - moment) < _HALF_A_YEAR:
        return f"{then.tm_mday} {_MONTHS[then.tm_mon - 1]} {then.tm_hour:02}:{then.tm_min:02}"
    return time.strftime("%Y-%m-%d", then)


def short_path(path: str | Path) -> str:
    """A path as a person reads it: their home is ``~``, and no name steers the terminal."""
    text = visible_name(str(path))
    try:
        home = str(Path.home())
    except RuntimeError:
        return text
    if home != "/" and (text == home or text.startswith(f"{home}/")):
        return f"~{text[len(home) :]}"
    return text
