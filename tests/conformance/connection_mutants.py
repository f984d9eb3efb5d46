"""Mistakes about tags, sessions and event streams; see `tests.conformance.mutants`."""

from __future__ import annotations

import dataclasses
import hashlib
import zlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.conformance.registry import mutant, replace

import aura_spec.session
import aura_spec.tag
import aura_vectors.case_types.session
from aura_reference import message
from aura_reference import session as sessions
from aura_reference import tag as tags
from aura_spec import session
from aura_spec.session import Control, Use
from aura_spec.session_negotiation import Hello
from aura_spec.shared_state import SharedState
from aura_spec.tag import Tagged
from aura_vectors.case_types import event_stream


@mutant("OtherModel", "tag")
def any_model_tag_is_taken_for_the_own_one() -> None:
    replace(aura_spec.tag, "held_for", lambda _tagged, held, _model_id: held)


@mutant("OtherModel", "tag")
def the_model_tag_is_compared_after_the_message() -> None:
    def decode(wire: bytes, held: SharedState, model_id: bytes, max_size: int) -> bytes:
        own = model_id[:1] or b"\0"
        content: bytes = right(own + wire[1:], held, model_id, max_size)
        return content if wire[:1] == own else right(wire, held, model_id, max_size)

    right = replace(tags, "decode", decode)


@mutant("OtherModel", "tag")
def without_a_model_tag_the_own_model_is_implied() -> None:
    def held_for(tagged: Tagged, held: SharedState, model_id: bytes) -> SharedState:
        right(tagged, held, model_id)
        return held

    right = replace(aura_spec.tag, "held_for", held_for)


@mutant("WrongTag", "tag")
def the_model_tag_0_never_stands_for_a_model() -> None:
    def held_for(tagged: Tagged, held: SharedState, model_id: bytes) -> SharedState:
        usable = right(tagged, held, model_id)
        return usable if tagged.model_tag else dataclasses.replace(usable, model=None, dictionary=b"")

    right: Callable[..., SharedState] = replace(aura_spec.tag, "held_for", held_for)


@mutant("IgnoresChecksum", "tag")
def the_check_of_a_tag_is_not_compared() -> None:
    replace(aura_spec.tag, "check_content", lambda _tagged, _content: None)


@mutant("WrongTag", "tag")
def the_check_is_the_last_byte_of_the_crc() -> None:
    replace(aura_spec.tag, "check_of", lambda content: zlib.crc32(content) & 0xFF)


@mutant("WrongTag", "tag")
def the_check_is_that_of_the_message() -> None:
    def check_content(tagged: Tagged, _content: bytes) -> None:
        right(tagged, tagged.message)

    right = replace(aura_spec.tag, "check_content", check_content)


@mutant("ReadsPastEnd", "tag")
def a_tag_may_be_cut_short() -> None:
    right = replace(aura_spec.tag, "parse_tagged", lambda wire: right(wire.ljust(2, b"\0")))


@mutant("IgnoresChecksum", "session")
def control_frames_are_taken_with_any_crc() -> None:
    class AnyBytes(bytes):
        def __ne__(self, _other: object) -> bool:
            return False

        __hash__ = bytes.__hash__

    fake = SimpleNamespace(to_bytes=lambda size, _order: AnyBytes(size))
    replace(aura_spec.session, "crc32", lambda _data: fake)


@mutant("OtherModel", "session")
def tags_in_a_session_are_passed_over() -> None:
    def decode(wire: bytes, held: SharedState, _model_id: bytes, max_size: int) -> bytes:
        return message.decode(wire[2:], held, max_size)

    replace(tags, "decode", decode)


@mutant("OtherModel", "session")
def tags_in_a_session_stand_for_the_model_of_the_hello() -> None:
    def decode(self: sessions.End, use: Use, coded: bytes) -> bytes:
        return right(self, dataclasses.replace(use, model=self._hello.models[0]), coded)  # type: ignore[no-any-return]

    right = replace(sessions.End, "_decode", decode)


@mutant("ForgetsSession", "session")
def a_session_may_begin_again() -> None:
    def take(self: sessions.End, control: Control) -> Any:
        if isinstance(control, Hello):
            self._peer = None
        return right(self, control)

    right = replace(sessions.End, "_take", take)


@mutant("ForgetsSession", "session")
def messages_of_a_session_are_not_counted() -> None:
    def check_use(self: sessions.End, use: Use) -> None:
        right(self, dataclasses.replace(use, count=self._count))

    right = replace(sessions.End, "_check_use", check_use)


@mutant("UnknownTemplate", "session")
def built_in_templates_are_held_whatever_the_peer_says() -> None:
    def shared_state(self: sessions.End, model_id: bytes) -> Any:
        self._peer = self._hello
        return right(self, model_id)

    right = replace(sessions.End, "_shared_state", shared_state)


@mutant("LaxUtf8", "session")
def texts_of_a_session_are_not_looked_at() -> None:
    replace(sessions, "text_of", lambda _data: "")


@mutant("SecondSpelling", "session")
def a_byte_before_a_message_may_be_needless() -> None:
    def parse_data(frame: bytes) -> tuple[bytes, bool]:
        return (frame[1:], frame[0] == session.TEXT) if frame[:1] in {b"\x7d", b"\x7e"} else (frame, True)

    replace(sessions, "parse_data", parse_data)
    replace(aura_vectors.case_types.session, "parse_data", parse_data)


@mutant("WrongFrame", "session")
def a_chunk_may_be_no_longer_than_a_message() -> None:
    replace(aura_spec.session, "max_frame", lambda max_message: max_message + session.MARGIN)


@mutant("IgnoresChecksum", "session")
def a_model_file_may_have_any_digest() -> None:
    def take_chunk(self: sessions.End, data: bytes) -> Any:
        offer = self._offer
        if offer is not None and len(self._file + data) == offer.size:
            self._offer = dataclasses.replace(offer, digest=hashlib.sha256(self._file + data).digest())
        return right(self, data)

    right = replace(sessions.End, "_take_chunk", take_chunk)


@mutant("NeedsWhole", "event_stream")
def a_record_is_given_out_with_the_next_one() -> None:
    def take_record(content: bytearray, max_size: int, offset: int) -> bytes | None:
        rest = bytearray(content)
        message = right(rest, max_size, offset)
        if message is None or not rest:
            return None
        content[:] = rest
        return message

    right: Callable[..., bytes | None] = replace(event_stream, "take_record", take_record)


@mutant("IgnoresLimit", "event_stream")
def a_record_is_waited_for_however_long_it_is() -> None:
    right = replace(
        event_stream, "take_record", lambda content, _size, offset: right(content, 1 << 26, offset)
    )


@mutant("ReadsPastEnd", "event_stream")
def an_event_stream_may_end_anywhere() -> None:
    replace(event_stream, "check_end", lambda _content, _offset: None)
