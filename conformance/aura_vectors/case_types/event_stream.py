"""Event streams: content in the coding ``aura``, which comes some bytes at a time.

The value is a row for each of these pieces: what is in the records that are complete with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Final, cast

from aura.backend import BACKENDS
from aura_fast import event_stream as fast
from aura_spec.event_stream import build_record, check_end, take_record
from aura_vectors.case import REFERENCE, Case, CaseType, Fields
from aura_vectors.case_types import message
from aura_vectors.case_types.message import Messages, read_model

NAME: Final = "event stream"


@dataclass(frozen=True, slots=True)
class EventStreams(CaseType):
    """A group of such cases.

    Attributes:
        held: what both ends hold; its limit is that of a record's text.
    """

    held: Messages

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return NAME

    @property
    def given(self) -> Sequence[str]:
        """How many bytes come at a time."""
        return ("step",)

    def shared(self) -> Fields:
        """What messages share."""
        return self.held.shared()

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """Every backend of the package."""
        return {name: partial(self._read, name, case) for name in BACKENDS}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """Every backend of the package."""
        return {name: partial(self._write, name, case) for name in BACKENDS}

    def _read(self, name: str, case: Case) -> Fields:
        backend = BACKENDS[name]
        take = take_record if name == REFERENCE else fast.take_record
        step = int(str(case.given["step"]))
        come = bytearray()
        rows: list[list[str]] = []
        offset = 0
        for start in range(0, len(case.wire), step):
            come += case.wire[start : start + step]
            rows.append([])
            while True:
                before = len(come)
                record = take(come, self.held.max_size, offset)
                if record is None:
                    break
                offset += before - len(come)
                rows[-1].append(backend.decode(record, self.held.shared_state(), self.held.max_size).hex())
        check_end(come, offset)
        return {"parts": rows}

    def _write(self, name: str, case: Case) -> bytes:
        backend = BACKENDS[name]
        build = build_record if name == REFERENCE else fast.build_record
        model = read_model(self.held.model).context_model if self.held.model else None
        wire = b""
        for part in parts_of(case):
            coded = backend.encode_auralite(part, model) if model else backend.encode_stored(part)
            wire += build(coded)
        return wire

    def valid(self, parts: Sequence[bytes], step: int, comment: str, *rules: str) -> Case:
        """A case of parts that are coded with the model, or stored if there is none."""
        case = Case(comment, rules, b"", {"parts": [[part.hex() for part in parts]]}, encode={})
        return self.told(self._write(REFERENCE, case), step, comment, *rules, encode={})

    def told(self, wire: bytes, step: int, comment: str, *rules: str, encode: Fields | None = None) -> Case:
        """A case of content that the reference reads."""
        case = Case(comment, rules, wire, given={"step": step}, encode=encode)
        return Case(comment, rules, wire, self._read(REFERENCE, case), case.given, encode)


def parts_of(case: Case) -> list[bytes]:
    """All parts of a valid case, in order."""
    rows = cast("Sequence[Sequence[str]]", case.value["parts"])
    return [bytes.fromhex(part) for part in chain.from_iterable(rows)]


def from_shared(shared: Fields) -> EventStreams:
    """What ``shared`` gave."""
    return EventStreams(message.from_shared(shared))
