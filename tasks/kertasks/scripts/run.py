"""The callback that makes a run of any Keras training."""

from __future__ import annotations

import os
import traceback
import warnings
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras

from kertasks.errors import UserError
from kertasks.scripts.fit_given import FitGiven
from kertasks.scripts.followed_fit import FollowedFit
from kertasks.scripts.script import Script, script_under_way
from kertasks.text.error_text import described


class Run(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Makes a run of a training, which kertui shows and steers: with any backend of Keras, from a
    script or a notebook.

    Example:
        >>> model.fit(x, y, epochs=20, callbacks=[kertasks.Run("my net", data=(x, y))])

    It changes no number of the training. Each call of ``fit`` it is given to is a run of its own;
    where a run cannot be kept, there is one warning and the training goes on.

    Args:
        name: what the run is called.
        data: ``(x, y)``, as given to ``fit``: views and advice are of these rows. Under
            ``kertui run`` they are found by themselves.
        home: where runs are kept; ``KERTUI_HOME`` or the user's data folder where it is None.
        notes: what is to be remembered of it.

    Where an epoch takes less than 5 ms and each is the best so far, the weights of at least one in
    5 ms are held, and ``best.keras`` says of which epoch it is. What it costs is in the README of
    ``tests/benchmarks`` (``following_cost``).
    """

    async_safe = True
    """Keras may call hooks of batches from other threads: these are passed over there, until
    somebody asks for something."""

    def __init__(
        self,
        name: str = "",
        *,
        data: tuple[Any, Any] | None = None,
        home: str | Path | None = None,
        notes: str = "",
    ) -> None:
        super().__init__()
        self._name = name
        self._data = data
        self._home = None if home is None else Path(home).expanduser()
        self._notes = notes
        self._script: Script | None = None
        self._given: FitGiven | None = None
        self._fit: FollowedFit | None = None
        self._has_warned = False
        _all.add(self)

    def expect(self, given: FitGiven) -> None:
        """Take what the next call of ``fit`` is given."""
        self._given = given

    def tell(self, notice: str) -> None:
        """Tell of something that a person should know of the training, before it begins too."""
        if self._given is not None:
            self._given.notices += (notice,)
            return
        self._call(FollowedFit.tell, notice)

    def left(self, error: BaseException) -> None:
        """Take it that the call of ``fit`` was left by an error."""
        fit, self._fit = self._fit, None
        if fit is None:
            return
        try:
            fit.broken_off(error)
        except Exception:  # the program's own error is the one to be told
            _print_traceback()

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Begin a run of the call of ``fit`` that begins."""
        given, self._given = self._given, None
        if given is None:
            x, y = self._data or (None, None)
            given = FitGiven(epochs=self.params.get("epochs") or 1, x=x, y=y)
        fit, self._fit = self._fit, None
        if fit is not None:  # of a call that was left, in a notebook
            fit.broken_off(None, keeps=False)
        if self._script is None:
            self._script = script_under_way() or Script.of_this_process(self._home)
        script = self._script
        begun = None
        try:
            begun = FollowedFit(self, self.params, given, script, self._name, self._notes)
            begun.begin()
        except UserError as error:
            self._go_on_without(script, str(error))
        except OSError as error:
            self._go_on_without(script, described(error))
        except Exception as error:  # a mistake of ours is no reason to end somebody's training
            _print_traceback()
            if begun is not None:
                begun.give_up(error)
            self._go_on_without(script, described(error))
        else:
            self._fit = begun

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Begin to count the epoch's batches and its time."""
        self._call(FollowedFit.epoch_begins, epoch)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Tell of the progress; in the training's thread, carry out what is asked for."""
        fit = self._fit
        if fit is not None and fit.asking.hears_batches:
            self._call(FollowedFit.batch_ends, batch, logs)

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Remember when a validation begins."""
        self._call(FollowedFit.validation_begins)

    def on_test_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Carry out what is asked for within a validation."""
        fit = self._fit
        if fit is not None and fit.asking.hears_batches:
            self._call(FollowedFit.validation_batch_ends, batch)

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Forget the validation that is done."""
        self._call(FollowedFit.validation_ends)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Tell of the epoch; carry out what is asked for."""
        self._call(FollowedFit.epoch_ends, epoch, logs)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """End the run, and keep its weights."""
        self._call(FollowedFit.ends)
        self._fit = None

    def forget(self) -> None:
        """Take it that this is a copy of the process, after a fork: the run is the other's."""
        fit, self._fit = self._fit, None
        if fit is not None:
            fit.forget()

    def _call(self, do: Callable[..., None], *arguments: Any) -> None:
        fit = self._fit
        if fit is None:
            return
        try:
            do(fit, *arguments)
        except UserError as error:
            self._fit = None
            fit.give_up(error)
            self._warn(f"this training is not followed any more: {error}")
        except Exception as error:  # as above
            self._fit = None
            _print_traceback()
            fit.give_up(error)
            self._warn(f"this training is not followed any more: {described(error)}")

    def _go_on_without(self, script: Script, why: str) -> None:
        script.not_followed = why
        self._warn(f"this training is not followed: {why}")

    def _warn(self, text: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            warnings.warn(f"kertui: {text.rstrip('.')}. Training goes on.", stacklevel=2)

    def __getstate__(self) -> dict[str, Any]:
        # Copied with a network or to another process, it follows nothing yet.
        return {**self.__dict__, "_script": None, "_fit": None, "_given": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        _all.add(self)


_all: weakref.WeakSet[Run] = weakref.WeakSet()


def _forget_all() -> None:
    for run in _all:
        run.forget()


os.register_at_fork(after_in_child=_forget_all)


def _print_traceback() -> None:
    with suppress(OSError):  # standard error may be a file on a disk that is full
        traceback.print_exc()
