"""``run.json``: where a run comes from. Written by its trainer, read by everybody."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta
from msgspec.structs import asdict, force_setattr

from kertasks.records import learn
from kertasks.runs.signs.process import boot_id, pid_namespace, process_start_time
from kertasks.text.plain_text import one_line

SCHEMA = 1
"""Of ``run.json``; one more when a reader of the old one would be misled."""

_SHOWN = 60
"""Characters of a wrong value that are shown."""


# No clock shows more seconds than that.
_Seconds = Annotated[float, Meta(description="a number of seconds", ge=0, le=1e12)]
_Schema = Annotated[
    int, Meta(description=f"a version this kertui knows (up to {SCHEMA})", ge=1, le=SCHEMA)
]


class Origin(StrEnum):
    """What trains a run."""

    RECIPE = "recipe"
    """A trainer of kertui's own, by the recipe in the folder."""

    SCRIPT = "script"
    """A person's own program, whose ``fit`` is followed and steered; there is no recipe."""

    FILE = "file"
    """Something that writes a file which is followed; it can only be looked at."""


class Manifest(msgspec.Struct, frozen=True):
    """Says where a run comes from. Its trainer writes it as it claims the run."""

    id: str
    task: str
    """The recipe's; without one the name of the script, or of the file that is followed."""

    recipe: str
    """The recipe's name, and the whole of it is ``recipe.toml``; without one what the run is
    called."""

    seed: Annotated[int, Meta(description="a whole number", ge=0)]
    created: _Seconds
    """Unix time in seconds."""

    versions: Annotated[Mapping[str, str], Meta(description="an object of strings")]
    """Of kertui, Python, keras, tensorflow and numpy."""

    device: str
    """Empty until the trainer has imported Keras and knows."""

    host: str
    pid: Annotated[int, Meta(description="the number of a process", ge=1, le=2**31 - 1)]
    process_started: _Seconds
    """When the process of that pid started, as ``process_start_time`` says: a pid alone is
    used again."""

    source: str | None = None
    """The file the recipe was read from."""

    retrained_from: str | None = None
    """Id of the run whose best epoch it is trained for, on that run's validation rows too."""

    boot: str | None = None
    """Which boot of the host it was: after the next one, pids and start times come again."""

    pid_namespace: str | None = None
    """Of which container the pid is, on Linux; processes have the same numbers in several."""

    origin: Annotated[Origin, Meta(description="recipe, script or file")] = Origin.RECIPE
    group: str | None = None
    """The id of the group it was made for (``kertasks.groups``); without a recipe that of the first
    run of those that one start of a script trained, or that are read from one file."""

    machine: str | None = None
    """The machine that trains it for the runner of a group, which is the process named above and
    writes the run's folder on its own host; None where that process trains it itself."""

    devices: str | None = None
    """The devices that share each batch, as they were asked for, ``"all"`` or ``"0,1"``; None for
    one. Whoever resumes the run has the same share it."""

    schema: _Schema = SCHEMA

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if isinstance(value, str) and not isinstance(value, Origin):
                force_setattr(self, name, one_line(value))
        clean = {one_line(name): one_line(text) for name, text in self.versions.items()}
        force_setattr(self, "versions", clean)

    @property
    def trained_on(self) -> str:
        """The name of the host that trains it."""
        return self.machine or self.host


learn(Manifest)


def manifest_of_process(pid: int, **fields: Any) -> Manifest:
    """The manifest of a run that a process of this host writes.

    Args:
        pid: the number of the process.
        fields: all that does not say which process it is.
    """
    return Manifest(
        host=platform.node(),
        pid=pid,
        process_started=process_start_time(pid) or 0.0,
        boot=boot_id(),
        pid_namespace=pid_namespace(),
        **fields,
    )


def format_manifest(manifest: Manifest) -> str:
    """Write a manifest as the text of ``run.json``."""
    fields = {"schema": manifest.schema, **asdict(manifest)}
    return msgspec.json.format(msgspec.json.encode(fields), indent=2).decode() + "\n"


def parse_manifest(text: bytes) -> Manifest:
    """Read the manifest in the text of ``run.json``; fields not known here are passed over.

    Raises:
        ValueError: which field is missing, or is not what it must be.
    """
    try:
        return msgspec.json.decode(text, type=Manifest)
    except msgspec.ValidationError as error:
        raise ValueError(_in_words(str(error), text)) from None
    except RecursionError as error:
        raise ValueError("lists or objects nested too deep") from error


def _in_words(error: str, text: bytes) -> str:
    """What is wrong, with the name and the value of the field."""
    missing = re.search(r"missing required field `(\w+)`", error)
    if missing:
        return f"{missing[1]} is missing"
    wrong = re.search(r"`\$\.(\w+)", error)
    if wrong is None:
        return "it holds no JSON object"
    name = wrong[1]
    said = repr(json.loads(text)[name])
    shortened = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
    return f"{name} is {shortened}, not {_allowed()[name]}"


@cache
def _allowed() -> dict[str, str | None]:
    """What is said to be allowed, by field."""
    return {
        field.name: next(
            (part.description for part in get_args(field.type) if isinstance(part, Meta)),
            "a string",
        )
        for field in msgspec.structs.fields(Manifest)
    }
