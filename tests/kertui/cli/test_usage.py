"""What is said to a person who mistyped, and what the quick commands print."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kertasks.recipes.toml_file import save_recipe
from kertasks.registry import all_tasks, find_task
from kertui import __version__
from kertui.cli.main import run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["trian", "xor"], "did you mean 'train'?"),
        (["xor"], "did you mean 'train xor'?"),
        (["data", "gte"], "did you mean 'get'?"),
        (["data", "get", "imbd"], "did you mean 'imdb'?"),
        (["train", "xr"], "did you mean 'xor'?"),
        (["train"], "Missing argument 'TASK|FILE'"),
        (["train", "xor", "--recipe", "answr"], "did you mean 'answer'?"),
        (["train", "xor", "--recipe", "no.toml"], "no.toml: recipe: found no such file"),
        (["train", "xor", "--epoch", "3"], "--epochs"),
        (["train", "xor", "--epochs", "0"], "--epochs"),
        (["train", "xor", "--batch-size", "x"], "--batch-size"),
        (["train", "xor", "--learning-rate", "0"], "--learning-rate"),
        (["train", "xor", "--learning-rate", "1e300"], "--learning-rate"),
        (["set", "last", "--learning-rate", "1e300"], "--learning-rate"),
        (["set", "last", "--epochs", "1" + 400 * "0"], "1<=x<=2147483648"),
        (["resume", "last", "--epochs", "1" + 400 * "0"], "1<=x<=2147483648"),
        (["train", "xor", "--set", "fit.epochs=3000000000"], "at most 2147483648"),
        (["train", "xor", "--set", "fit.epoch=3"], "did you mean fit.epochs?"),
        (["train", "xor", "--set", "layers.7.units=3"], "layers.7.units"),
        (["train", "xor", "--set", "fit.epochs"], "path=value"),
        (["--asci"], "--ascii"),
    ],
)
def test_wrong_usage_is_status_2_with_the_right_spelling(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], trainer_home: Path
) -> None:
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err
    assert not trainer_home.exists()


def test_without_a_terminal_the_interface_says_what_to_use(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run([]) == 2
    assert "kertui train TASK" in capsys.readouterr().err


def test_a_recipe_file_for_another_task_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "square.toml"
    save_recipe(find_task("square").recipes["tanh"], path)
    assert run(["train", "xor", "--recipe", str(path)]) == 2
    assert "is a recipe of square, not of xor" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--recipe"], ["--json", "--recipe"]])
def test_a_recipe_that_is_no_file_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    assert run(["train", "xor", *words, str(tmp_path / "pipe.toml")]) == 2
    assert "pipe.toml: recipe: found a named pipe and no file" in capsys.readouterr().err


def test_a_fault_in_a_recipe_file_is_said_with_file_and_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    save_recipe(find_task("xor").recipes["answer"], path)
    path.write_text(path.read_text().replace("batch_size = 1", "batch_size = 0"))
    assert run(["train", "xor", "--recipe", str(path)]) == 2
    err = capsys.readouterr().err
    assert "mine.toml" in err
    assert "fit.batch_size" in err


def test_missing_data_is_status_1_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert run(["train", "boston"]) == 1
    err = capsys.readouterr().err
    assert "kertui data get boston_housing.npz" in err
    assert "https://" in err


def test_tasks_as_json_name_every_task(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tasks", "--json"]) == 0
    described = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in described] == [task.name for task in all_tasks()]
    xor = next(entry for entry in described if entry["name"] == "xor")
    assert xor["kind"] == "binary classification"
    assert xor["recipes"] == list(find_task("xor").recipes)
    assert xor["data_here"] is True


def test_tasks_are_one_line_each_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tasks"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for task in all_tasks():
        (line,) = [line for line in lines if line.split()[:1] == [task.name]]
        assert all(name in line for name in task.recipes)


def test_data_lists_files_and_says_whose_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert run(["data"]) == 0
    out = capsys.readouterr().out
    (boston,) = [line for line in out.splitlines() if line.startswith("boston_housing.npz")]
    assert boston.split() == ["boston_housing.npz", "57.0", "kB", "missing", "boston"]
    assert str(tmp_path / "datasets") in out


def test_data_add_checks_the_file_and_puts_it_in_place(
    genuine_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    fetched = tmp_path / "boston_housing.npz"
    fetched.write_bytes(b"not it")
    assert run(["data", "add", str(fetched)]) == 1
    assert "damaged" in capsys.readouterr().err
    fetched.write_bytes((genuine_data / "datasets" / "boston_housing.npz").read_bytes())
    assert run(["data", "add", str(fetched)]) == 0
    assert (tmp_path / "keras" / "datasets" / "boston_housing.npz").is_file()
    assert run(["data", "get", "boston"]) == 0
    assert "is here" in capsys.readouterr().out


def test_data_get_without_a_network_says_how_to_do_it_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody listens there
    assert run(["data", "get", "boston"]) == 1
    err = capsys.readouterr().err
    assert "could not download boston_housing.npz" in err
    assert "https://" in err
    assert "kertui data add" in err
    assert not list(tmp_path.rglob("*.npz"))


def test_a_home_that_cannot_be_written_is_said_before_anything_is_trained(
    tmp_path: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KERTUI_CACHE", str(cache))
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert run(["train", "xor", "--home", str(in_the_way / "home")]) == 1
    err = capsys.readouterr().err
    assert "cannot keep runs in" in err
    assert "--home" in err


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"kertui {__version__}\n"


def test_a_reader_that_leaves_is_no_error() -> None:
    kertui = subprocess.Popen(
        [sys.executable, "-m", "kertui", "tasks", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert kertui.stdout is not None
    kertui.stdout.close()
    assert kertui.stderr is not None
    assert kertui.stderr.read() == b""
    assert kertui.wait() == 141
    kertui.stderr.close()


HEAVY = {"keras", "tensorflow", "numpy", "sklearn", "textual", "plotext", "psutil"}


@pytest.mark.parametrize(
    "code",
    [
        "from kertui.cli.main import run; run(['tasks'])",
        "from kertui.cli.main import run; run(['tasks', '--json'])",
        "from kertui.cli.main import run; run(['data'])",
        "from kertui.cli.main import run; run(['train', 'xr'])",
        "from kertui.cli.main import run; run(['--help'])",
    ],
)
def test_quick_commands_import_nothing_heavy(code: str) -> None:
    assert loaded(code, HEAVY) == []


@pytest.mark.parametrize(
    "module",
    [
        "kertui.app",
        "kertui.cli.progress.following",
        "kertui.service.training_service",
        "kertasks.runs.history",
        "kertasks.runs.event_file.event_reader",
    ],
)
def test_the_interface_never_imports_what_trains(module: str) -> None:
    heavy = {"keras", "tensorflow", "numpy", "sklearn", "plotext"}
    assert loaded(f"import {module}", heavy) == []


@pytest.mark.training
def test_the_trainer_never_imports_the_interface() -> None:
    process = "kertasks.trainer.process"
    modules = ", ".join(f"{process}.{name}" for name in ("worker", "serving", "keras_worker"))
    code = f"from kertasks.keras_import import import_keras\nimport_keras()\nimport {modules}"
    assert loaded(code, {"textual", "plotext", "click"}) == []


def loaded(code: str, names: set[str]) -> list[str]:
    """Which of the packages a fresh Python has imported after the code."""
    script = f"{code}\nimport sys\nprint(sorted(set(sys.modules) & {names!r}), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    found: list[str] = eval(done.stderr.strip().splitlines()[-1])
    return found


def test_the_help_lists_every_command_in_a_section(capsys: pytest.CaptureFixture[str]) -> None:
    from kertui.cli.main import SECTIONS
    from kertui.cli.main import kertui as group

    listed = [command for commands in SECTIONS.values() for command in commands]
    assert sorted(str(command.name) for command in listed) == sorted(group.commands)
    assert run(["--help"]) == 0
    said = capsys.readouterr().out
    assert not [line for line in said.splitlines()[1:] if line.endswith("...")]
    assert said.index("Train:") < said.index("See runs:") < said.index("Steer a run:")
