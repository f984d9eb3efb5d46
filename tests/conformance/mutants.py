"""Implementations that are broken on purpose: the reference, with one mistake in one function.

A mutant names the chapters of vectors that it concerns, and the flag under which the vectors file its mistake.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import IO, Any

import construct as c
from tests.conformance.registry import mutant, replace

import aura_reference.chunked_index
import aura_spec.brio2
import aura_spec.chunked
import aura_spec.classic
import aura_spec.model
from aura.backend import Reference
from aura_reference import adaptive, auralite, brio2, chunked, context, message, token
from aura_reference import match as matching
from aura_reference.interleaved_rans import Reader
from aura_reference.range_coder import Decoder, Encoder
from aura_reference.slot import number
from aura_spec.chunked import HEADER_SIZE, MAX_HEAD, BlockHead
from aura_spec.context_model import FREQUENCIES, ContextModel
from aura_spec.errors import Malformed
from aura_spec.range_coder import LOWER_BOUND, WINDOW
from aura_spec.varint import VarInt
from aura_vectors.case_types import function


@mutant("OverlongInteger", "varint")
def overlong_integers_are_accepted() -> None:
    def parse(_self: VarInt, stream: IO[bytes], _context: Any, path: str) -> int:
        value = shift = 0
        while True:
            byte = c.stream_read(stream, 1, path)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    replace(VarInt, "_parse", parse)


@mutant("SmallIntegers", "varint")
def integers_have_32_bits() -> None:
    def parse(self: VarInt, stream: IO[bytes], context: Any, path: str) -> int:
        return int(right(self, stream, context, path)) & 0xFFFFFFFF

    right = replace(VarInt, "_parse", parse)


@mutant("WrongSign", "typed")
def signs_are_unfolded_off_by_one() -> None:
    replace(number.varint, "unzigzag", lambda value: value >> 1 if value % 2 == 0 else -(value >> 1))


@mutant("IgnoresTrailingBytes", "marker", "classic")
def trailing_bytes_are_accepted() -> None:
    replace(type(c.Terminated), "_parse", lambda _self, _stream, _context, _path: None)


class _Utf16(c.Construct):  # type: ignore[misc,type-arg,unused-ignore]
    """As many UTF-16 code units as the field ``length`` says, in UTF-8."""

    def _parse(self, stream: IO[bytes], context: Any, path: str) -> bytes:
        text, units = b"", 0
        while units < context.length:
            first = c.stream_read(stream, 1, path)
            more = (first[0] >= 0xC0) + (first[0] >= 0xE0) + (first[0] >= 0xF0)
            text += first + c.stream_read(stream, more, path)
            units += 1 + (more == 3)
        return text

    def _build(self, obj: bytes, stream: IO[bytes], _context: Any, path: str) -> bytes:
        c.stream_write(stream, obj, len(obj), path)
        return obj


@mutant("CharactersForBytes", "template")
def lengths_of_patterns_count_utf_16_code_units() -> None:
    replace(aura_spec.model._TEMPLATE.pattern, "subcon", _Utf16())


@mutant("CharactersForBytes", "stored", "typed")
def messages_are_made_into_text_and_back() -> None:
    def decode(wire: bytes, held: Any, size: int) -> bytes:
        return message.decode(wire, held, size).decode("utf-8", "replace").encode()

    replace(Reference, "decode", staticmethod(decode))


@mutant("OffByOne", "stored", "auralite")
def a_limit_cannot_be_reached() -> None:
    replace(Reference, "decode", staticmethod(lambda wire, held, size: message.decode(wire, held, size - 1)))


@mutant("IgnoresLimit", "stored")
def the_limit_is_forgotten() -> None:
    replace(Reference, "decode", staticmethod(lambda wire, held, _size: message.decode(wire, held, 1 << 26)))


@mutant("NoRenormalisation", "range_coder")
def the_range_coder_shifts_once_at_most() -> None:
    def code(self: Encoder, cumulative: int, frequency: int, total: int) -> None:
        unit = self._range // total
        self._low += cumulative * unit
        self._range = frequency * unit
        if self._low >= 1 << 32:
            self._low -= 1 << 32
            self._carry()
        if self._range < LOWER_BOUND:
            self._front.append(self._low >> 24)
            self._low = self._low << 8 & 0xFFFFFFFF
            self._range <<= 8

    replace(Encoder, "code", code)


@mutant("LostCarry", "range_coder")
def a_carry_stops_at_the_last_byte() -> None:
    def carry(self: Encoder) -> None:
        self._front[-1] = self._front[-1] + 1 & 0xFF

    replace(Encoder, "_carry", carry)


@mutant("WrongTail", "range_coder")
def the_tail_is_not_the_shortest() -> None:
    def finish(self: Encoder) -> bytes:
        low = int.from_bytes(self._front, "big") << 8 * WINDOW | self._low
        return low.to_bytes(len(self._front) + WINDOW, "big")

    replace(Encoder, "finish", finish)


@mutant("AnyInInterval", "range_coder")
def any_string_of_the_interval_is_accepted() -> None:
    replace(Decoder, "finish", lambda _self: None)


@mutant("WrongEscape", "context_model")
def the_escape_of_a_single_entry_has_the_weight_of_a_list() -> None:
    def frequencies_of(model: ContextModel, number: int) -> list[int]:
        start, end = model.starts[number], model.starts[number + 1]
        if end - start == 1:
            return [FREQUENCIES[model.codes[start]], FREQUENCIES[model.escapes[number]]]
        return list(right(model, number))

    right = replace(context, "frequencies_of", frequencies_of)


@mutant("ForgetsExclusion", "context_model")
def exclusion_is_forgotten() -> None:
    def code(model: ContextModel, number: int, char_run: int, _excluded: set[int], coder: Any) -> int:
        return int(right(model, number, char_run, Forgetful(), coder))

    class Forgetful(set[int]):
        def update(self, *_others: object) -> None:
            pass

    right = replace(context, "code", code)


@mutant("WrongCharRun", "char_runs")
def char_runs_give_way_at_every_order() -> None:
    replace(context, "order_of", lambda _model, _context: 0)


@mutant("SignedProduct", "match")
def the_hash_is_shifted_as_a_signed_integer() -> None:
    def slot_of(four: bytes) -> int:
        slot = right(four)
        return slot - (1 << 14) if slot >> 13 else slot

    right: Callable[[bytes], int] = replace(matching, "slot_of", slot_of)
    replace(function, "slot_of", slot_of)


@mutant("WrongMatch", "match")
def a_match_begins_a_byte_late() -> None:
    def length_before(self: matching.Matcher, place: int) -> int:
        length = int(right(self, place))
        return length if length >= 5 else 0

    right = replace(matching.Matcher, "_length_before", length_before)


@mutant("WrongMatch", "prefix")
def the_prefix_is_looked_into_first() -> None:
    def predict(self: matching.Matcher) -> int | None:
        prefix = self._model.prefix
        if prefix is not None and not self.length and len(self.message) >= 8:
            self._look_into(prefix.text)
        predicted = right(self)
        return None if predicted is None else int(predicted)

    right = replace(matching.Matcher, "predict", predict)


@mutant("OtherModel", "auralite")
def a_model_that_is_not_held_is_replaced() -> None:
    def decode(body: bytes, models: Mapping[bytes, ContextModel], max_size: int) -> bytes:
        return bytes(right(body, {body[:8]: model for model in models.values()}, max_size))

    right = replace(auralite, "decode_explicit", decode)


class _AnyNumber(int):
    def __ne__(self, _other: object) -> bool:
        return False

    __hash__ = int.__hash__


@mutant("IgnoresChecksum", "model", "brio2")
def checksums_are_ignored() -> None:
    fake = SimpleNamespace(crc32=lambda data, *more: _AnyNumber(zlib.crc32(data, *more)))
    replace(aura_spec.model, "zlib", fake)
    replace(aura_spec.brio2, "crc32", fake.crc32)


@mutant("OverlappingCopy", "brio", "brio2")
def overlapping_matches_are_copied_at_once() -> None:
    def copy(output: bytearray, distance: int, length: int) -> None:
        output += bytes(output[-distance:][:length]).ljust(length, b"\0")

    replace(token, "copy", copy)
    replace(brio2, "copy", copy)


@mutant("CopiesFromOutside", "brio")
def a_match_may_begin_before_the_text() -> None:
    def copy(output: bytearray, distance: int, length: int) -> None:
        for _ in range(length):
            output.append(output[-distance] if distance <= len(output) else 0)

    replace(token, "copy", copy)


@mutant("UncheckedEnd", "interleaved_rans", "brio2")
def the_end_of_a_payload_is_not_checked() -> None:
    replace(Reader, "finish", lambda _self: None)


@mutant("ByteOrder", "interleaved_rans")
def words_are_big_endian() -> None:
    def init(self: Reader, words: bytes, lanes: int) -> None:
        swapped = b"".join(words[at : at + 2][::-1] for at in range(0, len(words), 2))
        right(self, swapped, lanes)

    right = replace(Reader, "__init__", init)


@mutant("StaleTable", "brio2")
def tables_adapt_a_round_late() -> None:
    def learn(self: adaptive.Tables, seen: Iterator[tuple[int, int]]) -> None:
        made = dict(self._made)
        right(self, seen)
        self._made.update(made)

    right = replace(adaptive.Tables, "learn", learn)


@mutant("WrongRecent", "brio2")
def a_recent_distance_stays_in_its_place() -> None:
    def code_distances(distances: Iterator[int]) -> Iterator[tuple[int, int, int]]:
        recent = list(aura_spec.brio2.RECENT)
        for distance in distances:
            if distance in recent:
                yield recent.index(distance), 0, 0
                continue
            symbol, extra, bits = brio2.number_symbol(distance - 1)
            yield len(aura_spec.brio2.RECENT) + symbol, extra, bits
            recent = [distance, *recent[:-1]]

    replace(brio2, "code_distances", code_distances)


@mutant("LaxUtf8", "classic")
def bytes_that_are_not_utf_8_are_replaced() -> None:
    replace(aura_spec.classic.UTF8, "rule", lambda _value: True)


@mutant("WrongWindow", "chunked")
def the_window_of_a_block_is_a_byte_short() -> None:
    right = replace(
        chunked, "decode_block", lambda head, body, window, offset: right(head, body, window[1:], offset)
    )


@mutant("ForgetsWindow", "chunked")
def matches_reach_back_to_frames_before() -> None:
    seen = bytearray()

    def decode_block(head: BlockHead, body: bytes, _window: bytes, offset: int) -> bytes:
        if offset < HEADER_SIZE + MAX_HEAD:
            seen.clear()
        content: bytes = right(head, body, bytes(seen), offset)
        seen.extend(content)
        return content

    right = replace(chunked, "decode_block", decode_block)


@mutant("IgnoresChecksum", "chunked")
def stored_blocks_are_taken_as_they_are() -> None:
    replace(aura_spec.chunked, "read_stored", lambda body, _offset: body[4:])


@mutant("WrongLength", "chunked")
def a_file_may_have_any_length() -> None:
    def check_end(data: bytes, length: int, crc: int, offset: int) -> int:
        try:
            return int(right(data, length, crc, offset))
        except Malformed:
            return 5 + next(place for place, byte in enumerate(data[1:], 1) if byte < 0x80)

    right = replace(chunked, "check_end", check_end)


@mutant("IgnoresChecksum", "chunked")
def an_index_is_passed_over() -> None:
    replace(chunked, "check_index", lambda data, _varints, _offset: len(data))


@mutant("WrongLength", "chunked")
def a_block_may_be_empty() -> None:
    def decode_block(head: BlockHead, body: bytes, window: bytes, offset: int) -> bytes:
        try:
            content: bytes = right(head, body, window, offset)
        except Malformed as error:
            if error.path != "length":
                raise
            return b""
        return content

    right = replace(chunked, "decode_block", decode_block)


@mutant("WrongLength", "chunked")
def an_index_need_not_fit_its_file() -> None:
    def end_offset(_size: int, length: int, index_offset: int) -> int:
        return index_offset - aura_spec.chunked.end_size(length)

    replace(aura_reference.chunked_index, "end_offset", end_offset)
