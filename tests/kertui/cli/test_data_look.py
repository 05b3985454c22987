"""``kertui data look FILE``: what was understood, in cells that align, and what to type next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.support.picture_files import write_pictures

from kertui.cli.main import run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "wein güte.csv"
    rows = [f"{n},5;{'rot' if n % 2 else '白葡萄酒'};{n % 3}" for n in range(30)]
    rows[3] = "NA;rot;0"
    path.write_text("\n".join(["säure;sorte;label", *rows]) + "\n", encoding="utf-8")
    return path


def test_what_was_understood_is_said(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "look", str(table)]) == 0
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert "30 rows, 3 columns, CSV, header found, semicolon separated, decimal comma" in lines[0]
    head = next(line for line in lines if line.split()[:2] == ["column", "role"])
    rows = lines[lines.index(head) + 1 :][:3]
    for name, role, row in zip(
        ("säure", "sorte", "label"), ("number", "category", "category"), rows, strict=True
    ):
        assert name in row
        assert cell_len(row[: row.index(role)]) == cell_len(head[: head.index("role")])
    assert "missing: 1 cell of säure, row 4, written 'NA'" in said
    assert lines[-1] == f"next: kertui train '{table}' --target label"


def test_what_is_said_otherwise_holds(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--target", "sorte", "--role", "label=ignore", "--decimal", ",", "--json"]
    assert run(["data", "look", str(table), *words]) == 0
    seen = json.loads(capsys.readouterr().out)
    assert seen["table"]["target"] == "sorte"
    assert sorted(seen["table"]["classes"]) == ["rot", "白葡萄酒"]
    assert seen["table"]["columns"][2]["role"] == "ignore"
    assert run(["data", "look", str(table), *words[:-1]]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.endswith(" --target sorte --role label=ignore --decimal ,")


def test_cells_that_are_no_numbers_are_counted_as_missing_where_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "houses.csv"
    rows = [f"{n}.5,{n * 3}" for n in range(40)]
    rows[4], rows[9], rows[11] = "three,12", "on request,27", "n/a,33"
    path.write_text("\n".join(["area,price", *rows]) + "\n")
    assert run(["data", "look", str(path)]) == 1
    said = capsys.readouterr().out
    assert "missing: 1 cell of area, row 12, written 'n/a'" in said
    options = "--target price --missing three --missing 'on request'"
    assert said.splitlines()[-1] == f"to count them as missing: kertui train {path} {options}"
    assert run(["train", str(path)]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == f"to count them as missing: kertui train {path} {options}"
    assert run(["data", "look", str(path), "--missing", "three", "--missing", " on request "]) == 0
    said = capsys.readouterr().out
    assert "missing: 3 cells of area, row 5, 10, 12, written" in said
    assert said.splitlines()[-1].startswith(f"next: kertui train {path} --target price --missing")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--no-header", "--delimiter", "comma"], 1, ""),
        (["--role", "säure=numbr"], 2, "did you mean 'number'?"),
        (["--target", "sort"], 2, "did you mean 'sorte'?"),
        (["--delimiter", "abcdef"], 2, "--delimiter is one sign"),
        (["--decimal", "x"], 2, "--decimal"),
        (["--role", "sorte=number"], 1, "row 1, column sorte: '白葡萄酒' is not a number"),
    ],
)
def test_what_cannot_be_is_said(
    table: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int, said: str
) -> None:
    assert run(["data", "look", str(table), *words]) == status
    captured = capsys.readouterr()
    assert said in captured.out + captured.err


@pytest.mark.parametrize("path", ["https://127.0.0.1:9/a.csv", "*.csv", "/dev/zero", "/"])
def test_what_is_no_file_is_said(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "look", path]) == 1
    assert capsys.readouterr().err.startswith("Error: ")


def test_a_folder_and_a_file_of_arrays_are_said_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_pictures(tmp_path / "my pictures")
    (folder / "light" / "cut.png").write_bytes(b"x")
    assert run(["data", "look", str(folder)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:3] == [
        "my pictures: 24 pictures, 2 classes; 20 % of each class held out",
        "classes: dark 12, light 12",
        "sizes: 8 x 8 (24)",
    ]
    assert said[-2:] == [
        "  light/cut.png: no PNG, JPEG, GIF or BMP",
        f"next: kertui train '{folder}'",
    ]
    for path in (folder / "dark").iterdir():
        path.unlink()
    assert run(["data", "look", str(folder), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["problems"][0].startswith("the class dark has 0")
    assert run(["data", "look", str(folder), "--target", "x"]) == 2
    (tmp_path / "a.npz").write_text("no arrays")
    assert run(["data", "look", str(tmp_path / "a.npz")]) == 1
    assert "a.npz: " in capsys.readouterr().err
