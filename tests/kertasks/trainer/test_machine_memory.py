from __future__ import annotations

from pathlib import Path

from kertasks.trainer.machine_memory import free_memory


def test_a_container_has_what_is_left_of_its_limit(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("4000\n")
    assert free_memory(tmp_path) == 1000
    (tmp_path / "memory.current").write_text("6000\n")
    assert free_memory(tmp_path) == 0


def test_without_a_limit_it_is_what_the_machine_has(tmp_path: Path) -> None:
    assert free_memory(tmp_path) > 10_000_000
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("4000\n")
    assert free_memory(tmp_path) > 10_000_000
