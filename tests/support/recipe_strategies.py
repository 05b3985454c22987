"""Recipes nobody thought of, for hypothesis. They keep to the rules, not to Keras's classes."""

from __future__ import annotations

from hypothesis import strategies as st

from kertasks.recipes.recipe import (
    INPUT,
    CompileSettings,
    Component,
    DataSettings,
    EarlyStopping,
    FitSettings,
    Layer,
    Recipe,
    Value,
)
from kertasks.recipes.structure import MODES

_RESERVED = {"class", "name", "inputs"}

one_line = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])
words = st.text(one_line, min_size=1, max_size=12).filter(lambda text: bool(text.strip()))
class_names = st.from_regex(r"[A-Z][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in {"Lambda", "Layer", "Wrapper", "Input"}
)
keys = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda key: key not in _RESERVED
)
layer_names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True).filter(
    lambda name: name != INPUT
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), numbers, st.text(max_size=12)
)


def _nested(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.one_of(
        st.lists(inner, max_size=3).map(tuple),
        st.builds(Component, class_names, st.dictionaries(keys, inner, max_size=3)),
    )


values: st.SearchStrategy[Value] = st.recursive(scalars, _nested, max_leaves=6)
arguments = st.dictionaries(keys, values, max_size=4)
components = st.builds(Component, class_names, arguments)


@st.composite
def networks(draw: st.DrawFn) -> tuple[Layer, ...]:
    """Layers of which each reads the one before or any above, and none is a dead end."""
    names = draw(st.lists(st.none() | layer_names, min_size=1, max_size=6))
    seen: set[str] = set()
    layers: list[Layer] = []
    for name in names:
        own = name if name not in seen else None
        before = layers[-1] if layers else None
        above = [INPUT, *sorted(seen)]
        inputs: tuple[str, ...] = ()
        if before is not None and before.name is not None and draw(st.booleans()):
            inputs = (before.name, *draw(st.lists(st.sampled_from(above), max_size=2)))
        elif before is None and draw(st.booleans()):
            inputs = (INPUT,)
        layers.append(Layer(draw(class_names), draw(arguments), name=own, inputs=inputs))
        if own is not None:
            seen.add(own)
    return tuple(layers)


compile_settings = st.builds(
    CompileSettings,
    optimizer=components,
    loss=st.one_of(class_names, components),
    metrics=st.lists(st.one_of(class_names, components), max_size=3).map(tuple),
)
stopping = st.builds(
    EarlyStopping,
    monitor=words,
    patience=st.integers(0, 1000),
    min_delta=st.floats(0, 10),
    restore_best_weights=st.booleans(),
    mode=st.sampled_from(MODES),
    baseline=st.none() | st.floats(-10, 10),
)
fit_settings = st.builds(
    FitSettings,
    epochs=st.integers(1, 100_000),
    batch_size=st.integers(1, 100_000),
    validation_split=st.floats(0, 0.99),
    shuffle=st.booleans(),
    early_stopping=st.none() | stopping,
)
recipes = st.builds(
    Recipe,
    task=words,
    name=words,
    layers=networks(),
    compile=compile_settings,
    fit=fit_settings,
    data=st.builds(DataSettings, st.none() | words, st.booleans()),
    seed=st.integers(0, 2**32 - 1),
    summary=st.text(one_line, max_size=20),
)
