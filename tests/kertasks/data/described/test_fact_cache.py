"""Facts of data are computed anew once code that makes or measures data is another one."""

from __future__ import annotations

from kertasks.data.described import fact_cache


def test_the_code_of_every_kind_of_data_counts() -> None:
    counted = {name for name, *_ in fact_cache._code_age("xor")}
    assert {
        "arrays/array_loading.py",
        "data/folds/folding.py",
        "folders/texts/loading.py",
        "scores/baselines.py",
        "tables/rows/encoding.py",
        "tasks/xor.py",
    } <= counted
