"""``model.fit``, on the backend that ``KERAS_BACKEND`` names."""

from __future__ import annotations

import argparse

from tests.benchmarks.peers.keras_networks import build
from tests.benchmarks.peers.protocol import Engine, Training, serve
from tests.benchmarks.peers.workloads import Rows, Workload


def fitting(steps_per_execution: int) -> Engine:
    """An engine that gives so many steps to each call."""

    def prepare(workload: Workload, rows: Rows) -> Training:
        model = build(workload, steps_per_execution=steps_per_execution)

        def train(epochs: int) -> float:
            history = model.fit(
                rows.x, rows.y, batch_size=workload.batch_size, epochs=epochs, verbose=0
            )
            return float(history.history["loss"][-1])

        return Training(train)

    return prepare


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps-per-execution", type=int, default=1)
    serve(fitting(parser.parse_args().steps_per_execution))
