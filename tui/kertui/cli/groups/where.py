"""Where the runs of a group are trained, how many at once, and what each is to have there; and
which machines share the training of one run."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from kertasks.groups.record import OnRay
    from kertasks.hosts.asked import AskedHosts

_Command = TypeVar("_Command", bound=Callable[..., Any])

_LOCAL, _RAY = "local", "ray"

_ADDRESS = re.compile(r"ray:(?!//)([^/\s]+:[0-9]{1,5})")


def where_options(command: _Command) -> Callable[..., Any]:
    """``--workers``, and ``place_options``."""
    return _WORKERS(place_options(command))


def place_options(command: _Command) -> Callable[..., Any]:
    """``--on``, ``--cpus`` and ``--gpus`` as the argument ``on``: None for this machine."""

    @wraps(command)
    def with_place(
        *given: Any, place: str, cpus: int | None, gpus: int | None, **named: Any
    ) -> Any:
        return command(*given, on=_place(place, cpus, gpus), **named)

    found: Callable[..., Any] = with_place
    for option in reversed(_OPTIONS):
        found = option(found)
    return found


def hosts_options(command: _Command) -> Callable[..., Any]:
    """``--hosts`` and ``place_options`` as the argument ``hosts``: None for this machine."""

    @wraps(command)
    def with_hosts(*given: Any, count: int | None, on: OnRay | None, **named: Any) -> Any:
        return command(*given, hosts=_hosts(count, on), **named)

    return _HOSTS(place_options(with_hosts))


_HOSTS = click.option(
    "--hosts",
    "count",
    type=click.IntRange(min=2),
    metavar="N",
    help="Machines of a Ray cluster that share each batch, with --on ray (default: none).",
)

_WORKERS = click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Trainer processes at once at most (default: one a GPU, or one a core where there is "
    "none, as memory allows; on Ray as many as its machines have room for).",
)

_OPTIONS = (
    click.option(
        "--on",
        "place",
        default=_LOCAL,
        show_default=True,
        metavar="local|ray|ray:HOST:PORT",
        help="Where runs are trained: here, or on the machines of a Ray cluster this one is in.",
    ),
    click.option(
        "--cpus",
        type=click.IntRange(min=1),
        metavar="N",
        help="Processors of its machine that each run has for itself, on Ray (default: 1).",
    ),
    click.option(
        "--gpus",
        type=click.IntRange(min=0),
        metavar="N",
        help="GPUs of its machine that each run has for itself, on Ray (default: 0).",
    ),
)


def _hosts(count: int | None, on: OnRay | None) -> AskedHosts | None:
    """The machines that share a training.

    Raises:
        click.UsageError: how many is said and not where, or the other way round.
    """
    if count is None:
        if on is not None:
            raise click.UsageError("--on ray is for machines that share a training: say --hosts N.")
        return None
    if on is None:
        raise click.UsageError(f"--hosts {count} are machines of a Ray cluster: say --on ray too.")
    from kertasks.hosts.asked import AskedHosts

    return AskedHosts(count, on)


def _place(text: str, cpus: int | None, gpus: int | None) -> OnRay | None:
    """What was said of where runs are trained.

    Raises:
        click.UsageError: it is no such place, or has none of what was said of it.
        ClusterNotJoined: Ray is not installed.
    """
    if text == _LOCAL:
        for name, value in (("--cpus", cpus), ("--gpus", gpus)):
            if value is not None:
                raise click.UsageError(f"{name} is of runs on Ray: say --on ray too.")
        return None
    if text.startswith("ray://"):
        raise click.UsageError(
            f"--on {text}: Ray's client loses its runs with its connection. Make this machine a "
            "part of the cluster instead (ray start --address=HOST:6379 --num-cpus=0), then say "
            "--on ray."
        )
    address = _ADDRESS.fullmatch(text)
    if text != _RAY and address is None:
        raise click.UsageError(f"--on {text}: local, ray and ray:HOST:PORT are allowed.")
    from kertasks.groups.ray.cluster import NEEDS_RAY, ClusterNotJoined
    from kertasks.groups.record import OnRay

    if find_spec("ray") is None:
        raise ClusterNotJoined(NEEDS_RAY)
    return OnRay(None if address is None else address[1], cpus or 1, gpus or 0)
