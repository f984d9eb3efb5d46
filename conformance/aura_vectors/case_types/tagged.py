"""Tagged messages: what messages share, and the model tag is that of the implied model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from aura import tagging
from aura.backend import BACKENDS
from aura_reference import tag as reference
from aura_spec.tag import build_tagged
from aura_vectors.case import FAST, REFERENCE, Case, CaseType, Fields
from aura_vectors.case_types import message
from aura_vectors.case_types.message import Messages, read_model, text_of

NAME: Final = "tagged message"


@dataclass(frozen=True, slots=True)
class TaggedMessages(CaseType):
    """A group of such cases.

    Attributes:
        held: what both ends hold, and the limit.
    """

    held: Messages

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return NAME

    @property
    def model_id(self) -> bytes:
        """The id of the implied model; empty if there is none."""
        return read_model(self.held.model).model_id if self.held.model else b""

    def shared(self) -> Fields:
        """What messages share."""
        return self.held.shared()

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """The reference, and the package with its fast backend."""
        return {REFERENCE: partial(self._read, case), FAST: partial(self._read_fast, case)}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """Every backend of the package."""
        return {name: partial(self._write, case, write) for name, write in self.held.writers(case).items()}

    def _read(self, case: Case) -> Fields:
        content = reference.decode(case.wire, self.held.shared_state(), self.model_id, self.held.max_size)
        return {"text_hex": content.hex()}

    def _read_fast(self, case: Case) -> Fields:
        held, size = self.held.shared_state(), self.held.max_size
        return {"text_hex": tagging.decode(BACKENDS[FAST], case.wire, held, self.model_id, size).hex()}

    def _write(self, case: Case, write: Callable[[], bytes]) -> bytes:
        return build_tagged(write(), text_of(case), self.model_id)

    def tagged(self, case: Case, *rules: str) -> Case:
        """A canonical case of a message, with a tag before it."""
        wire = build_tagged(case.wire, text_of(case), self.model_id)
        return Case(case.comment, rules, wire, case.value, encode=case.encode)


def from_shared(shared: Fields) -> TaggedMessages:
    """What ``shared`` gave."""
    return TaggedMessages(message.from_shared(shared))
