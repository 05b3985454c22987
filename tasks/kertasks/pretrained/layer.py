"""What a recipe may say of the layers of a saved network. Imports no Keras.

It has the form of a class of Keras, so that ``keras_catalog`` reads its arguments and words as it
reads Keras's own.
"""

from __future__ import annotations


class Pretrained:
    """Layers of a saved network, a .keras file, with the weights it learned: transfer learning.

    What a network learned from many rows is used for fewer of another kind. As long as the layers
    are frozen only those behind them learn, and batch normalization in them goes on with the
    averages it has. Once those learned, all may be trained on, with a small learning rate.

    The layers expect numbers as they were trained on: where those were from -1 to 1 and the rows
    are from 0 to 1, a Rescaling layer with scale 2 and offset -1 goes before them.

    Args:
        file: String, the path of the network, which Keras saved by `model.save("base.keras")`.
        until: String, the name of the layer whose output is taken; those behind it are left out,
            as a classifier's own last layers are. Unset, all are taken.
        trainable: Boolean, whether training changes their weights. Frozen where not.
        sha256: String, the hash of the file, where only that very file is to be used.
    """

    def __init__(
        self,
        file: str,
        until: str | None = None,
        trainable: bool = False,
        sha256: str | None = None,
        name: str | None = None,
    ) -> None:
        self.file = file
        self.until = until
        self.trainable = trainable
        self.sha256 = sha256
        self.name = name

    def call(self, inputs: object) -> object:
        """Tell the catalog that it reads one tensor; ``network_of`` makes what is called."""
        raise TypeError(f"not a layer itself: {inputs}")
