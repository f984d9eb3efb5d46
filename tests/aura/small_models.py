"""Models that take little time to make, and settings for sessions that hold them."""

from __future__ import annotations

from dataclasses import replace

from aura.connections.session import Models, Settings
from aura.models.model import Model
from aura_vectors.case_types.message import MODEL

SMALL = Model.load_small()
TINY = Model.from_bytes(MODEL.model)
OTHER = TINY.with_sections(templates={300: "Order {order:int} was packed by {who}."})
STREAMS = Settings(Models([TINY]))
SINGLE = replace(STREAMS, memory=0)
