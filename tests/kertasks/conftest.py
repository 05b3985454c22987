"""What the tests of the Keras side share."""

from __future__ import annotations

import pytest

from kertasks.keras_catalog.catalog import Catalog


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog of the installed Keras, read once: it takes some seconds."""
    from kertasks.keras_catalog.introspection import read_catalog

    return read_catalog()
