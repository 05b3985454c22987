"""Stories: what is pressed, why, and what there is to see then, a file each in ``stories/``.

A story is data and read with care, but it presses keys, which can do whatever a person's can:
only those of this folder are played, never a file from elsewhere.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec

from kertasks.errors import UnknownName, UserError
from kertui.demo.caption import ROWS, TEXT_WIDTH
from kertui.demo.key_bytes import bytes_of
from kertui.demo.story_files import FOLDER, story_names
from kertui.text.fitting_text import wrap


class StoryRefused(UserError):
    """A story's file is wrong; the message names the file and the step."""


class UnknownStory(UnknownName):
    """There is no story of that name."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__("story", name, known)


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step: a caption is read, keys are pressed, something is seen, and it is looked at.

    Every part may be missing.
    """

    caption: str = ""
    """What is said from now on; empty for what was said before."""

    press: tuple[str, ...] = ()
    """Keys, by their names as ``key_bytes`` has them, or a character each."""

    type: str = ""
    """Text that is typed, a character after the other."""

    shell: str = ""
    """The command that opens kertui again, after the keys before have left it."""

    see: str = ""
    """What the screen must show then; any run of blanks and line ends in it counts as a blank."""

    times: int = 1
    """How often it must be there."""

    epoch: int = 0
    """The epoch that the screen must show then, or a later one."""

    within: float = 60.0
    """Seconds to wait for it, at any speed."""

    pause: float = 1.0
    """Seconds that are left to look at it."""


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is shown to others in a minute or two."""

    title: str
    """In a line, for the list."""

    steps: tuple[Step, ...]
    needs: tuple[str, ...] = ()
    """Names of Keras's data files without which it cannot be played."""

    name: str = ""
    """That of the file, without its end; not written in it."""

    @property
    def acts(self) -> list[tuple[int, ...]]:
        """The numbers of the steps, from 0, of each time that kertui is open."""
        starts = [0, *(number for number, step in enumerate(self.steps) if step.shell)]
        ends = [*starts[1:], len(self.steps)]
        return [tuple(range(*bounds)) for bounds in zip(starts, ends, strict=True)]


SHELL_COMMANDS: Final = ("kertui attach last",)
"""What a story may have the shell do: open the interface at the newest run."""

_decode = msgspec.toml.decode


def read_story(path: Path) -> Story:
    """Read a story's file.

    Raises:
        StoryRefused: it is no TOML, has a field that no story has, or a step that cannot be done.
    """
    try:
        story = _decode(path.read_bytes(), type=Story)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        step = re.match(r"`\$\.steps\[(\d+)\]", where)
        place = f"step {int(step[1]) + 1}: " if step else ""
        raise StoryRefused(f"{path.name}: {place}{what}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoryRefused(f"{path.name}: {error}") from error
    if not story.steps:
        raise StoryRefused(f"{path.name}: a story has one step at least")
    for number, step_ in enumerate(story.steps, 1):
        if wrong := _what_is_wrong(step_):
            raise StoryRefused(f"{path.name}: step {number}: {wrong}")
    return msgspec.structs.replace(story, name=path.stem)


def _what_is_wrong(step: Step) -> str:
    unknown = next((key for key in step.press if bytes_of(key) is None), None)
    if unknown is not None:
        return f"no key is called {unknown!r}"
    if (lines := len(wrap(step.caption, TEXT_WIDTH))) > ROWS:
        return f"the caption takes {lines} lines of {TEXT_WIDTH} columns; {ROWS} fit"
    if step.shell and step.shell not in SHELL_COMMANDS:
        return f"shell may be {' or '.join(map(repr, SHELL_COMMANDS))}, not {step.shell!r}"
    if step.times < 1 or step.epoch < 0 or step.within <= 0 or step.pause < 0:
        return "times and within are above 0, epoch and pause not below"
    if not step.type.isprintable():
        return "what is typed is characters; press names other keys"
    return ""


def find_story(name: str) -> Story:
    """A story by its name.

    Raises:
        UnknownStory: there is none of that name.
        StoryRefused: its file is wrong.
    """
    if name not in (known := story_names()):
        raise UnknownStory(name, known)
    return read_story(FOLDER / f"{name}.toml")
