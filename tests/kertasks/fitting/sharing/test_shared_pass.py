"""A training that hosts share comes to the numbers of one host, whichever of them is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import pytest
from tests.support.closeness import assert_same_history, assert_same_weights

import kertasks
from kertasks.fitting.sharing.computing import PartComputer
from kertasks.hosts.part import Arrays, CannotShare, Network, Part, PartSums

pytestmark = pytest.mark.training

ROWS = 50


class HostsHere:
    """Hosts in this process, of which one is lost at each of some batches.

    Args:
        count: how many there are at first.
        lost_at: the batches, from 1, as they are asked to compute them.
    """

    def __init__(self, count: int, lost_at: Sequence[int] = ()) -> None:
        self.wanted = count
        self._lost_at = lost_at
        self._there: list[PartComputer] = []
        self.asked = 0

    def begin(self, network: Network) -> None:
        self._there = [PartComputer.of(network) for _ in range(self.wanted)]

    def count(self) -> int:
        return len(self._there)

    def compute(self, weights: Arrays, parts: Sequence[Part]) -> list[PartSums | None]:
        self.asked += 1
        if self.asked in self._lost_at:
            self._there.pop()
        found: list[PartSums | None] = [None] * len(parts)
        for place, (host, part) in enumerate(zip(self._there, parts, strict=False)):
            host.take_weights(weights)
            found[place] = host.compute(part)
        return found


def rows() -> tuple[Any, Any]:
    generator = np.random.default_rng(5)
    x = generator.normal(size=(ROWS, 4)).astype("float32")
    return x, (x.sum(axis=1) > 0).astype("int32")


def regularized() -> keras.layers.Layer:
    return keras.layers.Dense(8, "relu", kernel_regularizer="l2", activity_regularizer="l2")


def network(
    make: Callable[[], keras.layers.Layer] = regularized,
    loss: Any = "binary_crossentropy",
    **optimizer: Any,
) -> keras.Model:
    keras.utils.set_random_seed(3)
    inside = [make(), keras.layers.Dense(4, "tanh")]
    model = keras.Sequential([keras.Input((4,)), *inside, keras.layers.Dense(1, "sigmoid")])
    settings = {"learning_rate": 0.05, "global_clipnorm": 1.0, **optimizer}
    model.compile(keras.optimizers.Adam(**settings), loss, metrics=["accuracy", "auc"])
    return model


def trained(model: keras.Model, hosts: HostsHere | None, **more: Any) -> keras.Model:
    x, y = rows()
    given = {"batch_size": 16, "epochs": 3, "validation_split": 0.2, "xla": False, **more}
    kertasks.fit(model, x, y, hosts=hosts, **given)
    return model


def test_whatever_hosts_are_lost_the_numbers_are_those_of_one() -> None:
    weights = {"sample_weight": np.linspace(0.1, 2.0, ROWS), "class_weight": None}
    alone = trained(network(), None, **weights)
    # Three batches an epoch, the last of 8 rows. The second is asked for twice.
    hosts = HostsHere(2, lost_at=(2, 6))
    shared = trained(network(), hosts, **weights)
    assert hosts.asked == 6  # from then on the trainer is alone
    assert_same_history(shared.history.history, alone.history.history)
    assert_same_weights(shared, alone)
    assert set(alone.history.history) >= {"auc", "val_auc", "accuracy", "loss"}


def test_with_one_part_layers_draw_what_they_draw_alone() -> None:
    def with_dropout() -> keras.Model:
        return network(lambda: keras.layers.Dropout(0.5))

    alone = trained(with_dropout(), None)
    assert_same_weights(trained(with_dropout(), HostsHere(1)), alone)


REFUSED: list[tuple[str, Callable[[], keras.Model], dict[str, Any]]] = [
    ("gradient_accumulation_steps", lambda: network(gradient_accumulation_steps=2), {}),
    ("use_ema", lambda: network(use_ema=True), {}),
    ("LayerNormalization has none", lambda: network(keras.layers.BatchNormalization), {}),
    (
        "a state of its own in the layer .*, which training changes",
        lambda: network(lambda: keras.layers.SpectralNormalization(keras.layers.Dense(3))),
        {},
    ),
    ("is to be that of its parts", lambda: network(loss=keras.losses.Dice()), {}),
    ("a batch of 1 cannot be shared among 2 hosts", network, {"batch_size": 1}),
]


@pytest.mark.parametrize(("why", "make", "more"), REFUSED, ids=[why for why, *_ in REFUSED])
def test_what_would_come_to_other_numbers_is_refused(
    why: str, make: Callable[[], keras.Model], more: dict[str, Any]
) -> None:
    with pytest.raises(CannotShare, match=why):
        trained(make(), HostsHere(2), **more)
