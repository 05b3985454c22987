"""Runs programs plainly and followed, in one process, and writes what both came to as JSON.

``python follow_programs.py OUT HOME PROGRAM…``; ``KERAS_BACKEND`` chooses the backend.
"""

from __future__ import annotations

import gc
import hashlib
import json
import runpy
import sys
from pathlib import Path
from typing import Any


def came_to(program: Path) -> dict[str, Any]:
    """History and weights of one program."""
    import keras

    keras.utils.clear_session()
    results = runpy.run_path(str(program), run_name="__main__")["results"]
    bits = hashlib.sha256(b"".join(array.tobytes() for array in results["weights"])).hexdigest()
    return {"history": json.loads(json.dumps(results["history"], default=float)), "weights": bits}


def main() -> None:
    # To search Keras's million objects for garbage again and again takes a third of all the time.
    gc.disable()
    import keras

    from kertasks.scripts.fit_hook import follow_fit
    from kertasks.scripts.script import Script, set_under_way

    gc.freeze()
    gc.set_threshold(50_000)
    gc.enable()
    out, home, *programs = map(Path, sys.argv[1:])
    plain_fit = keras.Model.fit
    found = {}
    for program in programs:
        plain = came_to(program)
        script = Script(program.name, home)
        set_under_way(script)
        follow_fit(keras, fast=False)
        try:
            followed = came_to(program)
        finally:
            keras.Model.fit = plain_fit
        found[program.stem] = {"plain": plain, "followed": followed, "group": script.group}
    out.write_text(json.dumps(found))


main()
