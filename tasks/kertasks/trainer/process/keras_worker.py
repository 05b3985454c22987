"""What of a trainer process needs Keras. Importing this imports TensorFlow: 4 to 6 seconds."""

from __future__ import annotations

import contextlib
import signal
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import tensorflow as tf

import kertasks
from kertasks.advice.network.trained_network import Curve
from kertasks.advice.running_advice import RunningAdvice
from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split
from kertasks.data.values import DataValues
from kertasks.keras_catalog import introspection
from kertasks.models import check, check_build
from kertasks.models.named_classes import catalog_for
from kertasks.recipes import json_form
from kertasks.recipes.recipe import CompileSettings, Layer, Recipe
from kertasks.runs.looking.view import Moment, decode_request, encode_look
from kertasks.trainer import score_to_beat
from kertasks.trainer.callbacks.best_weights import save_model
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.device import device_name
from kertasks.trainer.machine import require_memory
from kertasks.trainer.process.advice_answers import OPERATIONS, AdviceAnswers
from kertasks.trainer.process.claiming import versions
from kertasks.trainer.process.look_answers import LookAnswers
from kertasks.trainer.process.serving import Server
from kertasks.trainer.run import train


def work(server: Server, cache_dir: Path, *, warms_up: bool = True) -> bool:
    """Answer what needs Keras until a run is given, and train it; False when it failed. Where the
    server stays, train one run after another, until nobody is left to give one.

    Each begins as in a fresh process: names of layers are counted anew, and its seed decides all
    that is drawn. What was compiled stays for the next network of the same architecture.

    Args:
        server: where requests come from.
        cache_dir: where the catalog is kept.
        warms_up: whether it does what takes long the first time before it is given a run.
    """
    for gpu in tf.config.list_physical_devices("GPU"):
        # Memory as it is needed, not all at once. Too late when something initialised the device
        # before: then it stays as it is.
        with contextlib.suppress(RuntimeError, ValueError):
            tf.config.experimental.set_memory_growth(gpu, True)
    looks = LookAnswers(server.datasets, cache_dir)
    advice = AdviceAnswers(server.datasets)
    answer = partial(_answer, server.datasets, looks, advice, cache_dir)
    begin = _warm_up if warms_up else keras.utils.clear_session
    while True:
        claimed = server.serve_until_run(answer, begin)
        passed = train(claimed, server.datasets, device_name())
        if passed:
            score_to_beat.end(claimed.folder, claimed.recipe, server.datasets)
        if not server.stays:
            return passed
        for number in (signal.SIGTERM, signal.SIGINT):  # which have stopped that run, if any
            signal.signal(number, signal.SIG_DFL)
        keras.utils.clear_session()
        server.run_is_over()


def _warm_up() -> None:
    """Check, build, train, look at and save a tiny network once.

    The first time a process does each of these it loads and compiles much that the
    next time finds there: about two seconds' worth.
    """
    versions()
    recipe = Recipe(
        task="warm-up",
        name="warm-up",
        layers=(
            Layer("Dense", {"units": 2, "activation": "relu"}),
            Layer("Dense", {"units": 1, "activation": "sigmoid"}),
        ),
        compile=CompileSettings(metrics=("accuracy",)),
    )
    rows = Split(np.zeros((4, 2), dtype=np.float32), np.zeros(4, dtype=np.int32))
    data = Dataset(rows, class_names=("0", "1"))
    require_memory(recipe, data)
    network = kertasks.build_model(recipe, data)
    kertasks.fit(network, rows.x, rows.y, batch_size=1, epochs=2, verbose=0)
    RunningAdvice(network, data, batch_size=1).findings(Curve(1.0, 2, 8, [0.5, 0.5], []), 2)
    with tempfile.TemporaryDirectory() as folder:
        save_model(network, Path(folder) / "model.keras")
    # Names of layers are counted; a run has the same ones in a fresh process.
    keras.utils.clear_session()


def _answer(
    datasets: DatasetCache,
    looks: LookAnswers,
    advice: AdviceAnswers,
    cache_dir: Path,
    request: Mapping[str, Any],
) -> dict[str, Any]:
    """Carry out one request.

    Raises:
        kertasks.UserError: for the person.
        ValueError: an operation this version does not know.
    """
    op = request["op"]
    if op == "check":
        recipe = json_form.from_json(request["recipe"])
        if request.get("shape"):
            shape = msgspec.convert(request["shape"], check.DataShape)
            values = msgspec.convert(request["values"], DataValues)
        else:
            shape, values = datasets.facts(recipe)
        found = check_build.check_model(recipe, shape, values, catalog_for(recipe))
        answer: dict[str, Any] = msgspec.to_builtins(found)
        return answer
    if op == "look":
        wanted = decode_request(b64decode(request["request"]))
        moment = msgspec.convert(request["moment"], Moment)
        look = looks.look(Path(request["run"]), moment, wanted)
        return {"look": b64encode(encode_look(look)).decode()}
    if op == "catalog":
        introspection.ensure_catalog(cache_dir)
        return {}
    if op in OPERATIONS:
        return advice.answer(request)
    raise ValueError(f"a trainer cannot {op!r}")
