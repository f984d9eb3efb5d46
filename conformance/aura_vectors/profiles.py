"""Profiles: the sets of cases that an implementation can claim to pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aura_spec.marker import ADAPTIVE_COMPACT, Marker
from aura_vectors.case import Case, CaseType
from aura_vectors.case_types import (
    choices,
    chunked,
    event_stream,
    integer,
    matching,
    message,
    model,
    order_0,
    payload,
    session,
    stream,
    tagged,
)
from aura_vectors.case_types.function import FUNCTIONS

BROTLI: Final = "brotli"
ZSTANDARD: Final = "zstd"
ADAPTIVE: Final = "adaptive"
FUZZY: Final = "fuzzy"

RESULTS: Final = ("canonical", "decodable", "invalid")

_REQUIRED: Final[Mapping[int, str]] = {
    Marker.BROTLI: BROTLI,
    Marker.ZSTANDARD: ZSTANDARD,
    Marker.ZSTANDARD_DICTIONARY: ZSTANDARD,
    Marker.ADAPTIVE_EXPLICIT: ADAPTIVE,
    Marker.FUZZY: FUZZY,
    **dict.fromkeys(ADAPTIVE_COMPACT, ADAPTIVE),
}

_WIRES: Final = (message.NAME, model.FILE, model.SECTION)
"""CaseTypes of what goes over a wire, or lies in a file."""

_SESSION: Final = (session.NAME, session.CONTROL, session.DATA, session.SUBPROTOCOL, session.CLOSE)

_PARTS: Final = (integer.NAME, matching.NAME, order_0.NAME, payload.NAME, choices.NAME, *FUNCTIONS)
"""CaseTypes of what is inside an implementation."""


def requires(case: Case, case_type: CaseType) -> Sequence[str]:
    """What the case needs beside what every decoder reads."""
    if case_type.name == message.NAME and case.wire and (needed := _REQUIRED.get(case.wire[0])):
        return (needed,)
    return ()


def result_of(case: Case) -> str:
    """``canonical``, ``decodable`` or ``invalid``."""
    if case.code is not None:
        return "invalid"
    return "decodable" if case.encode is None else "canonical"


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of cases.

    Attributes:
        about: what an implementation does that passes them.
        case_types: of its cases.
        without: cases that require one of these are left out.
        results: of its cases.
    """

    about: str
    case_types: Sequence[str]
    without: Sequence[str] = ()
    results: Sequence[str] = RESULTS

    def has(self, case: Case, case_type: CaseType) -> bool:
        """Whether the case is one of the profile's."""
        return (
            case_type.name in self.case_types
            and result_of(case) in self.results
            and not set(requires(case, case_type)).intersection(self.without)
        )


PROFILES: Final[Mapping[str, Profile]] = {
    "decoder-core": Profile(
        "reads messages of every method but Brotli, Zstandard, adaptive messages and fuzzy frames, and the models"
        " for them",
        _WIRES,
        without=(BROTLI, ZSTANDARD, ADAPTIVE, FUZZY),
    ),
    "adaptive": Profile(
        "reads what `decoder-core` does, and adaptive messages", _WIRES, without=(BROTLI, ZSTANDARD, FUZZY)
    ),
    "fuzzy": Profile(
        "reads what `adaptive` does, and fuzzy template frames", _WIRES, without=(BROTLI, ZSTANDARD)
    ),
    "decoder": Profile("reads messages of every method, and models", _WIRES),
    "encoder": Profile(
        "writes canonical messages, but for fuzzy frames",
        (message.NAME,),
        without=(FUZZY,),
        results=("canonical",),
    ),
    "tag": Profile("reads tagged messages", (tagged.NAME,)),
    "stream": Profile("reads streams", (stream.NAME,)),
    "session": Profile("reads the frames of sessions, in their order", _SESSION),
    "event-stream": Profile("reads event streams", (event_stream.NAME,)),
    "chunked": Profile("reads chunked files", (chunked.FILE, chunked.LONG, chunked.INDEX)),
    "parts": Profile("has functions of single chapters that a test can call", _PARTS),
}
"""By name. Every case is in one of them."""
