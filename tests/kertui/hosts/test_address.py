"""What names another host's runs on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.run_folders import write_run

from kertasks.runs.home.label import Label, write_label
from kertasks.runs.home.store import RunStore
from kertui.cli.main import run
from kertui.hosts.address import HostAddress, host_address


@pytest.mark.parametrize(
    ("text", "host", "of_it"),
    [
        ("gpu1:", "gpu1", ""),
        ("gpu1:last", "gpu1", "last"),
        ("ada@10.0.0.7:xor", "ada@10.0.0.7", "xor"),
        ("[fe80::1%eth0]:last", "fe80::1%eth0", "last"),
        ("gpu1:lr: 0.1", "gpu1", "lr: 0.1"),
    ],
)
def test_a_host_stands_before_a_colon(text: str, host: str, of_it: str) -> None:
    assert host_address(text) == HostAddress(host, of_it)


@pytest.mark.parametrize(
    "text", ["last", "20261129-211517-xor-answer", "", ":", "-oProxyCommand=x:", "a b:", "/tmp/a:b"]
)
def test_what_ssh_would_take_for_something_else_names_no_host(text: str) -> None:
    assert host_address(text) is None


def test_a_name_with_a_colon_that_a_run_here_has_is_that_run(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = write_run(RunStore(home), "xor", "answer", epochs=3)
    write_label(named.path, Label("lr: 0.1"))
    assert run(["attach", "lr: 0.1", "--once"]) == 0
    assert named.id in capsys.readouterr().out
