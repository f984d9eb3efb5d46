"""The methods that code a message, and their bits in a hello."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from aura_fast.varint import read_varint
from aura_spec import session_negotiation
from aura_spec.limits import MAX_TEMPLATE_ID
from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT, Marker


class Method(StrEnum):
    """How a message was coded."""

    STORED = "stored"
    AURALITE = "auralite"
    ADAPTIVE = "adaptive"
    TYPED = "typed"
    MODELLED = "modelled"
    FUZZY = "fuzzy"
    CLASSIC = "classic"
    ZSTD = "zstd"
    ZSTD_DICTIONARY = "zstd_dictionary"
    BROTLI = "brotli"
    BRIO = "brio"
    BRIO2 = "brio2"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message coded by one method. ``template_id`` is set for template frames only."""

    method: Method
    wire: bytes
    template_id: int | None = None


BITS: Final = MappingProxyType(
    {
        Method.STORED: 1 << Marker.STORED,
        Method.AURALITE: session_negotiation.COMPACT,
        Method.ADAPTIVE: session_negotiation.ADAPTIVE,
        Method.TYPED: 1 << Marker.TYPED,
        Method.MODELLED: 1 << Marker.MODELLED,
        Method.FUZZY: 1 << Marker.FUZZY,
        Method.CLASSIC: 1 << Marker.CLASSIC,
        Method.ZSTD: 1 << Marker.ZSTANDARD,
        Method.ZSTD_DICTIONARY: 1 << Marker.ZSTANDARD_DICTIONARY,
        Method.BROTLI: 1 << Marker.BROTLI,
        Method.BRIO: 1 << Marker.BRIO,
        Method.BRIO2: 1 << Marker.BRIO,
    }
)
"""The bits of methods in a hello (rule SES-5)."""

EXPLICIT: Final = 1 << Marker.AURALITE_EXPLICIT
ADAPTIVE_EXPLICIT: Final = 1 << Marker.ADAPTIVE_EXPLICIT
"""Those of AURALITE and of adaptive messages that name their model."""

ANY_ADAPTIVE: Final = session_negotiation.ADAPTIVE | ADAPTIVE_EXPLICIT
"""Those of all adaptive messages."""

WITHOUT_GENERAL: Final = session_negotiation.COMPACT | EXPLICIT | 1 << Marker.STORED
"""The bits of AURALITE and storing, for messages too short for anything else."""


_FRAMES: Final[Mapping[int, Method]] = MappingProxyType(
    {Marker.TYPED: Method.TYPED, Marker.MODELLED: Method.MODELLED, Marker.FUZZY: Method.FUZZY}
)


def candidate_of(wire: bytes) -> Candidate:
    """A message that is stored, coded with the implied model, or a typed, modelled or fuzzy frame."""
    frame = _FRAMES.get(wire[0])
    if frame is not None:
        return Candidate(frame, wire, read_varint(wire[1:], 0, MAX_TEMPLATE_ID, "template_id")[0])
    if wire[0] in AURALITE_COMPACT:
        return Candidate(Method.AURALITE, wire)
    return Candidate(Method.ADAPTIVE if wire[0] in ADAPTIVE_COMPACT else Method.STORED, wire)
