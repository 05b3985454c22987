"""What names another host's runs on the command line."""

from __future__ import annotations

import pytest

from kertui.hosts.address import HostAddress, host_address


@pytest.mark.parametrize(
    ("text", "host", "run"),
    [
        ("gpu1:", "gpu1", ""),
        ("gpu1:last", "gpu1", "last"),
        ("ada@10.0.0.7:xor", "ada@10.0.0.7", "xor"),
        ("[fe80::1%eth0]:last", "fe80::1%eth0", "last"),
        ("gpu1:lr: 0.1", "gpu1", "lr: 0.1"),
    ],
)
def test_a_host_stands_before_a_colon(text: str, host: str, run: str) -> None:
    assert host_address(text) == HostAddress(host, run)


@pytest.mark.parametrize(
    "text", ["last", "20261129-211517-xor-answer", "", ":", "-oProxyCommand=x:", "a b:", "/tmp/a:b"]
)
def test_what_ssh_would_take_for_something_else_names_no_host(text: str) -> None:
    assert host_address(text) is None
