"""``kertui predict`` as a person and a pipe use it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
import psutil
import pytest
from tests.support.trainers import PATIENCE

from kertasks.fitting import predict
from kertasks.registry import find_task
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.looking.asked_rows import AskedRows
from kertasks.runs.looking.view import Moment
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train
from kertasks.views.answers import predicting
from kertasks.views.answers.answered_rows import answer_rows
from kertasks.views.networks.run_network import RunNetwork
from kertui.cli.main import run as kertui

pytestmark = pytest.mark.training

KERTUI = [sys.executable, "-m", "kertui", "predict"]


@pytest.fixture(scope="module")
def xor(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The answer to exclusive or, trained to its end."""
    run = RunStore(tmp_path_factory.mktemp("home")).create(find_task("xor").recipes["answer"])
    assert train(claim(run.path), DatasetCache(), "CPU")
    return run


def home_of(run: RunFolder) -> list[str]:
    return ["--home", str(run.path.parent.parent)]


def answered(
    run: RunFolder, asked: AskedRows, *rows: str, file: str | None = None
) -> tuple[list[dict[str, Any]], list[str]]:
    out, said = BytesIO(), list[str]()
    stream = None if file is None else BytesIO(file.encode())
    all_read = answer_rows(run, asked, rows, stream, out, said.append)
    assert all_read is not any(text.startswith("Error: ") for text in said)
    return [json.loads(line) for line in out.getvalue().splitlines()], said


def test_every_row_that_can_be_read_is_answered(xor: RunFolder) -> None:
    rows = ["0,0", "1", "[1, 0]", "0,x", " 0, 1", "1,1", "-4,-.5"]
    found, said = answered(xor, AskedRows(), *rows)
    assert said == [
        "Error: row 2: found 1 number; wanted: 2 numbers (a, b)",
        "Error: row 4: b: found 'x'; wanted: a number",
    ]
    assert [row["input"] for row in found] == [[0, 0], [1, 0], [0, 1], [1, 1], [-4, -0.5]]
    assert [row["class"] for row in found[:4]] == ["0", "1", "1", "0"]
    network = RunNetwork(xor, DatasetCache())
    network.load(Moment())
    x = np.array([row["input"] for row in found], np.float32)
    assert np.allclose([row["output"] for row in found], predict(network.model, x), atol=1e-6)
    for row in found:
        assert list(row) == ["input", "output", "class", "probability"]
        second = row["output"][0]
        assert row["probability"] == (second if row["class"] == "1" else 1 - second)


def test_a_file_is_answered_by_its_header_and_with_its_lines(xor: RunFolder) -> None:
    file = "b,id,a\n1,x,0\n,y,0\n0,z,0\n"
    found, said = answered(xor, AskedRows(csv=True, says_epoch=True), file=file)
    assert [(row["input"], row["class"]) for row in found] == [([0, 1], "1"), ([0, 0], "0")]
    assert said == [
        f"weights after 1 000 epochs of {xor.id}",
        "Error: row 2 (line 3): b: found ''; wanted: a number",
    ]


def test_answers_are_aligned_for_people_and_negative_numbers_are_no_options(
    xor: RunFolder,
) -> None:
    words = [*KERTUI, "xor", "-4,-.5", "1,0", "-1", *home_of(xor)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    first, second = done.stdout.splitlines()
    assert first.startswith("-4, -0.5  ")
    assert second.startswith("1, 0      1  0.9")
    assert done.stderr.splitlines() == [
        f"weights after 1 000 epochs of {xor.id}",
        "Error: row 3: found 1 number; wanted: 2 numbers (a, b)",
    ]


def test_rows_stream_and_memory_stays_flat(xor: RunFolder) -> None:
    rows, every = 200_000, 40_000
    process = subprocess.Popen(
        [*KERTUI, "last", "--csv", "-", "--json", *home_of(xor)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        guard = threading.Timer(PATIENCE, process.kill)
        guard.start()
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"0,1\n")
        process.stdin.flush()
        # The first is answered while more may come.
        assert json.loads(process.stdout.readline())["input"] == [0, 1]
        writer = threading.Thread(target=_write, args=(process.stdin, b"0.25,1\n" * rows))
        writer.start()
        (child,) = psutil.Process(process.pid).children()
        memory = []
        for number in range(1, rows):
            line = process.stdout.readline()
            if number % every == 0:
                memory.append(child.memory_info().rss)
        assert json.loads(line)["input"] == [0.25, 1]
        writer.join()
        # Whoever reads leaves: it ends, and says nothing of it.
        process.stdout.close()
        writer = threading.Thread(target=_write, args=(process.stdin, b"0.25,1\n" * rows))
        writer.start()
        status = process.wait(PATIENCE)
        writer.join()
        said = process.stderr.read()
        guard.cancel()
    assert (status, said) == (141, b"")
    # Kept, 160,000 more rows and answers would take over 50 MB.
    assert memory[-1] - memory[0] < 20_000_000, memory


def _write(pipe: IO[bytes], data: bytes) -> None:
    try:
        pipe.write(data)
        pipe.flush()
    except BrokenPipeError:
        pass


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["xor"], 2, "give rows as VALUES, or a file or a pipe by --csv; for example 1,0"),
        (["xor", "1,0", "--csv", "-"], 2, "by --csv; not both"),
        (["xor", "--csv", "nowhere.csv"], 2, "'nowhere.csv' does not exist"),
        (["xor", "1,0", "--best", "--epoch", "3"], 2, "leave out --epoch"),
        (["xor", "1,0", "--epoch", "-3"], 2, "--epoch"),
        (["xor", "1,0", "--jsno"], 2, "--json"),
        (["xr", "1,0"], 2, "there is no run 'xr'"),
    ],
)
def test_wrong_usage_starts_no_process(
    xor: RunFolder, words: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kertui(["predict", *words, *home_of(xor)]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_a_run_without_weights_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = RunStore(tmp_path).create(find_task("xor").recipes["answer"])
    asked = msgspec.json.encode(AskedRows(says_epoch=True)).decode()
    assert predicting.main([str(run.path), asked, "1,0"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "Error: model.keras is not there: it is written when the training ends\n"
