"""What is said of a file of arrays, as fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace

from kertasks.arrays.arrays_look import ArrayCells
from kertasks.arrays.own_arrays import Arrays, ArrayScaling, row_shape, usual_scaling
from kertasks.own_tasks.data_task import DataTask
from kertui.data_screen.data_draft import DataDraft
from kertui.data_screen.form.data_settings import Setting, name_settings, pick, share_setting
from kertui.text.recipe_values import NOTHING, NotAllowed

LAST: Final = "last column of x"
_CLASS, _VALUE = "class", "value"
_KINDS: Final = {
    _CLASS: "Each different target is a class.",
    _VALUE: "The targets are numbers to come near to.",
}
_SCALINGS: Final = {
    ArrayScaling.NONE: "As they stand.",
    ArrayScaling.UNIT: "Divided by 255, of pictures in bytes.",
    ArrayScaling.STANDARD: "Each column with mean 0 and deviation 1 over the training rows.",
}


def array_settings(draft: DataDraft, data: Arrays, arrays: Sequence[ArrayCells]) -> list[Setting]:
    """Every field that a file of arrays has, from the top.

    Args:
        draft: of the file.
        data: what it says.
        arrays: what is in the file; none while that is not known.
    """
    task = draft.task
    known = {one.name: one for one in arrays}
    said = {one.name: shape_words(one) for one in arrays}

    def change(**values: Any) -> DataTask:
        return replace(task, data=replace(data, **values))

    settings = [
        pick("x", "x", data.x, said, None, lambda name: change(**_with_x(known, data, name)),
             "The array of features, an entry a row."),
        pick("y", "y", data.y or LAST, _targets(known, data, said), None,
             lambda name: change(**_with_y(known, data, "" if name == LAST else name)),
             "The array of what is to be predicted."),
        pick("as", "as", _CLASS if data.classes else _VALUE, _KINDS, None,
             lambda text: change(classes=_classes(known, data, text)),
             "A class is one of a few, a value a number."),
        pick("test", "test x", data.x_test or NOTHING, {NOTHING: "Rows are held out.", **said},
             NOTHING, lambda name: change(**_with_test(known, data, name)),
             "Rows that test the network, where the file has some apart."),
    ]  # fmt: skip
    if data.x_test and data.y:
        settings.append(
            pick("y_test", "test y", data.y_test, said, None, lambda name: change(y_test=name),
                 "What is to be predicted of those.")
        )  # fmt: skip
    settings.append(
        pick("scaling", "scaled", data.scaling, _SCALINGS, None,
             lambda text: change(scaling=ArrayScaling(text)), "What is done to the features.")
    )  # fmt: skip
    if not data.x_test:
        settings.append(share_setting("held out", "rows", data.test, lambda t: change(test=t)))
    return [*settings, *name_settings(draft)]


def shape_words(array: ArrayCells) -> str:
    """The shape of an array and what its cells are: ``60000 x 28 x 28 uint8``."""
    return f"{' x '.join(map(str, array.shape)) or 'one cell'} {array.dtype}"


def _targets(known: dict[str, ArrayCells], data: Arrays, said: dict[str, str]) -> dict[str, str]:
    """What may be predicted: the last column only of the one array of a file, or where it is."""
    if data.y and len(known) != 1:
        return said
    return {LAST: "", **said}


def _array(known: dict[str, ArrayCells], name: str) -> ArrayCells:
    if name not in known:  # nothing was seen in the file yet, or the name has control characters
        raise NotAllowed("an array that can be seen in the file")
    return known[name]


def _with_x(known: dict[str, ArrayCells], data: Arrays, name: str) -> dict[str, Any]:
    array = _array(known, name)
    if not array.shape:
        raise NotAllowed("an array with an entry a row")
    row = row_shape(array.shape)
    if not data.y:
        if len(array.shape) != 2 or array.shape[1] < 2:
            raise NotAllowed("an array of two or more columns, of which the last is the target")
        row = (array.shape[1] - 1,)
    return {"x": array.name, "shape": row, "scaling": usual_scaling(array.dtype, row)}


def _with_y(known: dict[str, ArrayCells], data: Arrays, name: str) -> dict[str, Any]:
    """Another target, as classes where it can be such, with no rows to test on of the old one."""
    x = _array(known, data.x)
    if name and not _array(known, name).shape:
        raise NotAllowed("an array with an entry a row")
    row = row_shape(x.shape) if name else (x.shape[-1] - 1,)
    labels = _array(known, name or data.x).labels
    test = {} if name and data.y else {"x_test": "", "y_test": ""}
    return {"y": name, "shape": row, "classes": labels, **test}


def _classes(known: dict[str, ArrayCells], data: Arrays, kind: str) -> tuple[str, ...]:
    if kind == _VALUE:
        return ()
    labels = _array(known, data.y or data.x).labels
    if not labels:
        raise NotAllowed("value: too many targets for classes")
    return labels


def _with_test(known: dict[str, ArrayCells], data: Arrays, name: str) -> dict[str, Any]:
    """Rows to test on, with the first array of as many rows that looks like the targets."""
    if name == NOTHING:
        return {"x_test": "", "y_test": ""}
    x, y = _array(known, name), known.get(data.y)
    if y is None:
        return {"x_test": name, "y_test": ""}
    fits = [
        one.name
        for one in known.values()
        if one.name not in (name, data.x, data.y)
        and one.shape[:1] == x.shape[:1]
        and one.shape[1:] == y.shape[1:]
    ]
    if not fits:
        raise NotAllowed(f"an array with as many rows as another one that is like {data.y}")
    return {"x_test": name, "y_test": fits[0]}
