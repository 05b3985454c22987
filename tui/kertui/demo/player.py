"""Plays a story: presses its keys at a speaker's pace and waits for what is to be seen."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from kertui.demo.caption import Caption
from kertui.terminal.glyphs import glyphs_for
from kertui.terminal.key_names import name_key

if TYPE_CHECKING:
    from kertui.demo.story import Step, Story

_SECONDS_A_WORD: Final = 0.24
"""To read a caption, at the pace of a speaker who has seen it before."""

_BETWEEN_KEYS: Final = 0.45
_BETWEEN_CHARACTERS: Final = 0.16
_LOOKS_AGAIN: Final = 0.2
"""Seconds between two looks at the screen; each renders all of it."""

_EPOCH: Final = re.compile(r"\bepoch (\d{1,3}(?:\s\d{3})*)")


@dataclass
class Progress:
    """How far a story has come: what one opening of the interface hands to the next."""

    story: Story
    speed: float = 1.0
    """How much shorter pauses are; what is waited for takes as long as it takes."""

    ends: bool = False
    """Whether the interface is left by itself after the last step."""

    act: int = 0
    """Which of the story's acts is played, from 0."""

    failure: str = ""
    """Why the story could not be played on: a sentence that names story and step."""

    status: int = 0
    """The exit status of the interface."""

    taken_over: bool = False
    """Whether a person has pressed a key."""

    @property
    def is_last_act(self) -> bool:
        """Whether the interface is not opened again after this act."""
        return self.act == len(self.story.acts) - 1


class Stage(Protocol):
    """What a player needs of the open interface."""

    def say(self, caption: Caption) -> None:
        """Show a caption until the next one."""

    def press(self, key: str) -> None:
        """Press a key as a person does."""

    def words(self) -> str:
        """What the screen shows, line by line."""

    def as_shown(self, text: str) -> str:
        """A text with the signs that the terminal has."""


class NotSeen(Exception):
    """The screen did not come to show what a step waits for; the message says what that is."""


class Player:
    """Plays one act in an open interface.

    Args:
        app: the interface.
        progress: the story, and which act of it.
    """

    def __init__(self, app: Stage, progress: Progress) -> None:
        self._app, self._progress = app, progress
        self._caption = ""

    async def play(self) -> None:
        """Play the act to its end, or to the first step that cannot be done."""
        story = self._progress.story
        for number in story.acts[self._progress.act]:
            try:
                await self._do(story.steps[number])
            except NotSeen as error:
                self._progress.failure = (
                    f"The story {story.name} ends at step {number + 1} of {len(story.steps)}: "
                    f"{error}."
                )
                return

    async def _do(self, step: Step) -> None:
        keys = [*step.press, *step.type]
        if step.caption:
            self._caption = step.caption
            label = step.type or " ".join(self._name(key) for key in step.press)
            self._app.say(Caption(self._caption, label))
            await self._rest(_SECONDS_A_WORD * len(step.caption.split()))
        for key in keys:
            self._app.say(Caption(self._caption, step.type or self._name(key)))
            self._app.press(key)
            await self._rest(_BETWEEN_CHARACTERS if step.type else _BETWEEN_KEYS)
        if step.see or step.epoch:
            await self._wait(step)
        await self._rest(step.pause)

    def _name(self, key: str) -> str:
        return name_key("question_mark" if key == "?" else key, glyphs_for(self._app))

    async def _rest(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._progress.speed)

    async def _wait(self, step: Step) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + step.within
        while not _shows(self._app.words(), step, self._app.as_shown(step.see)):
            if loop.time() > until:
                what = f"{step.see!r}" if step.see else f"epoch {step.epoch}"
                often = f" {step.times} times" if step.times > 1 else ""
                raise NotSeen(f"the screen did not show {what}{often} in {step.within:g} s")
            await asyncio.sleep(_LOOKS_AGAIN)


def _shows(screen: str, step: Step, text: str) -> bool:
    """Whether the screen shows all that a step waits for, its text as this terminal shows it."""
    words = " ".join(screen.split())
    epochs = [int("".join(found.split())) for found in _EPOCH.findall(words)]
    return words.count(text) >= step.times and max(epochs, default=0) >= step.epoch
