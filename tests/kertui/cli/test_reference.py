"""What the reference says of the command line is what the command line has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import kertui.cli.main as command_line
from kertui.cli.showing.serve import page_command
from kertui.terminal.glyphs import Marker

REFERENCE = (Path(command_line.__file__).parents[2] / "REFERENCE.md").read_text()


def test_the_commands_that_take_task_folders_are_those_of_the_reference() -> None:
    (named,) = re.findall(
        r"for every command, or after (.+?); again for more", REFERENCE, re.DOTALL
    )
    takes = {
        name
        for name, command in command_line.kertui.commands.items()
        if any("--tasks" in option.opts for option in command.params)
    }
    assert set(re.findall(r"`([a-z-]+)`", named)) == takes
    overview = REFERENCE[: REFERENCE.index("RUN is an id")].splitlines()
    begins = [line.split("  ")[0] for line in overview if line.startswith("kertui")]
    assert len(set(begins)) == len(begins), "each has one line"


@pytest.mark.parametrize("option", ["--no-mouse", "--notify"])
def test_what_a_browser_cannot_do_is_refused_and_the_rest_is_passed_on(option: str) -> None:
    done = CliRunner().invoke(command_line.kertui, [option, "serve", "--port", "0"])
    assert done.exit_code == 2
    assert f"{option} is of a terminal" in done.output
    wishes = {"advice": False, "spare": True, "marker": Marker.ASCII}
    said = page_command(Path("/runs"), wishes)[3:]
    assert said == ["--home", "/runs", "--no-advice", "--marker", "ascii", "serve-page"]
