"""Classes of Keras that no recipe can use, each with its reason. Imports no Keras."""

from __future__ import annotations

from collections.abc import Mapping

_RUNS_CODE = "it runs code, and a recipe is only data"
_BASE_CLASS = "it is only the base of other classes"
_READS_TEXT = "it reads text, and a task's data are numbers"

EXCLUDED_LAYERS: Mapping[str, str] = {
    "Lambda": _RUNS_CODE,
    "JaxLayer": _RUNS_CODE,
    "FlaxLayer": _RUNS_CODE,
    "TorchModuleWrapper": _RUNS_CODE,
    "TFSMLayer": "it loads a program from a file, and a recipe is only data",
    "Layer": _BASE_CLASS,
    "Wrapper": _BASE_CLASS,
    "InputLayer": 'the data is the input; a layer reads it as "input"',
    "Input": 'the data is the input; a layer reads it as "input"',
    "StringLookup": _READS_TEXT,
    "TextVectorization": _READS_TEXT,
    "MaxNumBoundingBoxes": "it works on boxes drawn in pictures, which no task has",
}

EXCLUDED_OTHERS: Mapping[str, str] = {
    "Initializer": _BASE_CLASS,
    "Regularizer": _BASE_CLASS,
    "Constraint": _BASE_CLASS,
    "Optimizer": _BASE_CLASS,
    "Loss": _BASE_CLASS,
    "LossFunctionWrapper": _RUNS_CODE,
    "Metric": _BASE_CLASS,
    "MeanMetricWrapper": _RUNS_CODE,
    "Mean": "it takes no labels",
    "Sum": "it takes no labels",
    "MultiOptimizer": "it needs layers as objects",
    "OptimizerMap": "it needs layers as objects",
}

EXCLUDED_ARGUMENTS: Mapping[str, str] = {
    "name": "a layer's name is the recipe's own key",
    "quantization_config": "it takes an object of Keras",
    "gptq_unpacked_column_size": "Keras sets it when it loads a quantized model",
    "weights": "it takes arrays of weights",
    "autocast": "it changes what Keras does with types, not the network",
    "renorm_clipping": "it takes a dictionary",
    "loss_weights": "it takes an object of Keras",
    "idf_weights": "it takes arrays of weights",
}
"""Of layers."""
