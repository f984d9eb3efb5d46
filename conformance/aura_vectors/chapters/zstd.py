"""Zstandard frames: blocks written by hand, one that refers to a dictionary, and what the structure forbids."""

from __future__ import annotations

from aura_spec.errors import Code
from aura_vectors.case import Case, Groups, refused
from aura_vectors.case_types.message import MODEL, NOTHING, valid
from aura_vectors.derive import limits, with_variants
from aura_vectors.flags import Flag


def groups() -> Groups:
    """All groups of the chapter."""
    hand = [
        ("042003190000616263", b"abc", "one raw block, content size"),
        ("040000190000616263", b"abc", "one raw block, window"),
        ("0400001b000061", b"aaa", "one RLE block"),
        ("040068190000616263", b"abc", "a window of 8 MiB"),
        ("040000080000611b000062", b"abbb", "two blocks"),
        ("04300109000061", b"a", "the unused bit is set"),
    ]
    cases = [valid(comment, ("ZST-1", "ZST-6"), bytes.fromhex(wire), text) for wire, text, comment in hand]
    yield from with_variants(NOTHING, cases)
    yield from limits(NOTHING, cases[0])
    yield from limits(NOTHING, cases[2])
    yield (
        NOTHING,
        [
            refused(Code.MALFORMED, "ZST-2", "042803190000616263", "the reserved bit", Flag.ACCEPTS_RESERVED),
            refused(
                Code.MALFORMED,
                "ZST-2",
                "0400001f0000616263",
                "the reserved block type",
                Flag.ACCEPTS_RESERVED,
            ),
            refused(Code.UNKNOWN_MODEL, "ZST-3", "04210503190000616263", "a dictionary id", Flag.OTHER_MODEL),
            refused(
                Code.LIMIT_EXCEEDED, "LIM-2", "040069190000616263", "a window over 8 MiB", Flag.TRUSTS_CLAIMS
            ),
            refused(
                Code.LIMIT_EXCEEDED,
                "ZST-4",
                "04a0ffffffff010000",
                "a content size of 4 GiB",
                Flag.TRUSTS_CLAIMS,
            ),
            refused(
                Code.MALFORMED,
                "ZST-5",
                "040000090010" + "00" * 8,
                "a block over 128 KiB",
                Flag.TRUSTS_CLAIMS,
            ),
            refused(
                Code.MALFORMED,
                "ZST-1",
                "042004190000616263",
                "four bytes stated, three there",
                Flag.UNITS_AND_LENGTH,
            ),
            refused(
                Code.CHECKSUM_MISMATCH,
                "ZST-1",
                "04240319000061626300000000",
                "a wrong checksum",
                Flag.IGNORES_CHECKSUM,
            ),
        ],
    )
    into_dictionary = bytes.fromhex("0500006d000010497403004c0da0823fde261b")
    text = b"I can help the quick brown fox with that."
    with_dictionary = [
        valid("matches that reach into the dictionary", ("ZST-7",), into_dictionary, text),
        valid(
            "a raw block, which needs no dictionary", ("ZST-7",), bytes.fromhex("050000190000616263"), b"abc"
        ),
    ]
    yield from with_variants(MODEL, with_dictionary)
    without, flag = b"\x04" + into_dictionary[1:], Flag.OTHER_MODEL
    yield MODEL, [Case("the same frame after 0x04", ("ZST-7",), without, code=Code.MALFORMED, flag=flag)]
