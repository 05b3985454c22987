"""Records what tests of screens replay: ``python -m tests.support.record``."""

from __future__ import annotations

import json

from tests.support.recorded_service import RECORDED

from kertasks.data.described.describing import describe
from kertasks.data.described.description import to_json
from kertasks.registry import find_task

if __name__ == "__main__":
    RECORDED.mkdir(exist_ok=True)
    for name in ("threshold", "xor", "square", "digits"):
        task = find_task(name)
        recipe = task.recipe()
        data = task.load(recipe.data.variant, recipe.seed)
        text = json.dumps(to_json(describe(task, data)), ensure_ascii=False)
        (RECORDED / f"{name}.json").write_text(text + "\n", encoding="utf-8")
