"""``python -m kertasks.groups FOLDER``: trains the runs of a group on this machine.

It needs no terminal. Whoever starts it gives it a session of its own and sends what it prints to
the group's ``runner.log``. The status is 0 when all runs of the group are finished.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from pathlib import Path

from kertasks.errors import UserError
from kertasks.groups.folder import GroupFolder
from kertasks.groups.runner import Runner
from kertasks.text.plain_text import visible


def main() -> int:
    """Train what is left of a group; returns the process's status."""
    parser = argparse.ArgumentParser(prog="kertasks.groups")
    parser.add_argument("folder", type=Path, help="the group's")
    parser.add_argument("--workers", type=int, default=None, help="trainer processes at most")
    arguments = parser.parse_args()
    os.umask(0o077)
    # It has no terminal whose end could concern it, but a person's script may tell all processes.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        return 0 if Runner(GroupFolder(arguments.folder), arguments.workers).work() else 1
    except UserError as error:
        print(visible(str(error)), file=sys.stderr)
    except Exception:
        traceback.print_exc()
    return 1


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads that wait for a run of another process would hold up an ordinary exit.
    os._exit(status)
