"""The process that runs code of a person's own to see which task it defines.

``python -m kertasks.own_tasks.reading_process file PATH`` or ``… entry NAME VALUE``: JSON goes out,
an ``Answer``. Whoever lists tasks is another process, so that code that prints, takes long, imports
Keras or ends Python harms no list.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import msgspec

from kertasks.errors import UserError
from kertasks.own_tasks.task_code import (
    TaskCode,
    TaskEntryPoint,
    TaskFile,
    run_task_code,
    what_went_wrong,
)
from kertasks.own_tasks.told_task import NotATask, ToldTask, tell
from kertasks.records import learn


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of running code."""

    told: ToldTask | None = None
    why: str = ""
    """A sentence, where the code defines no task."""

    traceback: str = ""
    """Of an error that the code did not catch."""


learn(Answer)


def arguments_for(code: TaskCode) -> list[str]:
    """What the process is given to run this code."""
    if isinstance(code, TaskFile):
        return ["file", str(code.path)]
    return ["entry", code.name, code.value]


def answer(arguments: list[str]) -> Answer:
    """Do what is asked."""
    match arguments:
        case ["file", path]:
            return _answer_of(TaskFile(Path(path)))
        case ["entry", name, value]:
            return _answer_of(TaskEntryPoint(name, value))
    raise SystemExit(__doc__)


def _answer_of(code: TaskCode) -> Answer:
    try:
        defined = run_task_code(code)
        path = None if defined.path is None else str(defined.path)
        return Answer(told=tell(defined.found, defined.digest, path))
    except NotATask as error:
        return Answer(why=f"{code.place}: TASK {error}")
    except UserError as error:
        return Answer(why=str(error))
    except BaseException as error:
        return Answer(why=what_went_wrong(error, code), traceback=traceback.format_exc())


def main() -> None:
    """Answer on what standard output was; what the code prints leads nowhere."""
    out = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(out, "wb") as file:
        file.write(msgspec.json.encode(answer(sys.argv[1:])))
    os._exit(0)  # threads that the code began are not waited for


if __name__ == "__main__":
    main()
