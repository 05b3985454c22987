"""How many hosts are to share a training, and which."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from kertasks.groups.record import OnRay
from kertasks.records import learn

LEAST = 2


class AskedHosts(msgspec.Struct, frozen=True):
    """Machines of a Ray cluster that share each batch of a training."""

    count: Annotated[int, Meta(ge=LEAST)]
    on: OnRay = OnRay()
    """Which cluster, and what of each machine the training has for itself."""


learn(AskedHosts)
