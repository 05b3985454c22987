"""The groups of one home: ``<home>/groups/<id>/``, a folder each, readable by its owner only."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from kertasks.files import write_text
from kertasks.groups.folder import GroupFolder
from kertasks.groups.own_word import keep_mark
from kertasks.groups.record import Asked, GroupRecord, OnRay
from kertasks.groups.script_sweep.asked import ScriptSweep
from kertasks.recipes.recipe import Recipe
from kertasks.runs.event_file.events import Monitor
from kertasks.runs.home.store import HomeNotWritable, list_runs, make_folder
from kertasks.runs.recipe_comments import origin_comments


class GroupStore:
    """Holds the groups of one home. Nothing is made on disk before the first group is."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def groups_path(self) -> Path:
        """The folder that holds a folder for each group."""
        return self.home / "groups"

    def create(
        self,
        recipe: Recipe,
        asked: Asked,
        called: str,
        *,
        source: str | None = None,
        workers: int | None = None,
        others: Sequence[Recipe] = (),
        judge: Monitor | None = None,
        on: OnRay | None = None,
    ) -> GroupFolder:
        """Make the folder of a new group; no run is begun.

        Args:
            recipe: what the recipes of its runs are made of.
            asked: what kind of group it is.
            called: what its id is made of, after the recipe's name: ``"4 folds"``.
            source: the file the recipe was read from, if any.
            workers: how many trainer processes at most; None for one a core, or as many as a
                cluster has room for.
            others: further recipes, where a sweep compares several.
            judge: the metric that decides what is best; None for that of the runs.
            on: where its runs are trained; None for this machine.

        Raises:
            HomeNotWritable: the home cannot be written in.
            IsElsewhere: the home is the mirror of another host's.
            MarkNotKept: it names a cluster, and the cache folder cannot be written in.
        """
        from kertasks.recipes.toml_file import format_recipe

        group = self._new(f"{recipe.task} {recipe.name} {called}")
        try:
            write_text(group.recipe_path, origin_comments(source=source) + format_recipe(recipe))
            for number, other in enumerate(others, start=2):
                write_text(group.recipe_path_of(number), format_recipe(other))
            record = GroupRecord(
                id=group.id,
                task=recipe.task,
                recipe=recipe.name,
                created=time.time(),
                asked=asked,
                judge=judge,
                workers=workers,
                on=on,
            )
            group.write_record(record)
        except OSError as error:
            raise HomeNotWritable(self.home, error) from error
        if on is not None and on.address is not None:
            keep_mark(group, on)
        return group

    def create_of_script(
        self,
        asked: ScriptSweep,
        *,
        called: str,
        workers: int | None = None,
        judge: Monitor | None = None,
    ) -> GroupFolder:
        """Make the folder of a new sweep of a program; it is not started.

        Args:
            asked: what is asked.
            called: what is shown beside the name of the program: ``"--lr"``.
            workers: how many processes at most; None for one a core.
            judge: the metric that decides what is best; None for that of the runs.

        Raises:
            HomeNotWritable: the home cannot be written in.
            IsElsewhere: the home is the mirror of another host's.
        """
        group = self._new(f"{Path(asked.file).stem} {asked.trials} trials")
        record = GroupRecord(
            id=group.id,
            task=asked.file,
            recipe=called,
            created=time.time(),
            asked=asked,
            judge=judge,
            workers=workers,
        )
        try:
            group.write_record(record)
        except OSError as error:
            raise HomeNotWritable(self.home, error) from error
        return group

    def _new(self, called: str) -> GroupFolder:
        from kertasks.runs.mirrors.home_mark import IsElsewhere, host_of

        if host := host_of(self.home):
            raise IsElsewhere(host)
        try:
            return GroupFolder(make_folder(self.groups_path, called))
        except OSError as error:
            raise HomeNotWritable(self.home, error) from error

    def groups(self) -> list[GroupFolder]:
        """List every group, by its id from the newest on; none when there are none yet.

        Raises:
            HomeNotReadable: they cannot be listed.
        """
        return [GroupFolder(folder.path) for folder in list_runs(self.groups_path).runs]

    def matching(self, text: str) -> list[GroupFolder]:
        """The group of that id alone where there is one, else those that have the text in theirs.

        Raises:
            HomeNotReadable: the groups cannot be listed.
        """
        found = [group for group in self.groups() if text and text in group.id]
        return [group for group in found if group.id == text] or found


def remove(group: GroupFolder) -> None:
    """Delete a group of which no run was begun."""
    if not group.members():
        shutil.rmtree(group.path, ignore_errors=True)
