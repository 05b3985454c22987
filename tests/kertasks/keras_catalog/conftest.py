"""What the tests of the catalog share."""

from __future__ import annotations

import pytest

from kertasks.keras_catalog.catalog import Catalog


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog as this process reads it from Keras, not from a file that holds it."""
    from kertasks.keras_catalog.introspection import read_catalog

    return read_catalog()
