"""Keras's data files: their state, downloads from a server of the test's own, and adding."""

from __future__ import annotations

import hashlib
import inspect
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.support.run_damage import not_waiting

from kertasks.data.sources import data_files as files
from kertasks.data.sources.data_files import FileState
from kertasks.data.sources.download import DownloadProgress, fetch
from kertasks.data.sources.keras_files import cache_folder
from kertasks.data.sources.source import (
    DataFile,
    DataFileDamaged,
    DataFileMissing,
    DownloadCancelled,
    DownloadFailed,
    UnknownDataFile,
)
from kertasks.errors import UserError
from kertasks.registry import all_tasks, find_task
from kertui.cli.main import run as kertui

FILES = files.all_files()

CONTENT = bytes(range(256)) * 4_096
FILE = DataFile("rows.npz", len(CONTENT), "sha256", hashlib.sha256(CONTENT).hexdigest(), "rows")


@pytest.fixture
def keras_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Keras cache; its folder is not there yet."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "datasets"


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A server on this machine that answers every request so; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/rows.npz"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sending(content: bytes, length: int | None = None) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(content) if length is None else length))
        request.end_headers()
        request.wfile.write(content)

    return answer


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_download_arrives_whole_and_reports_its_progress(tmp_path: Path) -> None:
    reports: list[DownloadProgress] = []
    with serving(sending(CONTENT)) as address:
        path = fetch(FILE, tmp_path / "new", reports.append, address=address)
    assert path.read_bytes() == CONTENT
    assert left_in(tmp_path / "new") == ["rows.npz"]
    received = [report.received for report in reports]
    assert received == sorted(received)
    assert (received[-1], reports[-1].total) == (len(CONTENT), len(CONTENT))
    assert reports[-1].rate > 0


def test_a_cancelled_download_leaves_nothing_even_when_the_server_is_silent(
    tmp_path: Path,
) -> None:
    silent = threading.Event()
    half_sent = threading.Event()

    def stall(request: BaseHTTPRequestHandler) -> None:
        sending(CONTENT[: FILE.bytes // 2], FILE.bytes)(request)
        request.wfile.flush()
        half_sent.set()
        silent.wait(60)

    arrived: list[int] = []
    with serving(stall) as address:
        with pytest.raises(DownloadCancelled, match=r"rows\.npz"):
            fetch(
                FILE,
                tmp_path,
                lambda report: arrived.append(report.received),
                lambda: half_sent.is_set() and bool(arrived),
                address=address,
            )
        silent.set()
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (sending(CONTENT[:-1] + b"x"), "not the published file"),
        (sending(CONTENT[:1_000]), "after 1,000 of 1,048,576 bytes"),
        (sending(CONTENT[:1_000], len(CONTENT)), "connection|after 1,000"),
        (sending(CONTENT + CONTENT), "more than the 1,048,576 bytes"),
        (lambda request: request.send_error(404), "answered 404"),
    ],
    ids=["other bytes", "too short", "broken off", "too long", "not found"],
)
def test_a_failed_download_leaves_the_old_file_and_says_what_to_do(
    tmp_path: Path, answer: Callable[[BaseHTTPRequestHandler], None], reason: str
) -> None:
    (tmp_path / "rows.npz").write_bytes(b"what was there")
    with serving(answer) as address, pytest.raises(DownloadFailed, match=reason) as failure:
        fetch(FILE, tmp_path, address=address)
    assert left_in(tmp_path) == ["rows.npz"]
    assert (tmp_path / "rows.npz").read_bytes() == b"what was there"
    for said in ("rows.npz", address, str(tmp_path), "kertui data add FILE"):
        assert said in str(failure.value)


def test_without_a_network_the_message_names_file_address_and_folder(keras_cache: Path) -> None:
    with serving(sending(b"")) as address:
        pass  # the server is gone: nobody listens there
    with pytest.raises(DownloadFailed, match="no connection") as failure:
        files.download("imdb.npz", address=address)
    assert str(keras_cache) in str(failure.value)
    assert left_in(keras_cache) == []


def test_an_address_that_is_no_web_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="not a web address"):
        fetch(FILE, tmp_path, address="file:///etc/hostname")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(DownloadFailed, match="cannot write into"):
        fetch(FILE, tmp_path / "taken")


def test_what_a_killed_download_left_is_removed_by_the_next(tmp_path: Path) -> None:
    abandoned = tmp_path / ".rows.npz.killed.part"
    abandoned.write_bytes(CONTENT[:100])
    other = tmp_path / ".other.npz.killed.part"
    other.write_bytes(b"not ours")
    with serving(sending(CONTENT)) as address:
        fetch(FILE, tmp_path, address=address)
    assert left_in(tmp_path) == [other.name, "rows.npz"]


def test_a_download_killed_half_way_leaves_no_file_under_its_name(tmp_path: Path) -> None:
    over = threading.Event()

    def stall(request: BaseHTTPRequestHandler) -> None:
        sending(CONTENT[: FILE.bytes // 2], FILE.bytes)(request)
        over.wait(60)

    script = (
        "import pathlib, sys; from kertasks.data.sources.download import fetch;"
        "from kertasks.data.sources.source import DataFile;"
        "fetch(DataFile('rows.npz', int(sys.argv[1]), 'sha256', '', ''), pathlib.Path(sys.argv[2]),"
        " lambda progress: print(progress.received, flush=True), address=sys.argv[3])"
    )
    with serving(stall) as address:
        command = [sys.executable, "-c", script, str(FILE.bytes), str(tmp_path), address]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline()  # some of it is on the disk, or about to be
            process.kill()
        over.set()
    (left,) = left_in(tmp_path)
    assert left.startswith(".rows.npz.")
    with serving(sending(CONTENT)) as address:
        fetch(FILE, tmp_path, address=address)
    assert left_in(tmp_path) == ["rows.npz"]


def test_two_downloads_of_one_file_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    second_done = threading.Event()

    def slow(request: BaseHTTPRequestHandler) -> None:
        sending(CONTENT[:1_000], FILE.bytes)(request)
        request.wfile.flush()
        second_done.wait(60)
        request.wfile.write(CONTENT[1_000:])

    first_started = threading.Event()
    with serving(slow) as slow_address, serving(sending(CONTENT)) as address:
        first = threading.Thread(
            target=fetch,
            args=(FILE, tmp_path, lambda _: first_started.set()),
            kwargs={"address": slow_address},
        )
        first.start()
        assert first_started.wait(60)
        fetch(FILE, tmp_path, address=address)
        second_done.set()
        first.join(60)
    assert left_in(tmp_path) == ["rows.npz"]
    assert (tmp_path / "rows.npz").read_bytes() == CONTENT


def test_a_missing_file_is_said_to_be_missing(keras_cache: Path) -> None:
    assert cache_folder() == keras_cache
    assert {files.state(file.name) for file in FILES} == {FileState.MISSING}
    with pytest.raises(DataFileMissing) as missing:
        files.require("reuters.npz")
    for said in (
        "reuters.npz",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/reuters.npz",
        str(keras_cache),
        "kertui data add FILE",
    ):
        assert said in str(missing.value)


def test_a_task_whose_file_is_missing_says_so_before_keras_downloads(keras_cache: Path) -> None:
    with pytest.raises(DataFileMissing, match=r"boston_housing\.npz"):
        find_task("boston").load()
    assert left_in(keras_cache) == []


def test_a_damaged_file_is_named_and_not_used(keras_cache: Path) -> None:
    keras_cache.mkdir(parents=True)
    damaged = keras_cache / "boston_housing.npz"
    damaged.write_bytes(b"half of it")
    assert files.state("boston_housing.npz") is FileState.DAMAGED
    with pytest.raises(DataFileDamaged, match="is damaged and not used") as error:
        find_task("boston").load()
    assert str(damaged) in str(error.value)
    assert damaged.read_bytes() == b"half of it"


def test_a_file_that_cannot_be_read_is_neither_missing_nor_waited_for(
    keras_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keras_cache.mkdir(parents=True)
    os.mkfifo(keras_cache / "imdb.npz")
    (keras_cache / "reuters.npz").symlink_to("reuters.npz")
    (keras_cache / "boston_housing.npz").mkdir()
    bad = {"imdb.npz", "reuters.npz", "boston_housing.npz"}
    with not_waiting():
        states = {file.name: files.state(file.name) for file in FILES}
        assert kertui(["data"]) == 0
    assert {name for name, found in states.items() if found is FileState.UNREADABLE} == bad
    assert {found for name, found in states.items() if name not in bad} == {FileState.MISSING}
    out, err = capsys.readouterr()
    for file in FILES:
        assert file.name in out
        assert (f"cannot read {keras_cache / file.name}: " in err) == (file.name in bad)


def test_the_genuine_files_are_all_here_and_whole(genuine_data: Path) -> None:
    assert {files.state(file.name) for file in FILES} == {FileState.HERE}
    assert {name for task in all_tasks() for name in task.files} == {file.name for file in FILES}


def test_a_relative_keras_home_is_taken_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_HOME", "there")
    assert cache_folder() == Path.cwd() / "there" / "datasets"


def test_a_change_of_the_file_is_noticed(genuine_data: Path, keras_cache: Path) -> None:
    name = "boston_housing.npz"
    source = genuine_data / "datasets" / name
    assert files.add(source) == name
    assert files.state(name) is FileState.HERE
    content = bytearray(source.read_bytes())
    content[1_000] ^= 1
    (keras_cache / name).write_bytes(content)
    facts = (keras_cache / name).stat()
    os.utime(keras_cache / name, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1_000_000))
    assert files.state(name) is FileState.DAMAGED


def test_a_file_added_by_hand_is_known_by_its_bytes(
    genuine_data: Path, keras_cache: Path, tmp_path: Path
) -> None:
    fetched = tmp_path / "boston_housing (1).npz"
    fetched.write_bytes((genuine_data / "datasets" / "boston_housing.npz").read_bytes())
    assert files.add(fetched) == "boston_housing.npz"
    assert files.require("boston_housing.npz").parent == keras_cache
    assert find_task("boston").load().train.rows == 404
    assert left_in(keras_cache) == ["boston_housing.npz"]


def test_a_wrong_file_is_not_added(keras_cache: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "imdb.npz"
    wrong.write_bytes(b"something else")
    with pytest.raises(DataFileDamaged, match=r"imdb\.npz"):
        files.add(wrong)
    wrong.rename(tmp_path / "imbd.npz")
    with pytest.raises(UnknownDataFile, match=r"did you mean 'imdb\.npz'"):
        files.add(tmp_path / "imbd.npz")
    with pytest.raises(UserError, match="No such file"):
        files.add(tmp_path / "nowhere.npz")
    assert left_in(keras_cache) == []


def test_the_table_is_that_of_the_installed_keras() -> None:
    import keras

    source = "".join(
        inspect.getsource(inspect.unwrap(function))
        for module in (keras.datasets.imdb, keras.datasets.reuters, keras.datasets.boston_housing)
        for function in (module.load_data, getattr(module, "get_word_index", module.load_data))
    )
    for file in FILES:
        assert file.name in source
        assert file.hash in source
        assert file.address.rsplit("/", 1)[0] in source
