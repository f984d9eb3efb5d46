"""Cases that follow from valid ones: cut, lengthened, with altered fields, a lower limit or another model.

The reference says what becomes of each. Where it refuses the wire, the case is invalid with its code. Where it
reads something else, the case is decodable if that is of interest, and else left out: a text that runs to the end
may end earlier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aura_spec.errors import Code, DecodeError
from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT, Marker
from aura_spec.varint import VarInt
from aura_spec.wire import Span
from aura_vectors.case import REFERENCE, Case, CaseType, Groups
from aura_vectors.case_types.message import Messages, text_of
from aura_vectors.fields import fields_of, with_fields
from aura_vectors.flags import Flag


def invalid_variants(cases: Iterable[Case], case_type: CaseType, step: int = 1) -> Iterator[Case]:
    """Every truncation, and something too many, as far as they are refused.

    ``step`` is the size of what the wire is made of, in bytes.
    """
    for case in cases:
        for size in range(0, len(case.wire), step):
            comment = f"cut after {size} bytes: {case.comment}"
            yield from _if_refused(variant(case, case_type, case.wire[:size], comment, Flag.READS_PAST_END))
        comment = f"zeros too many: {case.comment}"
        yield from _if_refused(
            variant(case, case_type, case.wire + bytes(step), comment, Flag.IGNORES_TRAILING_BYTES)
        )


def variant(case: Case, case_type: CaseType, wire: bytes, comment: str, flag: Flag, *rules: str) -> Case:
    """The case with another wire: invalid with the flag if the reference refuses it, else decodable."""
    changed = Case(comment, rules or case.rules, wire, given=case.given)
    try:
        return replace(changed, value=case_type.readers(changed)[REFERENCE]())
    except DecodeError as error:
        return replace(changed, code=error.code, flag=flag)


def refused_variant(
    case: Case, case_type: CaseType, wire: bytes, comment: str, flag: Flag, *rules: str
) -> Case | None:
    """The case with another wire, if that is refused."""
    changed = variant(case, case_type, wire, comment, flag, *rules)
    return None if changed.code is None else changed


def _if_refused(case: Case) -> Iterator[Case]:
    if case.code is not None:
        yield case


def with_variants(case_type: CaseType, cases: Sequence[Case]) -> Groups:
    """A group of valid cases, traced, and one of what is derived from them."""
    derived = list(invalid_variants(cases, case_type))
    if isinstance(case_type, Messages):
        yield case_type, list(with_fields(case_type, cases))
        derived += altered_fields(case_type, cases)
    else:
        yield case_type, cases
    yield case_type, derived


_LENGTHS: Final = frozenset(
    (
        "length",
        "slot_count",
        "token_length",
        "payload_length",
        "metadata_count",
        "sequences",
        "units",
        "digits",
    )
)
_TAGS: Final = frozenset(("head", "kind"))
_LONG: Final = 256
"""Bytes of a message that is too long to stand in the vectors with every value of a tag."""
_TAG_VALUES: Final = (*range(16), 31, 32, 63, 64, 126, 127)
_CHECKSUMS: Final = frozenset(("crc", "checksum"))


@dataclass(frozen=True, slots=True)
class _Alteration:
    """Other bytes for a field, and the codes with which that is refused; none if any result is of interest."""

    content: bytes
    what: str
    flag: Flag
    rules: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()


def altered_fields(case_type: Messages, cases: Iterable[Case]) -> Iterator[Case]:
    """Messages with one field of other content: what no encoder writes, or what belongs to another text.

    Integers are spelt with a byte too many, lengths are one too small and too large, tags take each value that is
    not assigned, or some of them in a long message, checksums, versions, magic bytes and ids of models have a bit
    flipped.
    """
    swept: set[tuple[bytes, str]] = set()
    for case in cases:
        for span in fields_of(case_type, case.wire)[1:]:
            content = case.wire[span.offset : span.offset + span.length]
            name = span.path.rpartition(".")[2]
            alterations = list(_of_integer(span, content, name))
            alterations += _of_bytes(content, name)
            tag = case.wire[:2], re.sub(r"\[\d+\]", "", span.path)
            if name in _TAGS and len(content) == 1 and tag not in swept:
                swept.add(tag)
                alterations += _other_tags(content, _TAG_VALUES if len(case.wire) > _LONG else range(128))
            for alteration in alterations:
                wire = case.wire[: span.offset] + alteration.content + case.wire[span.offset + span.length :]
                comment = f"{span.path}: {alteration.what}: {case.comment}"
                changed = variant(case, case_type, wire, comment, alteration.flag, *alteration.rules)
                if alteration.codes and changed.code not in alteration.codes:
                    continue
                if alteration.flag is Flag.ACCEPTS_RESERVED and not _is_at_fault(case_type, changed, name):
                    continue
                yield changed


def _is_at_fault(case_type: Messages, case: Case, name: str) -> bool:
    """Whether it is a field of that name for which the case is refused, and not one that it shifts."""
    try:
        case_type.readers(case)[REFERENCE]()
    except DecodeError as error:
        return error.path.rpartition(".")[2] == name
    return False


def _of_integer(span: Span, content: bytes, name: str) -> Iterator[_Alteration]:
    value = span.value
    if not isinstance(value, int):
        return
    if content == VarInt().build(value):
        overlong = content[:-1] + bytes((content[-1] | 0x80, 0))
        flag = Flag.OVERLONG_INTEGER
        yield _Alteration(overlong, "a needless byte", flag, ("VAR-2",), (Code.NON_CANONICAL,))
    if name in _LENGTHS:
        for other, what in ((value - 1, "one less"), (value + 1, "one more")):
            if content == value.to_bytes(len(content), "big") and 0 <= other < 1 << 8 * len(content):
                yield _Alteration(other.to_bytes(len(content), "big"), what, Flag.WRONG_LENGTH)
            elif content == VarInt().build(value) and other >= 0:
                yield _Alteration(VarInt().build(other), what, Flag.WRONG_LENGTH)


def _other_tags(content: bytes, tags: Iterable[int]) -> Iterator[_Alteration]:
    for tag in tags:
        if tag != content[0]:
            what = f"{tag} instead of {content[0]}"
            yield _Alteration(bytes((tag,)), what, Flag.ACCEPTS_RESERVED, (), (Code.MALFORMED,))


def _of_bytes(content: bytes, name: str) -> Iterator[_Alteration]:
    ends = ((0, "first"), (8 * len(content) - 1, "last"))
    if name in _CHECKSUMS:
        for bit, which in ends:
            what = f"the {which} bit flipped"
            yield _Alteration(flip(content, bit), what, Flag.IGNORES_CHECKSUM, (), (Code.CHECKSUM_MISMATCH,))
    if name == "model_id":
        for bit, which in ends:
            what = f"the {which} bit flipped"
            yield _Alteration(flip(content, bit), what, Flag.OTHER_MODEL, ("AUR-8",), (Code.UNKNOWN_MODEL,))
    if name == "magic":
        for place in range(len(content)):
            what = f"byte {place} changed"
            yield _Alteration(flip(content, 8 * place), what, Flag.IGNORES_MAGIC, (), (Code.MALFORMED,))
    if name == "version":
        for version in (0, 3, 255):
            what = f"{version}"
            yield _Alteration(bytes((version,)), what, Flag.IGNORES_VERSION, (), (Code.UNSUPPORTED,))


def flip(content: bytes, bit: int) -> bytes:
    """With one bit changed; bit 0 is the highest of the first byte."""
    changed = bytearray(content)
    changed[bit // 8] ^= 0x80 >> bit % 8
    return bytes(changed)


def flipped_bits(case_type: CaseType, case: Case, start: int = 0) -> Iterator[Case]:
    """The case with each bit from byte ``start`` on flipped: refused, or another text."""
    for bit in range(8 * start, 8 * len(case.wire)):
        comment = f"bit {bit} flipped: {case.comment}"
        yield variant(case, case_type, flip(case.wire, bit), comment, Flag.UNCHECKED_END)


def limits(case_type: Messages, case: Case, rule: str = "LIM-1") -> Groups:
    """The case with a limit that its text just fits, and with the limit one less."""
    size = len(text_of(case))
    yield (
        replace(case_type, max_size=size),
        [replace(case, comment=f"{size} bytes, as many as the limit", rules=(rule,))],
    )
    if size:
        lower = replace(case_type, max_size=size - 1)
        comment = "one byte over the limit"
        yield lower, [*_if_refused(variant(case, lower, case.wire, comment, Flag.IGNORES_LIMIT, rule))]


def with_other_model(case_type: Messages, cases: Iterable[Case]) -> Groups:
    """The messages of another model, as this one reads them: refused, or another text."""
    yield (
        case_type,
        [
            variant(
                case, case_type, case.wire, f"for another model: {case.comment}", Flag.OTHER_MODEL, "AUR-8"
            )
            for case in cases
            if case.wire[0] in {*ADAPTIVE_COMPACT, *AURALITE_COMPACT}
            or case.wire[0] in {Marker.AURALITE_EXPLICIT, Marker.ADAPTIVE_EXPLICIT}
        ],
    )
