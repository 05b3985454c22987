"""A machine that cannot train the runs of a group is named, with what it lacks."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from kertasks.groups.ray.fitness import Found, Needed, question, why_unfit

HERE = Found("near", {"kertui": "0.1.0", "keras": "3.15.1"}, digest="d1")
NEEDED = Needed(own_data="/data/houses.csv")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (HERE, ""),
        (Found("far", {"kertui": ""}), "has no kertui: install kertui 0.1.0 there"),
        (
            Found("far", {"kertui": "0.1.0", "keras": "3.14.0"}),
            "has keras 3.14.0, and this one 3.15.1: runs need the same to come to the same numbers",
        ),
        (
            msgspec.structs.replace(HERE, missing=("boston.npz is not here",)),
            "lacks data: boston.npz is not here",
        ),
        (
            msgspec.structs.replace(HERE, digest=""),
            "lacks /data/houses.csv: copy it there, to the same path",
        ),
        (
            msgspec.structs.replace(HERE, digest="d2"),
            "has another /data/houses.csv than this one: copy it there",
        ),
    ],
)
def test_what_a_machine_lacks_is_said(found: Found, said: str) -> None:
    assert why_unfit(HERE, found, NEEDED) == said


def test_own_data_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    def digest(path: Path) -> object:
        return question()((), (), str(path))["digest"]

    for name in ("one", "two"):
        (tmp_path / name / "cats").mkdir(parents=True)
        (tmp_path / name / "cats" / "1.txt").write_text("a cat")
    assert digest(tmp_path / "one") == digest(tmp_path / "two") != ""
    (tmp_path / "two" / "cats" / "1.txt").write_text("a cot")
    assert digest(tmp_path / "one") != digest(tmp_path / "two")
    assert digest(tmp_path / "three") == ""
