"""Finds the files of a folder by class, and what in it is none of them. Opens no file.

The folder may be anybody's. Nothing is followed that leads out of it, and nothing is waited for.
"""

from __future__ import annotations

import os
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from kertasks.errors import UserError
from kertasks.text.numbers import grouped
from kertasks.text.plain_text import visible_name

PICTURE_ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
"""What Keras's ``image_dataset_from_directory`` reads."""

TEXT_ENDINGS = (".txt",)

TRAIN, VALIDATION, TEST = "train", "validation", "test"

PART_NAMES = {
    TRAIN: ("train", "training"),
    VALIDATION: ("validation", "valid", "val"),
    TEST: ("test", "testing"),
}
"""What the folders above the classes' may be called, in capitals or not."""

MOST_FILES = 2_000_000
"""What would take more than a few seconds to list, and a gigabyte to remember."""

_DEEPEST = 32
_MOST_OTHERS = 20_000
"""Files that do not count, from which a folder that has few others is somebody's whole disk."""

_TOLD = 20
_NAMED = 100
"""Files left out that are remembered by name; all are counted."""


class WrongFolder(UserError):
    """A folder has no files by class; the text says why."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{visible_name(path.name or str(path))}: {why}")


@dataclass(frozen=True, slots=True)
class ClassFile:
    """One file of a class."""

    name: str
    """Its path within the folder, its parts joined by slashes."""

    label: int
    """Place of its class."""

    part: str
    """``train``, ``validation`` or ``test``; ``train`` where the folder has no parts."""

    size: int
    changed: int
    """When, in nanoseconds; who copies files may keep it."""

    noted: int
    """When the file system noted a change of it, in nanoseconds, which nobody can set: another one
    too where it was written over and given its old time back."""


@dataclass(slots=True)
class LeftOut:
    """Files that are not counted, and why."""

    count: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    named: list[tuple[str, str]] = field(default_factory=list)
    """The first of them, and why each."""

    def add(self, name: str, why: str) -> None:
        """Leave a file out."""
        self.count += 1
        self.reasons[why] += 1
        if len(self.named) < _NAMED:
            self.named.append((visible_name(name), why))


@dataclass(frozen=True, slots=True)
class ClassFiles:
    """What a folder holds."""

    classes: tuple[str, ...]
    """The folders' names, sorted, in all parts."""

    files: tuple[ClassFile, ...]
    """By part in the order train, validation, test, then by class, then by name."""

    parts: tuple[str, ...]
    """The parts there are folders for; none where the classes lie at the top."""

    left_out: LeftOut

    @property
    def stamp(self) -> str:
        """The hash of names, sizes and times of change: another one once a file is another, as far
        as can be said without reading it; the same of a copy that keeps the times."""
        return _hash_of(f"{one.name}\0{one.size}\0{one.changed}\0" for one in self.files)

    @property
    def state(self) -> str:
        """The same for what is remembered here of the very files: another one also of a copy."""
        return _hash_of(
            f"{one.name}\0{one.size}\0{one.changed}\0{one.noted}\0" for one in self.files
        )


def _hash_of(states: Iterable[str]) -> str:
    found = blake2b(digest_size=16)
    for state in states:
        found.update(state.encode(errors="surrogateescape"))
    return found.hexdigest()


def find_files(
    folder: Path, endings: Sequence[str], classes: Sequence[str] | None = None
) -> ClassFiles:
    """Find the files of a folder by class.

    Args:
        folder: where they are.
        endings: of the names of those that count, in lower case.
        classes: which folders are classes, and in which order; None for all, sorted.

    Raises:
        WrongFolder: it is not there, may not be read, has no folders in it, or too many files.
    """
    return _Search(folder, tuple(endings)).find(classes)


def tell_left_out(files: ClassFiles, broken: Mapping[int, str]) -> None:
    """Name broken files on standard error, which a run's log has.

    Args:
        files: of the folder.
        broken: why a file cannot be read, by its place among them.
    """
    for place in sorted(broken)[:_TOLD]:
        name = visible_name(files.files[place].name)
        print(f"left out: {name}: {broken[place]}", file=sys.stderr)
    if len(broken) > _TOLD:
        print(f"left out: {grouped(len(broken) - _TOLD)} more files", file=sys.stderr)


class _Search:
    def __init__(self, folder: Path, endings: tuple[str, ...]) -> None:
        self._folder = folder
        self._endings = endings
        self._left_out = LeftOut()
        self._seen = 0
        self._found = 0

    def find(self, classes: Sequence[str] | None) -> ClassFiles:
        top = self._folders_in("")
        if not top:
            raise WrongFolder(self._folder, "there is no folder in it; wanted: a folder a class")
        parts = self._parts_among(top)
        by_part = {part: self._folders_in(name) for part, name in parts.items()} or {TRAIN: top}
        inside = {part: f"{name}/" for part, name in parts.items()}
        for name in top if parts else ():
            if name not in parts.values():
                self._left_out.add(name, "a folder beside train and test")
        found = sorted({name for names in by_part.values() for name in names})
        wanted = tuple(found if classes is None else classes)
        places = {name: place for place, name in enumerate(wanted)}
        files: list[ClassFile] = []
        for part, names in by_part.items():
            for name in sorted(names, key=lambda name: places.get(name, len(places))):
                path = f"{inside.get(part, '')}{name}"
                if name not in places:
                    self._left_out.add(path, "a folder that is no class of the task")
                    continue
                for file, status in sorted(self._files_in(path, 1)):
                    times = status.st_mtime_ns, status.st_ctime_ns
                    files.append(ClassFile(file, places[name], part, status.st_size, *times))
        return ClassFiles(wanted, tuple(files), tuple(parts), self._left_out)

    def _parts_among(self, top: Sequence[str]) -> dict[str, str]:
        """The folder of each part; none where ``train`` is missing or holds no folders."""
        found: dict[str, str] = {}
        for part, allowed in PART_NAMES.items():
            named = [name for name in top if name.casefold() in allowed]
            if named:
                found[part] = named[0]
        return found if TRAIN in found and self._has_folders(found[TRAIN]) else {}

    def _has_folders(self, name: str) -> bool:
        try:
            with os.scandir(self._folder / name) as entries:
                return any(
                    entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
                    for entry in entries
                )
        except OSError:
            return False

    def _folders_in(self, inside: str) -> list[str]:
        """The folders that may be classes; what else lies beside them is left out."""
        found = []
        for entry in self._entries(inside):
            path = f"{inside}/{entry.name}" if inside else entry.name
            if entry.is_symlink():
                self._left_out.add(path, "a link")
            elif not entry.is_dir(follow_symlinks=False):
                self._left_out.add(path, "a file in no class's folder")
            elif not _is_text(entry.name):
                self._left_out.add(path, "a folder whose name is no text")
            else:
                found.append(entry.name)
        return sorted(found)

    def _files_in(self, inside: str, depth: int) -> Iterator[tuple[str, os.stat_result]]:
        for entry in self._entries(inside):
            path = f"{inside}/{entry.name}"
            try:
                if entry.is_dir(follow_symlinks=False):
                    if depth < _DEEPEST:
                        yield from self._files_in(path, depth + 1)
                    else:
                        self._left_out.add(path, f"deeper than {_DEEPEST} folders")
                    continue
                if not entry.name.casefold().endswith(self._endings):
                    self._left_out.add(path, f"no {_listed(self._endings)}")
                    self._require_enough()
                    continue
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                self._left_out.add(path, (error.strerror or "cannot be read").lower())
                continue
            why = _why_not(status)
            if why:
                self._left_out.add(path, why)
            else:
                self._found += 1
                yield path, status

    def _require_enough(self) -> None:
        others = self._left_out.count
        if others > _MOST_OTHERS and others > self._found:
            what = f"{grouped(others)} files in it are no {_listed(self._endings)}"
            raise WrongFolder(self._folder, what)

    def _entries(self, inside: str) -> list[os.DirEntry[str]]:
        """What is in a folder; hidden ones are left out."""
        found = []
        try:
            with os.scandir(self._folder / inside) as entries:
                for entry in entries:
                    self._seen += 1
                    if self._seen > MOST_FILES:
                        raise WrongFolder(
                            self._folder, f"more than {MOST_FILES:_} files".replace("_", " ")
                        )
                    if entry.name.startswith("."):
                        path = f"{inside}/{entry.name}" if inside else entry.name
                        self._left_out.add(path, "hidden")
                    else:
                        found.append(entry)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it cannot be read"
            if not inside:
                raise WrongFolder(self._folder, why.lower()) from error
            self._left_out.add(inside, why.lower())
        return found


def _why_not(status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return "a link"
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    return "" if status.st_size else "empty"


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _listed(endings: Sequence[str]) -> str:
    *most, last = (ending.removeprefix(".") for ending in endings)
    return f"{', '.join(most)} or {last}" if most else last
