"""A file of arrays as a few lines of plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kertasks.arrays.own_arrays import Arrays, ArrayScaling
from kertasks.export.script.expressions import Call, Items, lines_of, literal
from kertasks.export.script.script_data import FoldsOf, Scaling, ScriptData
from kertasks.files import said_path

_LABELS = '''

def label_text(value):
    """Give a label as its class is called: 3 of 3.0."""
    return str(int(value) if isinstance(value, bool | float) and value == int(value) else value)


def numbers_of(y):
    """Give the number of each row's class; of one-hot rows the place of the 1."""
    y = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    return np.array([CLASSES.index(label_text(one)) for one in y.tolist()], "int32")

'''


def script(data: Arrays, base: Path) -> ScriptData:
    """What ``kertasks.arrays.array_loading.load`` does, in plain Python."""
    path = said_path(base, data.path).absolute()
    imports = []
    if data.test and not data.x_test:
        imports.append("from sklearn.model_selection import train_test_split")
    if _is_standard(data):
        imports.append("from sklearn.preprocessing import StandardScaler")
    scaler = "scaler = StandardScaler().fit(x_train)"
    scaling = Scaling(scaler, "x", 'scaler.transform({rows}).astype("float32")')
    return ScriptData(
        "\n".join(_lines(data, path)),
        tuple(imports),
        has_test=bool(data.x_test) or data.test > 0,
        scalings=(scaling,) if _is_standard(data) else (),
        folds=FoldsOf(),
    )


def _is_standard(data: Arrays) -> bool:
    return data.scaling is ArrayScaling.STANDARD and len(data.shape) == 1


def _lines(data: Arrays, path: Path) -> Iterator[str]:
    if data.classes:
        yield from lines_of("CLASSES = ", Items(tuple(map(literal, data.classes))))
    yield from lines_of("arrays = ", Call.of("np.load", literal(str(path))))
    if data.classes:
        yield from _LABELS.splitlines()
        yield ""
    yield from _read(data, "train", data.x, data.y)
    if data.x_test:
        yield from _read(data, "test", data.x_test, data.y_test)
        yield "order = np.random.RandomState(SEED).permutation(len(x_train))"
        yield "x_train, y_train = x_train[order], y_train[order]"
    elif data.test:
        named = {"test_size": literal(data.test), "random_state": "SEED"}
        if data.classes:
            named["stratify"] = "y_train"
        split = Call.of("train_test_split", "x_train", "y_train", **named)
        yield from lines_of("x_train, x_test, y_train, y_test = ", split)


def _read(data: Arrays, part: str, x: str, y: str) -> Iterator[str]:
    def array(name: str) -> str:
        return f"arrays[{literal(name)}]" if data.path.lower().endswith(".npz") else "arrays"

    yield f"x_{part} = {array(x)}"
    if y:
        yield f"y_{part} = {array(y)}"
    else:
        yield f"x_{part}, y_{part} = x_{part}[:, :-1], x_{part}[:, -1]"
    yield f"x_{part} = x_{part}.reshape(len(x_{part}), {', '.join(map(str, data.shape))})"
    if data.scaling is ArrayScaling.UNIT:
        yield f'x_{part} = x_{part}.astype("float32") / np.float32(255)'
    else:
        yield f"if x_{part}.dtype.itemsize > 1:"
        yield f'    x_{part} = x_{part}.astype("float32")'
    if data.classes:
        yield f"y_{part} = numbers_of(y_{part})"
    else:
        yield f'y_{part} = y_{part}.reshape(-1).astype("float32")'
