"""Has every call of ``keras.Model.fit`` in a program followed, without a change to the program."""

from __future__ import annotations

import functools
import importlib.util
import inspect
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class _KerasFinder(MetaPathFinder):
    """Lets Keras be found as ever, and changes ``fit`` once it is imported: which backend it has is
    for the program to say, before."""

    def __init__(self, fast: bool) -> None:
        self._fast = fast
        self._looking = False

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "keras" or self._looking:
            return None
        self._looking = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._looking = False
        if spec is not None and spec.loader is not None:
            spec.loader = _FollowingLoader(spec.loader, self._fast)
        return spec


class _FollowingLoader(Loader):
    def __init__(self, loader: Loader, fast: bool) -> None:
        self._loader = loader
        self._fast = fast

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # Keras's own modules ask their spec's loader for files.
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        follow_fit(module, self._fast)


def follow_when_imported(fast: bool) -> None:
    """Have ``fit`` followed as soon as the program imports Keras.

    Args:
        fast: whether ``kertasks.fit`` is to train where it can.
    """
    sys.meta_path.insert(0, _KerasFinder(fast))


def follow_fit(keras: Any, fast: bool) -> None:
    """Have every call of ``fit`` followed.

    Args:
        keras: the module.
        fast: whether ``kertasks.fit`` is to train where it can.
    """
    plain = keras.Model.fit
    signature = inspect.signature(plain)
    training: list[Any] = []
    """The networks that are trained now, the innermost last: a fast one may go its plain way."""

    @functools.wraps(plain)
    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        if any(model is self for model in training):
            return plain(self, *args, **kwargs)
        try:
            bound = signature.bind(self, *args, **kwargs)
        except TypeError:
            return plain(self, *args, **kwargs)  # it says what is wrong
        from kertasks.scripts.following import call_followed

        training.append(self)
        try:
            return call_followed(plain, bound, fast=fast)
        finally:
            training.remove(self)

    keras.Model.fit = fit
