"""scikit-learn's ``MLPClassifier`` and ``MLPRegressor``, where they do the same.

They have Adam, but no RMSprop: boston trains with Adam. They keep the loss, but no metric. For
square the weights of the last layer are decayed too.
"""

from __future__ import annotations

import warnings
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from tests.benchmarks.peers.protocol import Absent, Training, serve
from tests.benchmarks.peers.workloads import Rows, Workload

SETTINGS: dict[str, dict[str, Any]] = {
    "xor": {"hidden_layer_sizes": (8,), "alpha": 0.0},
    "square": {"hidden_layer_sizes": (8, 8), "alpha": 0.001},
    "boston": {"hidden_layer_sizes": (64, 64), "alpha": 0.0},
}


def prepare(workload: Workload, rows: Rows) -> Training:
    """A perceptron with the workload's widths, batches and learning rate."""
    if workload.name not in SETTINGS:
        raise Absent("scikit-learn has Dense layers only")
    kind = MLPClassifier if workload.name == "xor" else MLPRegressor
    settings = SETTINGS[workload.name]
    warnings.simplefilter("ignore", ConvergenceWarning)  # the epochs are what we ask for

    def train(epochs: int) -> float:
        found = kind(
            solver="adam",
            learning_rate_init=0.001,
            epsilon=1e-7,
            batch_size=workload.batch_size,
            max_iter=epochs,
            n_iter_no_change=epochs + 1,
            random_state=0,
            **settings,
        ).fit(rows.x, rows.y)
        return float(found.loss_)

    return Training(train)


if __name__ == "__main__":
    serve(prepare)
