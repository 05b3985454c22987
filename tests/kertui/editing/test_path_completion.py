from __future__ import annotations

from pathlib import Path

from kertui.editing.path_completion import complete


def test_a_name_is_completed_as_far_as_it_is_certain(tmp_path: Path) -> None:
    for name in ("xor-one.toml", "xor-two.toml", "notes.txt", ".hidden.toml"):
        (tmp_path / name).touch()
    (tmp_path / "recipes").mkdir()
    assert complete(f"{tmp_path}/x") == (f"{tmp_path}/xor-", ["xor-one.toml", "xor-two.toml"])
    assert complete(f"{tmp_path}/xor-o")[0] == f"{tmp_path}/xor-one.toml"
    assert complete(f"{tmp_path}/r")[0] == f"{tmp_path}/recipes/"
    assert complete(f"{tmp_path}/n") == (f"{tmp_path}/n", [])
    assert complete(f"{tmp_path}/.h")[0] == f"{tmp_path}/.hidden.toml"
    assert complete(f"{tmp_path}/nowhere/x") == (f"{tmp_path}/nowhere/x", [])
