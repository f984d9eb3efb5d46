"""Streams: a message, and those that one receiver was handed before it, in order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol, cast

from aura import native
from aura_fast import stream as fast
from aura_reference import message as message_of
from aura_reference import stream as reference
from aura_reference.local_memory import Memory
from aura_spec.context_model import ContextModel
from aura_spec.errors import Code, DecodeError
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.stream import DEFAULT_CHECK, HEAD_BYTE, MIN_MEMORY, Terms, Text, agreement
from aura_spec.stream import Flag as Head
from aura_vectors.case import FAST, REFERENCE, Case, CaseType, Fields
from aura_vectors.case_types.message import PACKAGED, path_of, read_model
from aura_vectors.flags import Flag
from aura_vectors.local_trace import Watched, of_string

NAME: Final = "stream"

_TRACED: Final = 40
"""From so many bytes on a message is not traced."""


class _Sender(Protocol):
    def reset(self, *, ask: bool) -> None: ...
    def encode(self, text: Text, compressed: Callable[[bytes], bytes] | None = None) -> bytes: ...


class _Receiver(Protocol):
    @property
    def asked(self) -> bool: ...
    def decode(self, wire: bytes, max_size: int, decompressed: Callable[[bytes, int], bytes]) -> Text: ...


_SENDERS: Final[dict[str, Callable[[Terms], _Sender]]] = {REFERENCE: reference.Sender, FAST: fast.Sender}
_RECEIVERS: Final[dict[str, Callable[[Terms], _Receiver]]] = {
    REFERENCE: reference.Receiver,
    FAST: fast.Receiver,
}
if native.is_installed():
    from aura import native_stream

    _SENDERS["native"] = native_stream.Sender
    _RECEIVERS["native"] = native_stream.Receiver


@dataclass(frozen=True, slots=True)
class Streams(CaseType):
    """What both ends agree on, for a group of cases.

    Attributes:
        check: least bits of check.
        server: whether it is the server's stream.
        memory: bytes.
        model: the file of the model, if it is not the small one that comes with the package.
    """

    check: int
    server: bool = False
    memory: int = MIN_MEMORY
    model: bytes = PACKAGED.model

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return NAME

    @property
    def given(self) -> Sequence[str]:
        """The wires before; what a receiver makes of them is said by other cases."""
        return ("before",)

    def shared(self) -> Fields:
        """What is agreed on."""
        if self.model == PACKAGED.model:
            digest = hashlib.sha256(self.model).hexdigest()
            model = {"model_file": path_of(PACKAGED.packaged), "model_sha256": digest}
        else:
            model = {"model": self.model.hex()}
        return {
            **model,
            "model_id": read_model(self.model).model_id.hex(),
            "check": str(self.check),
            "memory": str(self.memory),
            "server": self.server,
        }

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """Every implementation."""
        return {name: partial(self._read, receiver, case) for name, receiver in _RECEIVERS.items()}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """Every implementation."""
        return {name: partial(self._write, sender, case.encode or {}) for name, sender in _SENDERS.items()}

    def terms(self) -> Terms:
        """What both ends agree on."""
        held = read_model(self.model)
        agreed = agreement(held.model_id, self.memory, self.check)
        return Terms(held.context_model, agreed, self.memory, self.check, self.server)

    def story(self, steps: Sequence[tuple[str, str | bytes]], rules: Sequence[str]) -> list[Case]:
        """A case for each message of a stream, with the rules that show in it.

        Args:
            steps: for each message what happens before it (``""``, ``"reset"`` or ``"reset and ask"``), and what it
                says. Where it is shorter, it goes as a stored message.
            rules: that all cases rest on.
        """
        told: list[Fields] = []
        before: list[str] = []
        cases: list[Case] = []
        for happens, said in steps:
            data = said.encode() if isinstance(said, str) else said
            told.append({"happens": happens, "text_hex": data.hex(), "is_text": isinstance(said, str)})
            encode: Fields = {"steps": list(told)}
            wire = self._write(reference.Sender, encode)
            asked = {"asked": happens == "reset and ask"}
            value = {"text_hex": data.hex(), "is_text": isinstance(said, str), **asked}
            comment = f"message {len(cases)}{', after a ' + happens if happens else ''}: {said!r:.40}"
            cases.append(
                self._watched(Case(comment, tuple(rules), wire, value, {"before": list(before)}, encode))
            )
            before.append(wire.hex())
        return cases

    def refused(
        self,
        comment: str,
        code: Code,
        wire: bytes,
        before: Sequence[bytes],
        rule: str,
        *,
        flag: Flag = Flag.FORGETS_STREAM,
    ) -> Case:
        """A message that a receiver refuses after others."""
        given = {"before": [one.hex() for one in before]}
        return Case(comment, (rule,), wire, given=given, code=code, flag=flag)

    def taken(self, comment: str, wire: bytes, before: Sequence[bytes], *rules: str) -> Case:
        """A message that a receiver takes after others, however it was made."""
        case = Case(comment, rules, wire, given={"before": [one.hex() for one in before]})
        return self._watched(replace(case, value=self._read(reference.Receiver, case)))

    def _watched(self, case: Case) -> Case:
        """A case with the rules that show in it, and with a trace if it is a short string.

        Only the client's streams with the default check have traces: others would have the same.
        """
        watched: list[Watched] = []

        def watch(model: ContextModel, memory: Memory) -> Watched:
            watched.append(Watched(model, memory))
            return watched[-1]

        receiver = reference.Receiver(self.terms(), watch)
        is_text = True
        for wire in cast("Sequence[str]", case.given["before"]):
            is_text = receiver.decode(bytes.fromhex(wire), DEFAULT_MAX_SIZE, _stored).is_text
        strings = len(watched)
        text = receiver.decode(case.wire, DEFAULT_MAX_SIZE, _stored)
        if len(watched) == strings:
            return case
        shown = sorted(watched[-1].rules, key=lambda rule: (rule[:3], int(rule[4:])))
        case = replace(case, rules=tuple(dict.fromkeys((*case.rules, *shown))))
        if len(text.data) >= _TRACED or self.server or self.check != DEFAULT_CHECK:
            return case
        is_reset = case.wire[0] == HEAD_BYTE and bool(case.wire[1] & Head.RESET)
        same_kind = text.is_text == (is_text or is_reset)
        return replace(case, trace=tuple(of_string(watched[-1], same_kind=same_kind)))

    def _read(self, receiver_of: Callable[[Terms], _Receiver], case: Case) -> Fields:
        receiver = receiver_of(self.terms())
        for wire in cast("Sequence[str]", case.given["before"]):
            with suppress(DecodeError):
                receiver.decode(bytes.fromhex(wire), DEFAULT_MAX_SIZE, _stored)
        text = receiver.decode(case.wire, DEFAULT_MAX_SIZE, _stored)
        return {"text_hex": text.data.hex(), "is_text": text.is_text, "asked": receiver.asked}

    def _write(self, sender_of: Callable[[Terms], _Sender], encode: Fields) -> bytes:
        sender = sender_of(self.terms())
        wire = b""
        for step in cast("Sequence[Fields]", encode["steps"]):
            if step["happens"]:
                sender.reset(ask=step["happens"] == "reset and ask")
            data = bytes.fromhex(str(step["text_hex"]))
            wire = sender.encode(Text(data, bool(step["is_text"])), _store)
        return wire


def _store(data: bytes) -> bytes:
    """A stored message."""
    return b"\x07" + data


def _stored(message: bytes, max_size: int) -> bytes:
    return message_of.decode(message, PACKAGED.shared_state(), max_size)


def from_shared(shared: Fields) -> Streams:
    """What ``shared`` gave."""
    model = bytes.fromhex(str(shared["model"])) if "model" in shared else PACKAGED.model
    return Streams(int(str(shared["check"])), bool(shared["server"]), int(str(shared["memory"])), model)
