"""Where runs are kept: ``<home>/runs/<id>/``, one folder a run, readable by its owner only."""

from __future__ import annotations

import bisect
import errno
import itertools
import math
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from kertasks.errors import UserError, describe_unknown
from kertasks.text.plain_text import is_visible

if TYPE_CHECKING:
    from kertasks.recipes.recipe import Recipe
    from kertasks.runs.folder import RunFolder

LAST = "last"
"""Stands for the newest run that began, wherever a run is named."""

_CLAIMED_WITHIN = 120.0
"""Seconds: no machine is so busy that a run's trainer begins later than that."""

_LEAST_FREE = 1_000_000
"""Bytes: room for a small run's events and weights."""


class HomeNotWritable(UserError):
    """Runs cannot be kept where they should be."""

    def __init__(self, folder: Path, error: OSError) -> None:
        why = error.strerror or type(error).__name__
        super().__init__(
            f"cannot keep runs in {folder}: {why}. "
            "Choose another folder with --home or KERTUI_HOME."
        )


class HomeNotReadable(UserError):
    """The folder that holds runs cannot be listed, which is another thing than that it has none."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"cannot list the runs in {folder}: {why}")


class UnknownRun(UserError):
    """No run has the id that was given, or more than one."""


class RunStore:
    """Holds the runs of one home. Nothing is made on disk before the first run is."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def runs_path(self) -> Path:
        """The folder that holds a folder for each run."""
        return self.home / "runs"

    def create(
        self,
        recipe: Recipe,
        source: str | None = None,
        retrained_from: str | None = None,
        group: str | None = None,
    ) -> RunFolder:
        """Make the folder of a new run, with the recipe in it; a trainer writes the rest.

        Args:
            recipe: what will be trained, kept as ``recipe.toml``, with the saved networks that it
                names.
            source: where the recipe was read from, when that was a file.
            retrained_from: id of the run whose best epoch it is trained for.
            group: id of the group that it belongs to.

        Raises:
            HomeNotWritable: the home cannot be written in.
            IsElsewhere: the home is the mirror of another host's.
        """
        from kertasks.pretrained.kept_file import keep_networks  # not before the first paint

        try:
            folder = self._new_folder(f"{recipe.task} {recipe.name}")
            kept = keep_networks(recipe, folder.path)
            folder.write_recipe(kept, source, retrained_from, group)
        except OSError as error:
            raise HomeNotWritable(self.home, error) from error
        return folder

    def create_without_recipe(self, name: str) -> RunFolder:
        """Make the folder of a new run that no recipe says how to train; who writes its events
        writes its manifest at once, too.

        Args:
            name: what its id is made of.

        Raises:
            HomeNotWritable: the home cannot be written in.
            IsElsewhere: the home is the mirror of another host's.
        """
        try:
            return self._new_folder(name)
        except OSError as error:
            raise HomeNotWritable(self.home, error) from error

    def _new_folder(self, called: str) -> RunFolder:
        from kertasks.runs.folder import RunFolder
        from kertasks.runs.mirrors.home_mark import IsElsewhere, host_of

        if host := host_of(self.home):
            raise IsElsewhere(host)
        return RunFolder(make_folder(self.runs_path, called))

    def runs(self) -> list[RunFolder]:
        """List every run, by its id from the newest on; none when there is no home yet.

        Raises:
            HomeNotReadable: they cannot be listed.
        """
        return self.listing().runs

    def listing(self) -> RunsListing:
        """List every run, as ``runs``, and what else lies among them.

        Raises:
            HomeNotReadable: they cannot be listed.
        """
        return list_runs(self.runs_path)

    def newest_first(self) -> Iterator[RunFolder]:
        """Every run in the order of lists, ``listing.newest_first``.

        Opens no more manifests than what is taken needs: an id names the second its folder was
        made in, and its trainer began at most ``_CLAIMED_WITHIN`` after it.

        Raises:
            HomeNotReadable: the runs cannot be listed.
        """
        held: list[tuple[float, str, RunFolder]] = []
        for run in self.runs():
            latest = _made(run.id) + _CLAIMED_WITHIN
            while held and held[-1][0] > latest:
                yield held.pop()[2]
            bisect.insort(held, (run.created(), run.id, run))
        for _, _, run in reversed(held):
            yield run

    def find(self, text: str) -> RunFolder:
        """Find the run a person means.

        Args:
            text: its id, the name it was given, ``"last"`` for the newest that began, or
                the start or any part of an id that only one run has.

        Raises:
            UnknownRun: there is none or there are several; the message says which.
            HomeNotReadable: the runs cannot be listed.
        """
        from kertasks.runs.home.label import read_label  # not before the first paint

        runs = self.runs()
        for run in runs:
            if run.id == text:
                return run
        if text == LAST:
            return self._last()
        named = [run for run in runs if text and read_label(run.path).name == text]
        starting = [run for run in runs if text and run.id.startswith(text)]
        found = named or starting or [run for run in runs if text and text in run.id]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(run.id for run in found[:6]) + (", …" if len(found) > 6 else "")
            raise UnknownRun(f"{text!r} may be {len(found)} runs: {names}")
        raise UnknownRun(describe_unknown("run", text, [run.id for run in runs]))

    def _last(self) -> RunFolder:
        for run in self.newest_first():
            if run.has_manifest:
                return run
        raise UnknownRun(f"there is no last run: nothing was trained in {self.home} yet")


def make_folder(place: Path, called: str) -> Path:
    """Make a private folder whose name is an id: the time, and words of what it is of.

    Args:
        place: the folder it lies in, made where there is none.
        called: what the id is made of, after the time.

    Raises:
        OSError: it cannot be made, or the disk is full.
    """
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_room(place)
    # UTC, so that ids sort by age whatever the season and the host.
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    name = f"{stamp}-{id_words(called)}"
    for number in itertools.count(2):
        path = place / name
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            name = f"{name.rsplit('~', 1)[0]}~{number}"
        else:
            return path
    raise AssertionError("count() ends")


def id_words(called: str) -> str:
    """What an id has of a run's name, after the time."""
    words = re.sub(r"[^a-z0-9]+", "-", called.lower())
    return words.strip("-")[:48].rstrip("-")


def shortest_names(
    ids: Sequence[str], taken: Collection[str] = (), of: Collection[str] | None = None
) -> dict[str, str]:
    """The shortest word of each id that ``RunStore.find`` takes for it alone; several words where
    one is not enough.

    Args:
        ids: of all runs.
        taken: names that people gave to runs, which come before any part of an id.
        of: whose names are wanted; None for all.
    """
    everything = "\n".join(ids)
    words_of = {id: id.split("-") for id in ids}
    uses = Counter(word for words in words_of.values() for word in set(words))
    pairs = Counter(pair for words in words_of.values() for pair in set(pairwise(words)))
    starts = {word[:end] for word in uses for end in range(1, len(word))}
    ends = {word[start:] for word in uses for start in range(1, len(word))}
    longer = {
        length: "\n".join(word for word in uses if len(word) > length)
        for length in {len(word) for word in uses}
    }
    """By a word's length, the words that it may be a part of."""

    reserved = {"", LAST, *taken}

    def is_own(first: str, second: str) -> bool:
        """Whether two words that follow each other are found in one id alone."""
        if pairs[first, second] > 1 or f"{first}-{second}" in reserved:
            return False
        may_be_cut = first in ends or second in starts  # "1-xor" is a part of "11-xor" too
        return not may_be_cut or everything.count(f"{first}-{second}") == 1

    def own(words: list[str]) -> str | None:
        # A word that others have too is not worth looking for.
        alone = [word for word in words if uses[word] == 1 and word not in reserved]
        for word in sorted(alone, key=len):
            if word not in longer[len(word)]:
                return word
        for pair in sorted(pairwise(words), key=lambda pair: sum(map(len, pair))):
            if is_own(*pair):
                return "-".join(pair)
        cuts = combinations(range(len(words) + 1), 2)
        parts = {"-".join(words[first:end]) for first, end in cuts if end - first > 2}
        for part in sorted(parts - reserved, key=len):
            if everything.count(part) == 1:
                return part
        return None

    wanted = words_of if of is None else {id: words_of[id] for id in of if id in words_of}
    return {id: own(words) or id for id, words in wanted.items()}


@dataclass(frozen=True, slots=True)
class RunsListing:
    """What a folder of runs holds."""

    runs: list[RunFolder]
    """By id from the newest on."""

    odd: dict[Path, str]
    """What should be a run's folder and cannot be one, each with the reason."""


def list_runs(folder: Path) -> RunsListing:
    """List the runs in a folder; none when it is not there. One entry that cannot be looked at
    hides no other; ordinary files and hidden ones are passed over.

    Raises:
        HomeNotReadable: it cannot be listed, or is a link to nowhere.
    """
    from kertasks.runs.folder import RunFolder  # not needed before the first paint

    names, odd = [], {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                why_not = _why_no_run(entry)
                if why_not:
                    odd[folder / entry.name] = why_not
                elif why_not is not None:
                    names.append(entry.name)
    except FileNotFoundError as error:
        for path in (folder, folder.parent):
            if path.is_symlink():
                raise HomeNotReadable(folder, f"{path} is a link to nothing") from error
    except OSError as error:
        raise HomeNotReadable(folder, error.strerror or type(error).__name__) from error
    names.sort(key=lambda name: (name[:15], name[15:]), reverse=True)
    return RunsListing([RunFolder(folder / name) for name in names], odd)


def _why_no_run(entry: os.DirEntry[str]) -> str | None:
    """Why an entry among runs is none; empty for a folder, None for a file, which is nobody's
    mistake."""
    try:
        if entry.is_dir():
            # kertui makes no such name, and it would be printed wherever a run is named.
            return "" if is_visible(entry.name) else "a name with codes that steer a terminal"
        if entry.is_file():
            return None
        is_link = entry.is_symlink()
    except OSError as error:
        return error.strerror or type(error).__name__
    return "a link to nothing" if is_link else "no folder but a pipe, a socket or a device"


def _require_room(folder: Path) -> None:
    # A trainer on a full disk could not even write why it failed.
    if shutil.disk_usage(folder).free < _LEAST_FREE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _made(id: str) -> float:
    """When the folder of that id was made, Unix time in seconds; infinity where it says nothing."""
    try:
        return datetime.fromisoformat(f"{id[:8]}T{id[9:15]}+00:00").timestamp()
    except ValueError:
        return math.inf
