"""What a story's file may say, and what is said of one that says anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from kertui.demo.story import StoryRefused, UnknownStory, find_story, read_story

GOOD = 'title = "a story"\n[[steps]]\ncaption = "one"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "story.toml: "),
        ('title = "no steps"\nsteps = []', "story.toml: a story has one step at least"),
        (f'{GOOD}[[steps]]\nclick = "here"', "story.toml: step 2: Object contains unknown field"),
        (f'{GOOD}press = "enter"', "story.toml: step 1: Expected `array`, got `str`"),
        (f'{GOOD}press = ["entre"]', "story.toml: step 1: no key is called 'entre'"),
        (f'{GOOD}type = "two\\nlines"', "story.toml: step 1: what is typed is characters"),
        (f'{GOOD}shell = "rm -r /"', "story.toml: step 1: shell may be 'kertui attach last'"),
        (f"{GOOD}within = 0", "story.toml: step 1: times and within are above 0"),
        (
            f'{GOOD}[[steps]]\ncaption = "{"word " * 30}"',
            "story.toml: step 2: the caption takes 3 lines of 68 columns; 2 fit",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_its_step(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "story.toml"
    path.write_text(text)
    with pytest.raises(StoryRefused) as refused:
        read_story(path)
    assert str(refused.value).startswith(said)


def test_acts_begin_where_the_shell_does(tmp_path: Path) -> None:
    path = tmp_path / "story.toml"
    path.write_text(f'{GOOD}[[steps]]\nshell = "kertui attach last"\n[[steps]]\ncaption = "end"')
    assert read_story(path).acts == [(0,), (1, 2)]


@pytest.mark.parametrize("name", ["xer", "../stories/xor", "/etc/passwd"])
def test_only_stories_of_the_folder_are_played(name: str) -> None:
    with pytest.raises(UnknownStory, match="there is no story"):
        find_story(name)
