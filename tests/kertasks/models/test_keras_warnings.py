"""What Keras warns of is heard, each thing once, and still printed."""

from __future__ import annotations

import logging
import threading
import warnings

import pytest

from kertasks.models.keras_warnings import OnceEach, hearing_warnings


def test_each_way_is_heard_in_one_line(recwarn: pytest.WarningsRecorder) -> None:
    heard: list[str] = []
    with hearing_warnings(heard.append):
        warnings.warn("said on\n  two lines", UserWarning, stacklevel=1)
        warnings.warn("in syntax", SyntaxWarning, stacklevel=1)
        warnings.warn("for authors", DeprecationWarning, stacklevel=1)
        logging.getLogger("absl").warning("logged %s", "so")
        logging.getLogger("absl").info("chatter")
        logging.getLogger("tensorflow").warning("not Keras's")
        thread = threading.Thread(target=warnings.warn, args=("of another thread", UserWarning))
        thread.start()
        thread.join()
    warnings.warn("after", UserWarning, stacklevel=1)
    assert heard == ["said on two lines", "in syntax", "logged so"]
    printed = [str(one.message) for one in recwarn]
    assert {"said on\n  two lines", "in syntax", "of another thread", "after"} <= set(printed)


def test_the_same_is_told_once_whatever_place_and_shape_it_names() -> None:
    told: list[str] = []
    tell = OnceEach(told.append)
    for text in (
        "layers.1: a softmax over a tensor of shape (None, 1)",
        "a softmax over a tensor of shape (32, 1)",
        "something else",
        "something else",
    ):
        tell(text)
    assert told == ["layers.1: a softmax over a tensor of shape (None, 1)", "something else"]
