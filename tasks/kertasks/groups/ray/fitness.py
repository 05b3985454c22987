"""Whether every machine of a cluster can train the runs of a group as this one would.

The question itself goes to the machines as code: what is to be found out is whether kertui is
there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType

import msgspec

from kertasks.errors import UserError
from kertasks.own_tasks.kept_tasks import file_of, read_absolute
from kertasks.records import learn
from kertasks.registry import find_task

_PACKAGES = ("kertui", "keras", "tensorflow", "numpy")
"""Whose versions decide the numbers of a run."""

_ANSWERS = 60.0
"""Seconds in which a machine is to answer, starting a process included."""


class MachineUnfit(UserError):
    """A machine of the cluster cannot train the runs; the text says which, and what it lacks."""


class Needed(msgspec.Struct, frozen=True):
    """What the runs of a group need of a machine besides kertui."""

    files: tuple[str, ...] = ()
    """Files of data, as kertui names them."""

    own_data: str | None = None
    """The path of the person's own data."""

    tasks: Mapping[str, str] = {}
    """Files of tasks of data, by name; what they say goes along."""


class Found(msgspec.Struct, frozen=True):
    """What a machine says of itself."""

    host: str
    versions: Mapping[str, str]
    missing: tuple[str, ...] = ()
    """What is wrong with its files of data, in words."""

    digest: str = ""
    """Of the person's own data; empty where there is none."""


learn(Found)


def needed_by(task: str) -> Needed:
    """What the runs of a task need.

    Raises:
        kertasks.UserError: there is no such task, or its file is none.
    """
    files = tuple(find_task(task).files)
    path = file_of(task)
    if not path.exists():
        return Needed(files)
    # A relative path of its data would begin elsewhere on another machine.
    said = read_absolute(path)
    import tomlkit

    return Needed(files, said.data.path, {path.name: tomlkit.dumps(msgspec.to_builtins(said))})


def require_fit(ray: ModuleType, needed: Needed) -> None:
    """See that every machine of the cluster can train the runs.

    Args:
        ray: connected to it.
        needed: what they need.

    Raises:
        MachineUnfit: one cannot.
    """
    ask = question()
    here = msgspec.convert(ask(_PACKAGES, needed.files, needed.own_data), Found)
    asks = ray.remote(num_cpus=0, max_retries=0)(ask)
    by_node = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
    asked = {
        node["NodeManagerHostname"]: asks.options(
            scheduling_strategy=by_node(node["NodeID"], soft=False)
        ).remote(_PACKAGES, needed.files, needed.own_data)
        for node in ray.nodes()
        if node["Alive"] and node["Resources"].get("CPU", 0) > 0
    }
    for host, answer in asked.items():
        try:
            found = msgspec.convert(ray.get(answer, timeout=_ANSWERS), Found)
        except ray.exceptions.RayError as error:
            why = str(error).strip().splitlines()[-1]
            raise MachineUnfit(
                f"{host}, a machine of the cluster, does not answer: {why}"
            ) from error
        if why := why_unfit(here, found, needed):
            raise MachineUnfit(f"{found.host}, a machine of the cluster, {why}")


def why_unfit(here: Found, found: Found, needed: Needed) -> str:
    """What a machine lacks, in words that follow its name; empty where it lacks nothing.

    Args:
        here: what this machine says of itself.
        found: what that one says.
        needed: what the runs need.
    """
    if not found.versions.get("kertui"):
        return f"has no kertui: install kertui {here.versions['kertui']} there"
    for name, version in here.versions.items():
        if (there := found.versions.get(name)) != version:
            has = f"has {name} {there}" if there else f"has no {name}"
            return f"{has}, and this one {version}: runs need the same to come to the same numbers"
    if found.missing:
        return f"lacks data: {found.missing[0]}"
    if needed.own_data and found.digest != here.digest:
        if not found.digest:
            return f"lacks {needed.own_data}: copy it there, to the same path"
        return f"has another {needed.own_data} than this one: copy it there"
    return ""


def question() -> Callable[[Sequence[str], Sequence[str], str | None], dict[str, object]]:
    """The question. A function within a function goes to the machines as it is; one of a module
    would be looked for there, in a kertui that may not be there."""

    def ask(
        packages: Sequence[str], files: Sequence[str], own_data: str | None
    ) -> dict[str, object]:
        import hashlib
        import platform
        from importlib import metadata
        from pathlib import Path

        versions = {}
        for name in packages:
            try:
                versions[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                versions[name] = ""
        missing = []
        if versions.get("kertui"):
            from kertasks.data.sources.data_files import require
            from kertasks.errors import UserError

            for name in files:
                try:
                    require(name)
                except UserError as error:
                    missing.append(str(error))
        digest = ""
        if own_data is not None:
            path = Path(own_data)
            inside = sorted(path.rglob("*")) if path.is_dir() else [path]
            whole = hashlib.sha256()
            for one in inside:
                if one.is_file():
                    with one.open("rb") as file:
                        part = hashlib.file_digest(file, "sha256").hexdigest()
                    whole.update(f"{one.relative_to(path)}\0{part}\n".encode(errors="replace"))
                    digest = whole.hexdigest()
        return {
            "host": platform.node(),
            "versions": versions,
            "missing": tuple(missing),
            "digest": digest,
        }

    return ask
