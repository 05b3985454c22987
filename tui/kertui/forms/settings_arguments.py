"""What the settings that are no Keras argument may be, said as Keras's are."""

from __future__ import annotations

from kertasks.keras_catalog.catalog import Argument, ArgumentKind

EPOCHS = Argument(
    "epochs", ArgumentKind.INTEGER, True, 10, False, minimum=1, help="Passes over the rows."
)
LEARNING_RATE = Argument(
    "learning_rate",
    ArgumentKind.NUMBER,
    True,
    0.001,
    False,
    help="How far a step down the slope of the loss goes.",
)
BATCH = Argument(
    "batch_size",
    ArgumentKind.INTEGER,
    True,
    32,
    False,
    minimum=1,
    help="Rows the weights are moved for at once. Fewer: more and noisier steps an epoch.",
)
SHUFFLE = Argument(
    "shuffle", ArgumentKind.BOOLEAN, False, True, False, help="Rows in a new order each epoch."
)
SEED = Argument(
    "seed",
    ArgumentKind.INTEGER,
    True,
    0,
    False,
    minimum=0,
    help="Seeds the data, the weights, Dropout and the order of the rows: the same seed gives "
    "the same numbers.",
)
MONITOR = Argument(
    "monitor",
    ArgumentKind.STRING,
    True,
    "val_loss",
    False,
    help="What is watched; val_ names are of the validation rows.",
)
PATIENCE = Argument(
    "patience",
    ArgumentKind.INTEGER,
    False,
    10,
    False,
    minimum=0,
    help="Epochs without a better value after which training stops.",
)
MIN_DELTA = Argument(
    "min_delta",
    ArgumentKind.NUMBER,
    False,
    0.0,
    False,
    minimum=0,
    help="How much better a value must be to count as better.",
)
RESTORE_BEST = Argument(
    "restore_best_weights",
    ArgumentKind.BOOLEAN,
    False,
    True,
    False,
    help="Go back to the weights of the best epoch at the end (restore_best_weights).",
)
