"""Each of several trainings at once has a GPU of its own, on a machine that has some.

No machine of the tests has one: what is shown here is which GPU each process is told to use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.support.group_folders import write_group, write_sweep
from tests.support.nvidia_smi import put_nvidia_smi
from tests.support.trainers import PATIENCE
from tests.support.waiting import wait_until

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupFolder, GroupState
from kertasks.groups.history import GroupHistory
from kertasks.groups.machines import ThisMachine
from kertasks.groups.note import notes_of
from kertasks.groups.sweep.asked import Sweep
from kertasks.groups.sweep.dimension import Choices
from kertasks.processes.gpus import gpu_environments, visible_gpu
from kertasks.processes.trainer_process import TrainerProcess
from kertui.cli.main import kertui
from kertui.text.device_words import device_words

CORES = len(os.sched_getaffinity(0))

PROGRAM = """
import os, sys, time
names = "CUDA_VISIBLE_DEVICES", "TF_FORCE_GPU_ALLOW_GROWTH"
with open(f"told-{sys.argv[2]}.part", "w") as file:
    file.write(" ".join(os.environ.get(name, "-") for name in names))
os.rename(file.name, f"told-{sys.argv[2]}")
while sum(name.startswith("told-") for name in os.listdir()) < 3:
    time.sleep(0.02)
"""


@pytest.fixture(autouse=True)
def two_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "TF_FORCE_GPU_ALLOW_GROWTH"):
        monkeypatch.delenv(name, raising=False)
    put_nvidia_smi(tmp_path / "bin", monkeypatch)


def visible() -> list[str]:
    return [one["CUDA_VISIBLE_DEVICES"] for one in gpu_environments()]


@pytest.mark.parametrize(
    ("own", "found"),
    [
        (None, ["0", "1"]),
        ("1", ["1"]),
        ("1,0", ["1", "0"]),
        ("1,1", ["1"]),
        ("1,7,0", ["1"]),  # CUDA takes nothing that comes after one that is not there
        ("GPU-1f2b", ["GPU-1f2b"]),
        ("", []),
        ("-1", []),
    ],
)
def test_those_that_the_person_allows(
    own: str | None, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if own is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", own)
    assert visible() == found
    assert ThisMachine(print).most(None) == (len(found) or CORES)
    first = (own or "").split(",")[0]
    assert visible_gpu() == ({"1": "GPU 1", "": "", "-1": ""} | {"GPU-1f2b": "GPU-1f2b"})[first]


def test_a_driver_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = "Unable to determine the device handle for GPU0000:01:00.0: Unknown Error\n"
    put_nvidia_smi(tmp_path / "bin", monkeypatch, lost, 255)
    machine = ThisMachine(print)
    assert (machine.most(None), machine.environment(0)) == (CORES, {})


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux shows it")
def test_each_trainer_has_one_and_more_share_them(
    trainer_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del trainer_home
    machine = ThisMachine(print)
    assert machine.most(3) == 3
    told = []
    for number in range(3):
        trainer = machine.trainer(number, lambda: True)
        assert isinstance(trainer, TrainerProcess)
        environment = Path(f"/proc/{trainer.pid}/environ").read_text().split("\0")
        trainer.close()
        has = dict(line.split("=", 1) for line in environment if line)
        told.append((has["CUDA_VISIBLE_DEVICES"], has["CUDA_DEVICE_ORDER"]))
        assert (number < 2) is (capsys.readouterr().out == "")
    assert told == [("0", "PCI_BUS_ID"), ("1", "PCI_BUS_ID"), ("0", "PCI_BUS_ID")]


def test_programs_of_a_sweep(
    trainer_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "own.py").write_text(PROGRAM)
    monkeypatch.chdir(folder)
    asked = ["sweep", "--script", "own.py", "--arg", "n=1,2,3", "--workers", "3", "--detach"]
    done = CliRunner().invoke(kertui, asked)
    assert done.exit_code == 0, done.output
    group = GroupFolder(trainer_home / "groups" / done.output.strip())
    wait_until(lambda: group.state() is not GroupState.RUNNING, PATIENCE)
    said = sorted((folder / f"told-{number}").read_text() for number in (1, 2, 3))
    assert said == ["0 true", "0 true", "1 true"]
    (note,) = notes_of(group)
    assert note.startswith("more are trained at once than there are GPUs (2), which they share")
    assert f"note: {note}" in CliRunner().invoke(kertui, ["show", group.id]).output


def test_the_table_says_which_trained_what(trainer_home: Path) -> None:
    units = Choices("layers.0.units", ("2", "64"))
    group = write_sweep(
        trainer_home, Sweep((units,), "grid", 2), [("2",), ("64",)], epochs=9, gpus=2
    )
    folds = write_group(trainer_home, CrossValidation(2), epochs=9, gpus=2)
    said = CliRunner().invoke(kertui, ["show", group.id]).output
    assert [line.split()[-2:] for line in said.splitlines()[3:5]] == [["GPU", "0"], ["GPU", "1"]]
    said = CliRunner().invoke(kertui, ["show", folds.id]).output
    assert [line.split()[-2:] for line in said.splitlines()[2:4]] == [["GPU", "0"], ["GPU", "1"]]
    alike = write_group(trainer_home, CrossValidation(2), epochs=9, gpus=1)
    assert "GPU" not in CliRunner().invoke(kertui, ["show", alike.id]).output
    several = ("NVIDIA H100, GPU 0", "NVIDIA H200, GPU 1", "")
    assert device_words(several) == {one: one for one in several if one}


@pytest.mark.long
@pytest.mark.training
def test_runs_of_recipes(trainer_home: Path) -> None:
    asked = ["cross-validate", "xor", "--folds", "2", "--set", "fit.epochs=5", "--detach"]
    done = CliRunner().invoke(kertui, asked)
    assert done.exit_code == 0, done.output
    group = GroupFolder(trainer_home / "groups" / done.output.strip())
    wait_until(lambda: group.state() is not GroupState.RUNNING, PATIENCE)
    assert group.state() is GroupState.FINISHED, group.log_path.read_text()
    notices = [
        notice.text
        for one in GroupHistory.read(group).members.values()
        for notice in one.history.notices
    ]
    for gpu in ("GPU 0", "GPU 1"):
        said = f"CUDA_VISIBLE_DEVICES says {gpu}, and TensorFlow finds no GPU"
        assert sum(text.startswith(said) for text in notices) == 1
