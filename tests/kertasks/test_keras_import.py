from __future__ import annotations

import subprocess
import sys

from kertasks.keras_import import import_keras

_IN_A_PROCESS = """
import gc, sys, threading
from kertasks.keras_import import import_keras

found = []
threading.Thread(target=lambda: found.append(__import__("sklearn.dummy"))).start()
import_keras()
assert sys.modules["tensorflow"] is sys.modules["keras"].src.backend.tensorflow.core.tf
assert "jax" not in sys.modules
assert gc.isenabled() and gc.get_freeze_count() > 100_000
for thread in threading.enumerate()[1:]:
    thread.join()
assert found
import sklearn.linear_model
import jax
"""


def test_another_thread_imports_what_keras_is_imported_without() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IN_A_PROCESS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_process_that_has_keras_keeps_what_it_has() -> None:
    import keras

    finders = list(sys.meta_path)
    import_keras()
    assert sys.modules["keras"] is keras
    assert sys.meta_path == finders
