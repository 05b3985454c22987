"""Is the code of Keras what it was when a program was traced?

A test, a notebook or a callback may put a function of its own in the place of a method of a Keras
class or of a function of a Keras module, for a time (pytest's ``monkeypatch``,
``unittest.mock.patch``). What is traced meanwhile must not run for other models later, nor what
was traced before meanwhile.
"""

from __future__ import annotations

import sys
from operator import is_
from threading import Lock
from types import FunctionType, ModuleType
from typing import Any

_ITS_PACKAGES = (sys.stdlib_module_names - {"unittest"}) | {
    "PIL", "absl", "h5py", "jax", "keras", "ml_dtypes", "numpy", "optree", "packaging", "rich",
    "scipy", "sklearn", "tensorflow", "torch", "tree", "wrapt",
}  # fmt: skip
"""What Keras itself imports: what is made there is not in the place of something of Keras."""


class _Names:
    """What was found under the names of one module or class, each state with a number."""

    def __init__(self, owner: type | ModuleType) -> None:
        self._owner = owner
        # All of it is held, so that nothing else can get the identity of what was seen.
        self._latest: tuple[Any, ...] = ()
        self._states: list[dict[str, Any]] = []
        self.number: int | None = None
        """Which of the states there were it was in when it was last read; None for one with
        something that is not Keras's own."""

    def read(self) -> bool:
        """Whether something lies there now that did not before."""
        names = vars(self._owner)
        if len(names) == len(self._latest) and all(map(is_, names.values(), self._latest)):
            return False
        self._latest = tuple(names.values())
        self.number = self._find(dict(names))
        return True

    def classes(self) -> list[type]:
        """The classes that were made in a module."""
        found = (value for value in self._latest if isinstance(value, type))
        return [kind for kind in found if kind.__module__ == self._owner.__name__]

    def _find(self, names: dict[str, Any]) -> int | None:
        if isinstance(self._owner, ModuleType):  # whose other variables are settings and counters
            names = {name: value for name, value in names.items() if callable(value)}
        names.pop("__annotations__", None)  # made when somebody first asks for it
        if not all(map(_is_of_its_packages, names.values())):
            return None
        for number, state in enumerate(self._states):
            if state.keys() == names.keys() and all(
                map(is_, map(state.get, names), names.values())
            ):
                return number
        self._states.append(names)
        return len(self._states) - 1


class KerasCode:
    """All modules and classes of Keras that are loaded. Safe to use from several threads."""

    def __init__(self) -> None:
        self._loaded = 0
        self._known: set[type | ModuleType] = set()
        self._all: list[_Names] = []
        self._lock = Lock()

    def state(self) -> list[tuple[int, int]] | None:
        """Equal while all code is the same; None while some of it is not Keras's own.

        It takes about a millisecond: everything is only compared with what it was last.
        """
        with self._lock:
            if len(sys.modules) != self._loaded:
                self._loaded = len(sys.modules)
                for name, module in list(sys.modules.items()):
                    if name.partition(".")[0] == "keras" and isinstance(module, ModuleType):
                        self._add(module)
            for names in self._all:  # grows by the classes of modules
                if names.read():
                    for kind in names.classes():
                        self._add(kind)
            states = []
            for place, names in enumerate(self._all):
                if names.number is None:
                    return None
                if names.number:
                    states.append((place, names.number))
        return states

    def _add(self, owner: type | ModuleType) -> None:
        if owner not in self._known:
            self._known.add(owner)
            self._all.append(_Names(owner))


def _is_of_its_packages(value: Any) -> bool:
    """Whether a value was made by Keras or by what it imports, as far as that can be told."""
    match value:
        case staticmethod() | classmethod():
            return _is_of_its_packages(value.__func__)
        case property():
            return all(map(_is_of_its_packages, (value.fget, value.fset, value.fdel)))
        case FunctionType():
            # Not ``__module__``, which ``functools.wraps`` copies.
            module = value.__globals__.get("__name__", "")
            if module.startswith("namedtuple_"):  # its own code is made with it
                return True
        case type():
            module = value.__module__
        case _:
            module = type(value).__module__
    return str(module).partition(".")[0] in _ITS_PACKAGES
