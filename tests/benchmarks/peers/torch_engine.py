"""A training loop in PyTorch as one writes it: eager, rows gathered by index, nothing printed.

The loss and the metric are summed on tensors and read once an epoch. The optimizers' constants are
Keras's. PyTorch's LSTM has two biases where Keras's has one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from tests.benchmarks.peers.protocol import Training, serve
from tests.benchmarks.peers.workloads import Rows, Workload
from torch import nn


class LastOutput(nn.Module):  # type: ignore[misc]  # not installed where types are checked
    """Of what an LSTM gives, the output of the last time step."""

    def forward(self, result: Any) -> Any:
        """Shape (batch, features)."""
        return result[0][:, -1]


def _relu_layer(inputs: int, units: int) -> list[Any]:
    return [nn.Linear(inputs, units), nn.ReLU()]


NETWORKS: dict[str, Callable[[], Any]] = {
    "xor": lambda: nn.Sequential(*_relu_layer(2, 8), nn.Linear(8, 1)),
    "square": lambda: nn.Sequential(*_relu_layer(1, 8), *_relu_layer(8, 8), nn.Linear(8, 1)),
    "boston": lambda: nn.Sequential(*_relu_layer(13, 64), *_relu_layer(64, 64), nn.Linear(64, 1)),
    "lstm": lambda: nn.Sequential(nn.LSTM(1, 32, batch_first=True), LastOutput(), nn.Linear(32, 1)),
    "digits": lambda: nn.Sequential(
        nn.Conv2d(1, 16, 3, padding="same"),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding="same"),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(512, 10),
    ),
    "mnist": lambda: nn.Sequential(
        nn.Conv2d(1, 8, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 10),
    ),
}


def _optimizer(workload: Workload, network: Any) -> Any:
    if workload.name == "boston":
        return torch.optim.RMSprop(network.parameters(), lr=0.001, alpha=0.9, eps=1e-7)
    rate = 0.003 if workload.name == "digits" else 0.001
    return torch.optim.Adam(network.parameters(), lr=rate, eps=1e-7)


def _absolute(found: Any, y: Any) -> Any:
    return (found - y).abs().sum()


def _binary_hits(found: Any, y: Any) -> Any:
    return ((found > 0) == (y > 0.5)).sum()


def _class_hits(found: Any, y: Any) -> Any:
    return (found.argmax(1) == y).sum()


def prepare(workload: Workload, rows: Rows) -> Training:
    """A network and its loop."""
    network = NETWORKS[workload.name]()
    optimizer = _optimizer(workload, network)
    values = rows.x
    loss_of: Any
    if workload.name in ("digits", "mnist"):
        values = np.ascontiguousarray(values.transpose(0, 3, 1, 2))  # PyTorch's order
        y = torch.from_numpy(rows.y.astype(np.int64))
        loss_of, metric_of = nn.CrossEntropyLoss(), _class_hits
    else:
        y = torch.from_numpy(rows.y.astype(np.float32))[:, None]
        if workload.name in ("xor", "lstm"):
            loss_of, metric_of = nn.BCEWithLogitsLoss(), _binary_hits
        else:
            loss_of, metric_of = nn.MSELoss(), _absolute
    x = torch.from_numpy(values)
    decayed = [network[0].weight, network[2].weight] if workload.name == "square" else []

    def train(epochs: int) -> float:
        network.train()
        mean_loss = mean_metric = 0.0
        for _ in range(epochs):
            order = torch.randperm(len(x))
            loss_sum, metric_sum = torch.zeros(()), torch.zeros(())
            for first in range(0, len(x), workload.batch_size):
                batch = order[first : first + workload.batch_size]
                x_batch, y_batch = x[batch], y[batch]
                optimizer.zero_grad()
                found = network(x_batch)
                loss = loss_of(found, y_batch)
                for weights in decayed:
                    loss = loss + 0.001 * weights.square().sum()
                loss.backward()
                optimizer.step()
                loss_sum += loss.detach() * len(batch)
                metric_sum += metric_of(found.detach(), y_batch)
            mean_loss, mean_metric = loss_sum.item() / len(x), metric_sum.item() / len(x)
        del mean_metric
        return mean_loss

    return Training(train)


if __name__ == "__main__":
    serve(prepare)
