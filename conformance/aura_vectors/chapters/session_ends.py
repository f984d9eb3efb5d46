"""Ends of sessions that frames are given to, and what they have said or are told first."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aura_spec.session import MAX_CHUNK, NO_MODEL, Use
from aura_spec.session_negotiation import ALL_CODINGS, ALL_METHODS, Coding, Codings, Hello
from aura_spec.template import builtin, digest
from aura_vectors.case_types.message import MODEL, read_model
from aura_vectors.case_types.session import Sessions
from aura_vectors.chapters.context_model import held
from aura_vectors.models import HAND_MADE

HELD: Final = read_model(MODEL.model)
OTHER: Final = held(HAND_MADE).model
OTHER_ID: Final = read_model(OTHER).model_id
UNHELD: Final = bytes(range(1, 9))

BUILTIN: Final = bytes.fromhex(digest(builtin().items()))[:8]
OLDER: Final = Codings.SINGLE | Codings.STREAM
"""What an end reads that knows no tags."""
TELLING: Final = OLDER | Codings.TAGGED
"""What an end reads that knows tags, and no check of 32 bits."""
UNSTREAMED: Final = Codings.SINGLE | Codings.TAGGED
MEMORY: Final = 1 << 15
LIMIT: Final = 100
"""Bytes of the longest message."""
MODELLED: Final = 60
"""Bytes of the longest message that a model codes."""

PEER: Final = Hello(ALL_METHODS, OLDER, MEMORY, 1 << 20, 1 << 12, BUILTIN, ())
OWN: Final = Sessions(
    Hello(ALL_METHODS, TELLING, MEMORY, LIMIT, MODELLED, BUILTIN, (HELD.model_id,)), MODEL.model
)
BARE: Final = Sessions(Hello(ALL_METHODS, UNSTREAMED, 0, MAX_CHUNK + 1, 0, BUILTIN, ()))
"""An end without a model, which reads no streams, and longer messages than the longest chunk."""
SIMPLE: Final = Sessions(replace(OWN.hello, codings=UNSTREAMED, memory=0), MODEL.model)
"""An end that reads no streams."""

NEWEST: Final = Sessions(replace(OWN.hello, codings=ALL_CODINGS), MODEL.model)
"""An end that reads streams with a check of 32 bits."""

PLAIN: Final = Use(Coding.SINGLE, 0, NO_MODEL)
SINGLE: Final = Use(Coding.SINGLE, 0, HELD.model_id)
TAGGED: Final = Use(Coding.TAGGED, 0, HELD.model_id)
STREAM: Final = Use(Coding.STREAM, MEMORY, HELD.model_id, 16)
LONG: Final = replace(STREAM, check=32)
