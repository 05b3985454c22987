"""What the card says of data that is described by some of its rows."""

from __future__ import annotations

import json

from msgspec.structs import replace
from tests.support.recorded_service import RECORDED

from kertasks.data.described.description import from_json
from kertui.tasks_screen.card_facts import draw_facts, draw_features, list_facts
from kertui.terminal.glyphs import UNICODE


def test_of_how_many_rows_features_are_described_is_said() -> None:
    whole = from_json(json.loads((RECORDED / "xor.json").read_bytes()))
    for described, said in ((whole, ""), (replace(whole, feature_rows=10_000), "of 10 000 rows")):
        facts = "\n".join(
            line.plain for line in draw_facts(list_facts(described, None, UNICODE), 80)
        )
        title = draw_features(described, 80, UNICODE)[0].plain
        assert title.startswith(f"Features {said}")
        assert ("of 10 000 rows" in facts) is bool(said)
