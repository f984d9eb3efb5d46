"""Model files: what the fast backend writes, both backends read alike, or refuse with the same code."""

from __future__ import annotations

import random
import struct
import zlib

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.models import WITH_ALL, build, plain
from tests.searches import sampled

from aura_fast import model as fast
from aura_reference import auralite
from aura_reference import model as reference
from aura_reference import rans as order_0
from aura_spec import model as declared
from aura_spec import trie as declared_trie
from aura_spec.errors import DecodeError, EncodeError
from aura_spec.limits import MAX_WINDOW
from aura_spec.rans import frequencies_of as order_0_frequencies
from aura_spec.template import parse_pattern, parse_patterns

MESSAGES = st.lists(st.text("abc {}", max_size=12).map(str.encode) | st.binary(max_size=20), max_size=8)
TALK = [b"how are you", b"how are we", b"fine, and you?", b"fine, thanks", b"", b"\xff\x00\xff", b"how so"]


@pytest.mark.no_cover
@sampled()
@given(MESSAGES, st.integers(1, 6), st.binary(max_size=30))
@example(TALK, 4, b"how are they")
def test_both_backends_read_what_is_written(messages: list[bytes], order: int, message: bytes) -> None:
    """Rules TRI-3 to TRI-7."""
    model = build(messages, max_order=order)
    data = fast.write(model, b'{"name": "test"}')
    file = fast.read(data)
    held = reference.read(data)
    read = held.context_model
    assert plain(file.context_model) == plain(read)
    assert file.model_id == held.model_id
    assert fast.write(file.context_model, b'{"name": "test"}') == data
    # contexts may have other numbers now, but they say the same
    assert auralite.encode(message, read) == auralite.encode(message, model)


def test_the_id_is_that_of_the_content() -> None:
    """Rule MDL-4."""
    model = build(TALK)
    with_metadata, without = fast.read(fast.write(model, b"{}")), fast.read(fast.write(model))
    assert with_metadata.model_id == without.model_id
    assert (with_metadata.metadata, without.metadata) == (b"{}", b"")
    assert fast.read(fast.write(build(TALK[1:]))).model_id != without.model_id


def test_writers_of_the_container_agree() -> None:
    data = fast.write(build(TALK), b"{}")
    file = declared.parse_file(data)
    assert declared.build_file(file.sections) == data
    hits = declared.parse_hits(file.sections[declared.MATCH])
    assert declared.build_hits(hits) == file.sections[declared.MATCH]
    section = declared_trie.parse_section(file.sections[declared.TRIE])
    assert declared_trie.build_section(section) == file.sections[declared.TRIE]


def outcome(read: object, data: bytes) -> object:
    """What a reader makes of a file: the model, or the code of its refusal."""
    try:
        result = read(data)  # type: ignore[operator]  # one of two functions
    except DecodeError as error:
        return error.code
    texts = {number: template.pattern for number, template in result.templates.items()}
    return {**plain(result.context_model), "templates": texts, "dictionary": result.dictionary}


DATA = fast.write(build(TALK), b'{"name": "test"}')


def test_every_truncation_is_refused_alike() -> None:
    """Rule MDL-1."""
    for size in range(len(DATA)):
        assert outcome(fast.read, DATA[:size]) == outcome(reference.read, DATA[:size]) == "Truncated"


@pytest.mark.parametrize("tail", [b"\0", DATA])
def test_trailing_bytes_are_refused(tail: bytes) -> None:
    """Rule MDL-1."""
    assert outcome(fast.read, DATA + tail) == outcome(reference.read, DATA + tail) == "Malformed"


def with_section(kind: int, content: bytes) -> bytes:
    """The file with one section put in or replaced, its checksum right."""
    sections = {**declared.parse_file(DATA).sections, kind: content}
    return declared.build_file(sections)


@given(st.integers(0, 1 << 32), st.sampled_from([declared.TRIE, declared.MATCH]))
def test_damaged_sections_are_refused_alike(seed: int, kind: int) -> None:
    rng = random.Random(seed)
    content = bytearray(declared.parse_file(DATA).sections[kind])
    for _ in range(rng.randrange(1, 4)):
        if rng.random() < 0.8:
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        else:
            del content[rng.randrange(len(content)) :]
    data = with_section(kind, bytes(content))
    assert outcome(fast.read, data) == outcome(reference.read, data)


@given(st.binary(max_size=200))
def test_garbage_is_refused_alike(garbage: bytes) -> None:
    for data in (garbage, DATA[:6] + garbage, with_section(declared.TRIE, garbage)):
        assert outcome(fast.read, data) == outcome(reference.read, data)


def head(count: int = 3, version: int = 1, magic: bytes = b"AURM") -> bytes:
    return magic + bytes((version, count))


def section(kind: int, content: bytes, crc: int | None = None) -> bytes:
    return struct.pack(">BII", kind, len(content), zlib.crc32(content) if crc is None else crc) + content


PARTS = declared.parse_file(DATA).sections


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "Truncated"),
        (head(magic=b"AURN"), "Malformed"),
        (head(version=2), "Unsupported"),
        (head(1) + section(1, PARTS[1]), "Malformed"),
        (head(1) + section(2, PARTS[2]), "Malformed"),
        (head(2) + section(2, PARTS[2]) + section(1, PARTS[1]), "Malformed"),
        (head(2) + section(1, PARTS[1]) + section(1, PARTS[1]), "Malformed"),
        (head(3) + section(1, PARTS[1]) + section(2, PARTS[2]) + section(7, b""), "Unsupported"),
        (head(2) + section(1, PARTS[1]) + section(2, PARTS[2], 5), "ChecksumMismatch"),
        (head(2) + section(1, PARTS[1]) + section(2, bytes(648)), "Malformed"),
        (head(2) + section(1, PARTS[1]) + section(2, b"\x10\x00" * 324), "Malformed"),
        (head(2) + section(1, PARTS[1]) + section(2, PARTS[2] + b"\0\0"), "Malformed"),
        (head(2) + section(1, PARTS[1]) + section(2, PARTS[2][:-1]), "Truncated"),
        (head(1) + b"\x01\xff\xff\xff\xff\0\0\0\0", "Truncated"),
    ],
)
def test_broken_containers(data: bytes, code: str) -> None:
    """Rules MDL-1, MDL-2 and MDL-3."""
    assert outcome(fast.read, data) == outcome(reference.read, data) == code


def test_unknown_optional_sections_are_passed_over() -> None:
    """Rule MDL-3."""
    data = with_section(200, b"whatever")
    assert outcome(fast.read, data) == outcome(reference.read, data) == outcome(fast.read, DATA)


def test_huge_files_are_refused() -> None:
    """Rule MDL-5."""
    data = bytes(declared.MAX_FILE + 1)
    assert outcome(fast.read, data) == outcome(reference.read, data) == "LimitExceeded"


PATTERNS = parse_patterns({256: "n {n:int}", 300: "Größe {0} {{}}", (1 << 32) - 1: "{a:x|y}!"})


def test_templates_and_dictionary_are_carried() -> None:
    """Rules MDL-6 and MDL-8."""
    data = fast.with_sections(DATA, fast.carried(PATTERNS, b"dictionary"))
    file = declared.parse_file(data)
    assert file.sections[declared.TEMPLATES] == declared.build_templates(PATTERNS)
    assert declared.parse_templates(file.sections[declared.TEMPLATES]) == PATTERNS
    assert len(data) - len(DATA) == fast.size_of(fast.carried(PATTERNS, b"dictionary"))
    assert file.model_id != declared.parse_file(DATA).model_id
    assert fast.read(data).templates == reference.read(data).templates == PATTERNS
    assert fast.read(data).dictionary == reference.read(data).dictionary == b"dictionary"
    assert fast.with_sections(data, {}) == DATA


@sampled()
@given(st.binary(max_size=60) | st.binary(max_size=40).map(declared.build_templates(PATTERNS)[:-8].__add__))
@example(declared.build_templates(PATTERNS))
@example(b"")
@example(b"\x00")
@example(b"\x00\x00")
@example(b"\x81\x20")  # 4,097 templates
@example(b"\x01\xff\x01\x01a")  # id 255
@example(b"\x02\x80\x02\x01a\x80\x02\x01b")  # an id twice
@example(b"\x01\x80\x82\x00\x01a")  # an id in three bytes
@example(b"\x01\x80\x80\x80\x80\x80\x80\x01\x01a")
@example(b"\x01\x80\x80\x80\x80\x10\x01a")  # an id of 2^32
@example(b"\x01\x80\x02\x81\x20a")  # a pattern of 4,097 bytes
@example(b"\x01\x80\x02\x02a")
@example(b"\x01\x80\x02\x01\xff")  # not UTF-8
@example(b"\x01\x80\x02\x03{0}")  # no literal
@example(bytes(declared.MAX_TEMPLATES_SIZE + 1))
def test_sections_of_templates_are_read_or_refused_alike(section: bytes) -> None:
    data = with_section(declared.TEMPLATES, section)
    assert outcome(fast.read, data) == outcome(reference.read, data)


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        (declared.TEMPLATES, b"\x01\xff\x01\x01a", "Malformed"),
        (declared.TEMPLATES, b"\x02\x80\x02\x01a\x80\x02\x01b", "Malformed"),
        (declared.TEMPLATES, b"\x01\x80\x02\x01\xff", "Malformed"),
        (declared.TEMPLATES, b"\x01\x80\x02\x03{0}", "Malformed"),
        (declared.TEMPLATES, b"\x81\x20", "LimitExceeded"),
        (declared.TEMPLATES, bytes(declared.MAX_TEMPLATES_SIZE + 1), "LimitExceeded"),
        (declared.TEMPLATES, b"\x01\x80\x82\x00\x01a", "NonCanonical"),
        (declared.METADATA, bytes(declared.MAX_METADATA + 1), "LimitExceeded"),
        (declared.DICTIONARY, b"", "Malformed"),
        (declared.DICTIONARY, bytes(MAX_WINDOW + 1), "LimitExceeded"),
    ],
)
def test_broken_optional_sections(kind: int, content: bytes, code: str) -> None:
    """Rules MDL-6, MDL-7, MDL-8 and MDL-9."""
    data = with_section(kind, content)
    assert outcome(fast.read, data) == outcome(reference.read, data) == code


def test_prefix_and_char_runs_are_written() -> None:
    """Rules HIS-4 and RUN-3."""
    data = fast.write(WITH_ALL)
    one, other = fast.read(data).context_model, reference.read(data).context_model
    assert one.prefix == other.prefix == WITH_ALL.prefix
    assert one.char_runs == other.char_runs
    assert set(one.char_runs) == set(WITH_ALL.char_runs)


def test_metadata_are_bounded() -> None:
    """Rule MDL-9."""
    data = fast.write(WITH_ALL, bytes(declared.MAX_METADATA))
    assert (
        outcome(fast.read, data) == outcome(reference.read, data) == outcome(fast.read, fast.write(WITH_ALL))
    )
    with pytest.raises(EncodeError, match="metadata"):
        fast.write(WITH_ALL, bytes(declared.MAX_METADATA + 1))


def test_what_a_model_cannot_carry() -> None:
    template = parse_pattern("x" * 4000)
    for templates, dictionary in (
        (dict.fromkeys(range(256, 256 + declared.MAX_TEMPLATES + 1), template), b""),
        (dict.fromkeys(range(256, 256 + 300), template), b""),
        ({}, bytes(MAX_WINDOW + 1)),
    ):
        with pytest.raises(EncodeError):
            fast.carried(templates, dictionary)
    with pytest.raises(EncodeError):
        declared.build_templates(dict.fromkeys(range(256, 256 + declared.MAX_TEMPLATES + 1), template))


def changed(**parts: object) -> bytes:
    """The trie section with some of its parts changed."""
    fields = declared_trie.parse_section(PARTS[1])
    names = ("order", "root_codes", "lanes_exponent", "tables_length", "frequencies", "payload", "words")
    values = {name: parts.get(name, getattr(fields, name)) for name in names}
    return b"".join(
        (
            bytes((values["order"],)),
            values["root_codes"],
            bytes((values["lanes_exponent"],)),
            values["tables_length"].to_bytes(4, "big"),
            len(values["payload"]).to_bytes(4, "big"),
            np.array(values["frequencies"], ">u2").tobytes(),
            values["payload"],
            values["words"],
        )
    )


def with_tables(tables: bytes) -> bytes:
    frequencies = order_0_frequencies(tables)
    payload = order_0.encode(tables, frequencies)
    return changed(tables_length=len(tables), frequencies=frequencies, payload=payload)


NO_TABLES = bytes(2 * sum(declared_trie.FAMILIES))
WORDS = declared_trie.parse_section(PARTS[1]).words


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (changed(order=0), "Malformed"),
        (changed(order=33), "Malformed"),
        (changed(order=1), "Malformed"),
        (changed(order=20), "Malformed"),
        (changed(root_codes=b"\x40" * 257), "Malformed"),
        (changed(lanes_exponent=12), "Malformed"),
        (changed(lanes_exponent=11), "Truncated"),
        (changed(tables_length=1 << 24), "Malformed"),
        (changed(frequencies=[16] * 255 + [17]), "Malformed"),
        (changed(words=b""), "Truncated"),
        (changed(words=bytes(64)), "Malformed"),
        (changed(words=WORDS[:-2]), "Truncated"),
        (changed(words=WORDS[:-1]), "Malformed"),
        (changed(words=WORDS + b"\0\0"), "Malformed"),
        (with_tables(NO_TABLES), "Malformed"),
        (with_tables(NO_TABLES[:-1]), "Truncated"),
        (with_tables(NO_TABLES + b"\0"), "Malformed"),
        (with_tables(b"\x00\x01\x00" + NO_TABLES[2:]), "Malformed"),
        (with_tables(b"\x00\x01\x41" + NO_TABLES[2:]), "Malformed"),
        (with_tables(b"\x01\x02" + b"\x01" * 258 + NO_TABLES[2:]), "Malformed"),
    ],
)
def test_broken_trie_sections(content: bytes, code: str) -> None:
    """Rules TRI-1, TRI-2, TRI-6, TRI-9 and IRN-5."""
    data = with_section(declared.TRIE, content)
    assert outcome(fast.read, data) == outcome(reference.read, data) == code


def hostile(
    counts: int, ranks: bytes, flags: bytes = b"\x01\x01", order: int = 2, after_short: int | None = None
) -> bytes:
    """A section whose tables leave no choice: each batch has one possible symbol, and no bits at all.

    Lists have ``counts`` + 1 entries, and ``after_short`` + 1 where the suffix's list has fewer than all symbols.
    """
    families = {
        declared_trie.COUNT: bytes(counts) + b"\x01",
        declared_trie.RANK: ranks,
        declared_trie.CODE: b"\x01",
        declared_trie.ONE: b"\x01",
        declared_trie.MANY: b"\x01",
        declared_trie.CHILD: flags,
    }
    chosen = [[families[family]] * size for family, size in enumerate(declared_trie.FAMILIES)]
    if after_short is not None:
        chosen[declared_trie.COUNT][:9] = [bytes(after_short) + b"\x01"] * 9
    tables = b"".join(len(table).to_bytes(2, "big") + table for family in chosen for table in family)
    frequencies = order_0_frequencies(tables)
    return changed(
        order=order,
        lanes_exponent=0,
        tables_length=len(tables),
        frequencies=frequencies,
        payload=order_0.encode(tables, frequencies),
        words=b"\x01\x00\x00\x00",
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (hostile(256, b"\x01", b"\x00\x01", order=32), "LimitExceeded"),  # 257^32 entries in no bytes
        (hostile(2, b"\x00" * 100 + b"\x01", b"\x00\x01"), "Malformed"),  # ranks beyond the suffix's list
        (hostile(0, b"\x01", b"\x00\x00\x01"), "Malformed"),  # a flag of 2
        (hostile(2, b"\x01", b"\x00\x01", after_short=7), "Malformed"),  # a list longer than its suffix's
        (hostile(0, b"\x01", b"\x01"), None),  # no children but the beginning's
        (hostile(255, b"\x01", b"\x01", order=1), None),
    ],
)
def test_sections_that_describe_much_in_few_bytes(content: bytes, code: str | None) -> None:
    """Rules TRI-8 and TRI-9."""
    data = with_section(declared.TRIE, content)
    first, second = outcome(fast.read, data), outcome(reference.read, data)
    assert first == second
    assert code is None or first == code


def test_sections_are_read_in_one_order() -> None:
    """Rule MDL-3: of several that are at fault, both backends report the same one."""
    faults = {
        declared.TRIE: b"",
        declared.MATCH: b"",
        declared.CHAR_RUNS: b"\x01\x09",
        declared.PREFIX: b"\0" * 73,
    }
    sound = dict(declared.parse_file(fast.write(WITH_ALL)).sections)
    for kinds in ((declared.TRIE, declared.CHAR_RUNS), (declared.MATCH, declared.CHAR_RUNS), tuple(faults)):
        data = declared.build_file({**sound, **{kind: faults[kind] for kind in kinds}})
        codes = set()
        for read in (fast.read, reference.read):
            with pytest.raises(DecodeError) as refused:
                read(data)
            codes.add(refused.value.code)
        assert len(codes) == 1
