"""Strategies for messages that look like traffic, and for hostile ones."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from aura_spec.template import Kind, builtin

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)

VALUES_BY_KIND = {
    Kind.TEXT: st.text(max_size=30),
    Kind.WORD: st.from_regex(r"[!-~]{1,12}", fullmatch=True),
    Kind.INT: st.integers(-(2**70), 2**70).map(str)
    | st.from_regex(r"-?[0-9]{1,21}", fullmatch=True)
    | st.sampled_from(["-0", "007", "+1", "9223372036854775807", "-9223372036854775808"]),
    Kind.DECIMAL: st.from_regex(r"-?[0-9]{1,22}(\.[0-9]{0,20})?", fullmatch=True)
    | st.sampled_from(["-0.00", "00.1", "1.", ".5", "1e5", "18446744073709551616"]),
    Kind.HEX: st.from_regex(r"[0-9a-f]{0,40}|[0-9A-F]{0,40}|[0-9A-Fa-f]{1,9}", fullmatch=True),
    Kind.UUID: st.uuids().map(str)
    | st.uuids().map(lambda u: str(u).upper())
    | st.uuids().map(lambda u: u.hex)
    | st.just("00000000-0000-0000-0000-000000000000"),
    Kind.IPV4: st.ip_addresses(v=4).map(str)
    | st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,3}){2,4}", fullmatch=True)
    | st.just("01.2.3.4"),
    Kind.IPV6: st.ip_addresses(v=6).map(str)
    | st.ip_addresses(v=6).map(lambda a: a.exploded)
    | st.ip_addresses(v=6).map(lambda a: str(a).upper())
    | st.from_regex(r"([0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}", fullmatch=True)
    | st.lists(st.sampled_from(["0", "1", "ab", "AB", "00"]), min_size=8, max_size=8).map(":".join)
    | st.sampled_from(
        ["::", "::1", "1::", "::ffff:1.2.3.4", "::1.2.3.4", "::FFFF:1.2.3.4", "1.2.3.4", ":::"]
    ),
    Kind.TIMESTAMP: st.datetimes().map(lambda d: d.isoformat())
    | st.datetimes().map(lambda d: d.isoformat(sep=" ", timespec="milliseconds").replace(".", ","))
    | st.from_regex(
        r"20[0-4]\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-5]\d:[0-6]\d([.,]\d{1,10})?(Z|[+-][0-2]\d(:?[0-5]\d)?|z)?",
        fullmatch=True,
    )
    | st.sampled_from(["2024-02-30T00:00:00", "2024-01-01T00:00:00-00:00", "0001-01-01T00:00:00Z"]),
}


@st.composite
def rendered(draw: st.DrawFn) -> bytes:
    """A message that some built-in template renders, its slots filled more or less to their types."""
    template = draw(st.sampled_from(list(builtin().values())))
    values = []
    for slot in template.slots:
        fitting = (
            st.sampled_from([choice.decode() for choice in slot.choices])
            if slot.choices
            else VALUES_BY_KIND[slot.kind]
        )
        values.append(draw(fitting | st.text(max_size=10)).encode())
    return template.render(values)


MESSAGES = (
    rendered()
    | st.binary(max_size=300)
    | st.text(max_size=300).map(str.encode)
    | JSON_VALUES.map(lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    | st.builds(lambda unit, times: unit * times, st.binary(min_size=1, max_size=12), st.integers(1, 200))
)
"""Messages of any kind, most of them short."""
