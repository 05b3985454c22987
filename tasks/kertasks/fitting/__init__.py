"""Training: ``fit``, ``evaluate`` and ``predict`` with Keras's arguments and results."""

from __future__ import annotations

from kertasks.fitting.evaluation import evaluate
from kertasks.fitting.prediction import predict
from kertasks.fitting.training import fit
from kertasks.xla_flags import offer_cache

offer_cache()

__all__ = ["evaluate", "fit", "predict"]
