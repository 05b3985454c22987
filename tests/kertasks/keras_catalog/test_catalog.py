"""The catalog in its file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from kertasks.keras_catalog.__main__ import main
from kertasks.keras_catalog.catalog import (
    Catalog,
    Family,
    cache_file,
    cached_catalog,
    write_catalog,
)
from kertasks.keras_catalog.introspection import ensure_catalog, read_catalog


def test_survives_json(catalog: Catalog) -> None:
    """As this process reads it from Keras, beside what another put into a file."""
    read = read_catalog()
    assert msgspec.json.decode(msgspec.json.encode(read), type=Catalog) == read
    assert read == catalog


def test_is_found_again_in_the_cache(catalog: Catalog, tmp_path: Path) -> None:
    folder = tmp_path / "not yet" / "there"
    assert cached_catalog(folder) is None
    file = write_catalog(catalog, folder)
    assert cached_catalog(folder) == catalog
    assert list(folder.iterdir()) == [file]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"schema": 2}', '{"schema": 0, "keras_version": "", "classes": []}',
     '{"schema": 2, "keras_version": "1", "classes": [{}]}'],
)  # fmt: skip
def test_a_damaged_file_counts_as_none(text: str, catalog: Catalog, tmp_path: Path) -> None:
    file = cache_file(tmp_path, catalog.keras_version)
    file.write_text(text, encoding="utf-8")
    assert cached_catalog(tmp_path) is None
    assert ensure_catalog(tmp_path) == catalog
    assert cached_catalog(tmp_path) == catalog


def test_bytes_that_are_no_text_count_as_none(catalog: Catalog, tmp_path: Path) -> None:
    cache_file(tmp_path, catalog.keras_version).write_bytes(b"\xff\xfe\x00")
    assert cached_catalog(tmp_path) is None


def test_another_keras_has_another_file(catalog: Catalog, tmp_path: Path) -> None:
    write_catalog(replace(catalog, keras_version="1.0"), tmp_path)
    assert cached_catalog(tmp_path) is None


def test_is_read_without_keras(catalog: Catalog, tmp_path: Path) -> None:
    write_catalog(catalog, tmp_path)
    code = (
        "import sys; from pathlib import Path\n"
        "from kertasks.keras_catalog.catalog import cached_catalog\n"
        "from kertasks.recipes.toml_file import parse_recipe, format_recipe\n"
        "from kertasks.recipes import changes, outline, validation\n"
        "from kertasks.models import check\n"
        f"assert cached_catalog(Path({str(tmp_path)!r})).classes\n"
        "wrong = {'keras', 'tensorflow', 'numpy', 'tomlkit'} & set(sys.modules)\n"
        "assert not wrong, wrong\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_module_writes_it(
    catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 0
    assert Path(capsys.readouterr().out.strip()) == cache_file(tmp_path, catalog.keras_version)
    assert cached_catalog(tmp_path) == catalog
    command = [sys.executable, "-m", "kertasks.keras_catalog"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def test_is_found_by_name_and_by_identifier(catalog: Catalog) -> None:
    adam = catalog.find(Family.OPTIMIZERS, "adam")
    assert adam is not None
    assert adam is catalog.find(Family.OPTIMIZERS, "Adam")
    assert catalog.find(Family.LAYERS, "adam") is None
