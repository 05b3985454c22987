"""What runs of a group were trained on, where that is not the same for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def device_words(devices: Iterable[str]) -> Mapping[str, str]:
    """What tells devices apart: of ``"NVIDIA H100, GPU 0"`` and ``"NVIDIA H100, GPU 1"`` only
    ``"GPU 0"`` and ``"GPU 1"``; nothing where there is one alone.

    Args:
        devices: as runs tell of them; empty where one does not.
    """
    found = dict.fromkeys(filter(None, devices))
    if len(found) < 2:
        return {}
    kinds = {device.rpartition(", ")[0] for device in found}
    is_short = len(kinds) == 1 and kinds != {""}
    return {one: one.rpartition(", ")[2] if is_short else one for one in found}


def devices_said(devices: Iterable[str], words: Mapping[str, str]) -> str:
    """The devices of one line of a table: ``"GPU 0"``, ``"GPU 0, GPU 1"``.

    Args:
        devices: that its runs were trained on, in their order.
        words: for each.
    """
    return ", ".join(dict.fromkeys(words[one] for one in devices if one in words))
