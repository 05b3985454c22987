"""A ``.keras`` file read as data. Imports no Keras: no class of it is looked up, nothing is run.

Such a file is a ZIP archive of ``config.json``, which says what the network is made of,
``model.weights.h5`` and ``metadata.json``; a run's has ``kertui.json`` besides. It may come from
anybody: no member is unpacked onto the disk, and of none is more read than a network needs.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

from kertasks.errors import UserError
from kertasks.files import open_regular
from kertasks.runs import weights_file
from kertasks.text.numbers import short_path
from kertasks.text.plain_text import one_line

ENDING = ".keras"
"""Of the names of such files; Keras goes by it."""

_CONFIG = "config.json"
_WEIGHTS = "model.weights.h5"
_MEMBERS = frozenset({_CONFIG, _WEIGHTS, "metadata.json", weights_file.MEMBER})
_MOST_CONFIG = 32 << 20
"""Bytes; the largest network of ``keras.applications`` takes less than two million."""

_MOST_LAYERS = 10_000
"""Ten times those of the deepest network of ``keras.applications``."""

_MOST_EXPANSION = 100
"""Keras packs weights as they are; a part that unpacks to more times its size holds nothing."""

_HDF5 = b"\x89HDF\r\n\x1a\n"
_NETWORKS = ("Functional", "Sequential")
_BEHIND = frozenset({"Activation", "Softmax", "Dropout"})
"""What may stand behind the last Dense layer of a classifier."""

_OF_CLASSES = frozenset({"softmax", "sigmoid"})
"""Activations of a classifier's last layer."""


class UnusableFile(UserError):
    """A file whose layers cannot be used.

    Args:
        reason: what is wrong with which file, and what to do.
        argument: of the layer in the recipe, which is to be changed.
    """

    def __init__(self, reason: str, argument: str = "file") -> None:
        super().__init__(reason)
        self.argument = argument


class SavedLayer(NamedTuple):
    """One layer of a saved network."""

    name: str
    class_name: str
    activation: str


class Stamp(NamedTuple):
    """What tells a file from one that takes its place."""

    device: int
    inode: int
    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class SavedNetwork:
    """What a ``.keras`` file says of its network."""

    path: Path
    stamp: Stamp
    text: bytes
    """Its ``config.json``; ``config`` reads it."""

    layers: tuple[SavedLayer, ...]
    """Of the network itself, without its inputs and without those inside other layers."""

    weight_bytes: int
    """That its weights take, at least one for each of them."""

    @property
    def config(self) -> dict[str, Any]:
        """What the network is made of, anew each time."""
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def sha256(self) -> str:
        """The hash of the whole file.

        Raises:
            OSError: it is gone, or cannot be read any more.
        """
        return _hash_of(self.path, self.stamp)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the layers, first to last."""
        return tuple(layer.name for layer in self.layers)

    @property
    def without_head(self) -> str | None:
        """The layer to end at where the network classifies: its last global pooling or, without
        one, what stands before its last Dense layer. None where the whole of it may be used."""
        dense = [n for n, layer in enumerate(self.layers) if layer.class_name == "Dense"]
        last = dense[-1] if dense else len(self.layers)
        classifies = all(layer.class_name in _BEHIND for layer in self.layers[last + 1 :])
        ends_in = self.layers[-1].activation if self.layers else ""
        if not (dense and classifies) and ends_in not in _OF_CLASSES:
            return None
        pooled = [n for n, layer in enumerate(self.layers) if layer.class_name.startswith("Global")]
        end = pooled[-1] if pooled else last - 1
        while end > 0 and self.layers[end].class_name == "Dropout":
            end -= 1
        return self.layers[end].name if 0 <= end < last else None


def read_saved(
    file: str | Path, sha256: str | None = None, *, own_steps: bool = False
) -> SavedNetwork:
    """Read what a ``.keras`` file says; one that was not changed is read once.

    Args:
        file: a whole path, which may begin with ``~``.
        sha256: of the whole file, in hexadecimal digits, where it must be that one.
        own_steps: whether a network of a class of somebody's own is read as one of Keras's, where
            it lists its layers as that does: for a caller who knows that its own code has nothing
            but another step of training.

    Raises:
        UnusableFile: it is not there, no such file, or says what no network is; in one sentence.
    """
    path = Path(os.path.expanduser(file))  # noqa: PTH111 - pathlib's raises for a ``~`` of nobody
    if not path.is_absolute():
        raise UnusableFile(f"{short_path(path)}: a whole path is needed, from / or ~ on")
    try:
        with _opened(path) as opened:
            stamp = _stamp_of(opened)
            if sha256 is not None and _hash_of(path, stamp) != sha256.lower():
                raise UnusableFile(
                    f"{short_path(path)} is not the file any more that was chosen: its SHA-256 is "
                    f"{_hash_of(path, stamp)}; without sha256 it is used as it is",
                    "sha256",
                )
            return _read_once(path, stamp, own_steps)
    except (OSError, ValueError) as error:  # ValueError: a path with a null in it
        raise UnusableFile(f"{short_path(path)} {_why(path, error)}") from error


def _why(path: Path, error: OSError | ValueError) -> str:
    """Why a file cannot be read, behind its name."""
    if isinstance(error, FileNotFoundError):
        return "is not there"
    if not isinstance(error, OSError) or error.errno != errno.EINVAL:
        reason = getattr(error, "strerror", None) or str(error)
        return f"cannot be read: {reason[:1].lower()}{reason[1:]}"
    if not path.is_dir():
        return "is no regular file"
    if (path / "saved_model.pb").exists():
        return (
            "is a SavedModel of TensorFlow, whose program would be run: save the network with "
            f"model.save(), under a name that ends in {ENDING}"
        )
    return f"is a folder, not a {ENDING} file"


def _opened(path: Path) -> BufferedReader:
    return os.fdopen(open_regular(path), "rb")


def _stamp_of(opened: BufferedReader) -> Stamp:
    status = os.fstat(opened.fileno())
    return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=16)
def _hash_of(path: Path, stamp: Stamp) -> str:
    del stamp  # another file at that path has another
    with _opened(path) as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@lru_cache(maxsize=16)
def _read_once(path: Path, stamp: Stamp, own_steps: bool) -> SavedNetwork:
    name = short_path(path)
    with _opened(path) as opened:
        beginning = opened.read(len(_HDF5))
        opened.seek(0)
        if beginning == _HDF5:
            raise UnusableFile(
                f"{name} is in Keras's old format, HDF5: load it in Keras and save it with "
                f"model.save(), under a name that ends in {ENDING}"
            )
        if path.suffix != ENDING:
            raise UnusableFile(f"{name}: the name of a saved network ends in {ENDING}")
        try:
            text, weight_bytes = _members(name, zipfile.ZipFile(opened))
            if own_steps:
                text = _as_kerass_own(text)
            layers = tuple(_layers(name, json.loads(text)))
        except UnusableFile:
            raise
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise UnusableFile(f"{name}: its {_CONFIG} describes no network") from error
        except Exception as error:  # whatever a damaged archive makes of the code that unpacks it
            raise UnusableFile(f"{name} is damaged, or no network that Keras saved") from error
    return SavedNetwork(path, stamp, text, layers, weight_bytes)


def _members(name: str, archive: zipfile.ZipFile) -> tuple[bytes, int]:
    """The text of ``config.json``, and how many bytes the weights take."""
    listed = archive.infolist()
    for one in listed:
        if one.filename not in _MEMBERS:
            said = one_line(one.filename)[:60]
            raise UnusableFile(f'{name} holds "{said}" too, which no network needs')
    by_name = {one.filename: one for one in listed}
    if len(by_name) < len(listed) or not {_CONFIG, _WEIGHTS} <= set(by_name):
        raise UnusableFile(f"{name} does not hold one {_CONFIG} and one {_WEIGHTS}")
    with archive.open(_CONFIG) as member:
        text = member.read(_MOST_CONFIG + 1)
    if len(text) > _MOST_CONFIG:
        raise UnusableFile(f"{name}: its {_CONFIG} is larger than {_MOST_CONFIG >> 20} MB")
    weights = by_name[_WEIGHTS]
    with archive.open(_WEIGHTS) as member:
        if member.read(len(_HDF5)) != _HDF5:
            raise UnusableFile(f"{name}: its {_WEIGHTS} is damaged")
    if weights.file_size > _MOST_EXPANSION * max(1, weights.compress_size):
        raise UnusableFile(
            f"{name}: its {_WEIGHTS} would unpack to {weights.file_size >> 20} MB, of "
            f"{weights.compress_size >> 10} KB"
        )
    return text, weights.file_size


def _as_kerass_own(text: bytes) -> bytes:
    """The text of a network of a class of somebody's own as of the class of Keras it is made of."""
    config = json.loads(text)
    inside = config["config"]
    if config["class_name"] in _NETWORKS or "layers" not in inside:
        return text
    plain = {"module": "keras", "class_name": "Sequential"}
    if "input_layers" in inside:
        plain = {"module": "keras.src.models.functional", "class_name": "Functional"}
    return json.dumps(config | plain | {"registered_name": None}).encode()


def _layers(name: str, config: dict[str, Any]) -> Iterator[SavedLayer]:
    if config["class_name"] not in _NETWORKS:
        said = one_line(str(config["class_name"]))[:60]
        raise UnusableFile(
            f"{name} holds a {said}: only networks of {' and '.join(_NETWORKS)} can be used"
        )
    layers = config["config"]["layers"]
    if len(layers) > _MOST_LAYERS:
        raise UnusableFile(f"{name} has {len(layers):,} layers, more than {_MOST_LAYERS:,}")
    for layer in layers:
        if layer["class_name"] != "InputLayer":
            settings = layer["config"]
            activation = str(settings.get("activation", ""))
            yield SavedLayer(str(settings["name"]), str(layer["class_name"]), activation)
