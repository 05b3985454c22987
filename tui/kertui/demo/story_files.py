"""Where the stories are, and what they are called: all that a shell's completion needs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("stories")

FIRST: Final = "xor"
"""The story that is played where none is named."""


def story_names() -> list[str]:
    """The stories there are, the first one first."""
    names = sorted(path.stem for path in FOLDER.glob("*.toml"))
    return sorted(names, key=lambda name: name != FIRST)
