"""The process that looks at tables: started when asked, hurt by no file, gone with who asks."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kertasks.tables.table import ReadingWishes
from kertui.service.table_process import CannotLook, TableProcess


@pytest.fixture
def process() -> Iterator[TableProcess]:
    made = TableProcess()
    yield made
    made.close()


def table_at(folder: Path, rows: int = 3) -> Path:
    path = folder / "table.csv"
    path.write_text("a;label\n" + "".join(f"{n},5;{n % 2}\n" for n in range(rows)))
    return path


def test_it_looks_goes_on_after_an_error_and_takes_changes(
    process: TableProcess, tmp_path: Path
) -> None:
    seen = process.look(table_at(tmp_path))
    assert (seen.table.target, seen.table.reading.decimal) == ("label", ",")
    with pytest.raises(CannotLook, match="there is no folder in it"):
        process.look(tmp_path)
    assert process.look(tmp_path / "table.csv", seen.table).table == seen.table
    wishes = ReadingWishes(header=False)
    assert process.look(tmp_path / "table.csv", wishes=wishes).table.rows == 4


def test_the_next_look_has_another_process_where_one_was_killed(
    process: TableProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    path = table_at(tmp_path, 2_000_000)
    failures: list[CannotLook] = []

    def look() -> None:
        try:
            process.look(path)
        except CannotLook as error:
            failures.append(error)

    thread = threading.Thread(target=look)
    thread.start()
    while process.pid is None:
        time.sleep(0.01)
    subprocess.run(["kill", "-9", str(process.pid)], check=True)
    thread.join(60)
    assert "has ended" in str(failures[0])
    assert list(scratch.iterdir()) == []
    assert process.look(table_at(tmp_path)).table.rows == 3


def test_closing_ends_a_look_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    process = TableProcess()
    path = table_at(tmp_path, 2_000_000)
    timer = threading.Timer(0.5, process.close)
    timer.start()
    with pytest.raises(CannotLook):
        process.look(path)
    timer.join(60)
    assert list(scratch.iterdir()) == []
    with pytest.raises(CannotLook, match="closed"):
        process.look(path)


def test_a_request_that_is_none_is_answered_and_the_end_of_the_input_ends_it(
    tmp_path: Path,
) -> None:
    good = msgspec.json.encode({"path": str(table_at(tmp_path))})
    asked = subprocess.Popen(
        [sys.executable, "-m", "kertasks.tables"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with asked:
        assert asked.stdin is not None
        assert asked.stdout is not None
        asked.stdin.write(b'nonsense\n{"path": 7}\n' + good + b"\n")
        asked.stdin.flush()
        answers = [msgspec.json.decode(asked.stdout.readline()) for _ in range(3)]
        asked.stdin.close()
        assert asked.wait(60) == 0
    assert all("the request is none" in answer["error"] for answer in answers[:2])
    assert answers[2]["look"]["table"]["target"] == "label"


def test_the_one_that_asks_imports_neither_numpy_nor_duckdb(tmp_path: Path) -> None:
    code = (
        "import sys; from kertui.service.table_process import TableProcess; "
        f"process = TableProcess(); process.look({str(table_at(tmp_path))!r}); process.close(); "
        "print(sorted({'numpy', 'duckdb', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n"
