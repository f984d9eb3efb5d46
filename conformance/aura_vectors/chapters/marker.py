"""Every marker that the registry does not assign to a method of this version."""

from __future__ import annotations

from aura_spec.errors import Code
from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.message import NOTHING
from aura_vectors.flags import Flag


def groups() -> Groups:
    """All groups of the chapter."""
    cases = [Case("no marker at all", ("MSG-1",), b"", code=Code.TRUNCATED, flag=Flag.READS_PAST_END)]
    for marker in (*range(0x0B, 0x10), *range(0x20, 0x80)):
        wire = bytes((marker, 0x61, 0x62))
        flag = Flag.ACCEPTS_RESERVED
        cases.append(Case(f"marker 0x{marker:02x}", ("MSG-2",), wire, code=Code.UNSUPPORTED, flag=flag))
    for marker in (*ADAPTIVE_COMPACT, *AURALITE_COMPACT):
        wire = bytes((marker, 0x61, 0x62))
        comment, flag = f"marker 0x{marker:02x} without a model", Flag.OTHER_MODEL
        rule = "AUR-10" if marker in ADAPTIVE_COMPACT else "AUR-8"
        cases.append(Case(comment, (rule,), wire, code=Code.UNKNOWN_MODEL, flag=flag))
    frame = bytes.fromhex("050000190000616263")
    comment, flag = "marker 0x05 without a model", Flag.OTHER_MODEL
    cases.append(Case(comment, ("ZST-8",), frame, code=Code.UNKNOWN_MODEL, flag=flag))
    comment, flag = "marker 0x08 without a model", Flag.OTHER_MODEL
    cases.append(Case(comment, ("FRS-4",), b"\x08\x80\x02\x80", code=Code.UNKNOWN_MODEL, flag=flag))
    comment = "marker 0x08 without a model, and nothing behind it"
    cases.append(Case(comment, ("FRS-4",), b"\x08", code=Code.UNKNOWN_MODEL, flag=flag))
    for wire, what in ((b"\x0a\x80\x02\x80", ""), (b"\x0a", ", and nothing behind it")):
        comment = f"marker 0x0a without a model{what}"
        cases.append(Case(comment, ("FUZ-2",), wire, code=Code.UNKNOWN_MODEL, flag=flag))
    named = b"\x03" + bytes(8) + b"\x80"
    flag = Flag.OTHER_MODEL
    cases.append(Case("a model that is not held", ("AUR-8",), named, code=Code.UNKNOWN_MODEL, flag=flag))
    cases.append(Case("half a model id", ("AUR-7",), named[:5], code=Code.TRUNCATED, flag=Flag.PADS_INPUT))
    flag = Flag.IGNORES_TRAILING_BYTES
    for message, method in (("010600", "Brotli"), ("04000019000061626300", "Zstandard")):
        comment = f"a byte after a body of {method}"
        cases.append(Case(comment, ("MSG-3",), bytes.fromhex(message), code=Code.MALFORMED, flag=flag))
    yield NOTHING, cases
