"""``python -m kertasks.scripts``: runs a program as Python would, and follows what it trains.

Its output goes to the log of its first run, whose id it says on a descriptor before it begins.
"""

from __future__ import annotations

import argparse
import builtins
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType, TracebackType

from kertasks.errors import UserError
from kertasks.scripts.diary import DiaryWriter
from kertasks.scripts.fit_hook import follow_when_imported
from kertasks.scripts.script import Script, set_under_way
from kertasks.text.error_text import described
from kertasks.user_folders import default_home

INTERRUPTED = 130
"""What shells expect of a program ended by Ctrl-C."""


def main() -> int:
    """Run the program; the exit status is its own."""
    parser = argparse.ArgumentParser(prog="kertasks.scripts")
    parser.add_argument("--home", type=Path, default=None, help="where runs are kept")
    parser.add_argument("--name", default="", help="what the runs are called")
    parser.add_argument("--fast", action="store_true", help="train by kertasks.fit where it can")
    parser.add_argument("--tell", type=int, required=True, help="descriptor that gets the id")
    parser.add_argument("--diary", type=Path, default=None, help="file told of runs and the end")
    parser.add_argument("file", type=Path)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    with os.fdopen(given.tell, "w") as tell:
        try:
            diary = None if given.diary is None else DiaryWriter(given.diary)
            home = given.home or default_home()
            script = Script(given.file.name, home, given.name, given.file, diary)
            run = script.open()
            script.take_output(run)
        except (UserError, OSError) as error:
            tell.write(f"!{described(error)}")
            return 1
        tell.write(run.id)
    set_under_way(script)
    follow_when_imported(given.fast)
    status, said = _run(given.file, given.arguments)
    script.over(said, status)
    return status


def _run(file: Path, arguments: list[str]) -> tuple[int, str]:
    """Run the program in a fresh ``__main__``, and say with which status it ended, and how."""
    sys.argv = [str(file), *arguments]
    sys.path.insert(0, str(file.resolve().parent))
    for stream in (sys.stdout, sys.stderr):
        # Read while it is written, as in a terminal: progress bars end no line.
        stream.reconfigure(write_through=True)  # type: ignore[union-attr]  # they are files
    module = ModuleType("__main__")
    module.__file__ = str(file)
    module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = module
    try:
        code = compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - the person's own program, named by them
    except SystemExit as leave:
        return _status_of(leave.code)
    except KeyboardInterrupt as error:
        _print(error)
        return INTERRUPTED, "was interrupted (Ctrl-C)"
    except BaseException as error:
        _print(error)
        place = _place(error.__traceback__, file)
        return 1, f"failed: {described(error)}{place}"
    return 0, "ended"


def _status_of(code: object) -> tuple[int, str]:
    """The exit status of ``sys.exit(code)``, and how that is said."""
    if code is None or isinstance(code, int):
        status = (code or 0) & 0xFF
    else:
        print(code, file=sys.stderr)
        status = 1
    return status, f"ended with status {status}"


def _own_part(traceback: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames of this module, as Python would print it."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
        traceback = traceback.tb_next
    return traceback


def _print(error: BaseException) -> None:
    with suppress(OSError):  # the log may be on a disk that is full
        own = _own_part(error.__traceback__)
        sys.excepthook(type(error), error.with_traceback(own), own)


def _place(traceback: TracebackType | None, file: Path) -> str:
    """Where in the program an error was raised: its last line there."""
    line = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == str(file):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return "" if line is None else f" ({file.name}, line {line})"


if __name__ == "__main__":
    sys.exit(main())
