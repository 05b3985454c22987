"""Looks at a run as an interface does, in a process without Keras: ``looking_cost`` starts it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from kertasks.runs.looking.look_files import Viewer
from kertasks.runs.looking.view import ViewRequest, decode_request


def main(run: Path, request: ViewRequest, seconds: float) -> None:
    """Look, and print how many looks came and how soon the first."""
    log = run / "events.jsonl"
    while not log.exists() or not log.stat().st_size:
        time.sleep(0.02)
    viewer, looks, first = Viewer(run), 0, 0.0
    began = time.perf_counter()
    viewer.ask(request)
    while time.perf_counter() - began < seconds - 0.5:
        time.sleep(0.05)
        viewer.keep_asking()
        if viewer.read() is not None:
            first = first or time.perf_counter() - began
            looks += 1
    viewer.leave()
    print(looks, first)


if __name__ == "__main__":
    main(Path(sys.argv[1]), decode_request(bytes.fromhex(sys.argv[2])), float(sys.argv[3]))
