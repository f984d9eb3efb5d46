"""Messages that repeat themselves, and those at the edges of the local model's rules."""

from __future__ import annotations

from hypothesis import strategies as st

from aura_spec.local_model import MAX_DIGITS

_STEPS = st.integers(-9, 9) | st.sampled_from([2**31 - 1, 2**31, 1 - 2**31, -(2**31)])
_SIGNS = st.sampled_from(
    [b"", b",", b" ", b"\n", b"{", b"<td>", b'"id":', b"k1=", b"Name_of_a_long_word;", b"\0", b"\xc3\xbc"]
)
_CELLS = st.sampled_from([b"", b"on", b"off", b"\0", b"AB", b"a"])


@st.composite
def rows(draw: st.DrawFn) -> bytes:
    """Rows of one form: signs, and numbers that step or words between them."""
    form = draw(st.lists(st.tuples(_SIGNS, st.booleans()), min_size=1, max_size=4))
    numbers = [draw(st.integers(0, 10 ** draw(st.integers(1, MAX_DIGITS + 2)))) for _ in form]
    steps = [draw(_STEPS) for _ in form]
    widths = [draw(st.sampled_from([1, 1, 4, MAX_DIGITS - 1, MAX_DIGITS, MAX_DIGITS + 1])) for _ in form]
    text = b""
    for _ in range(draw(st.integers(1, 9))):
        for place, (sign, is_number) in enumerate(form):
            text += sign
            if is_number:
                text += b"%0*d" % (widths[place], numbers[place])
                numbers[place] = abs(numbers[place] + steps[place])
            else:
                text += draw(_CELLS)
        if draw(st.integers(0, 7)) == 0:
            text += draw(st.binary(max_size=3))
            steps[0] = draw(_STEPS)
        text += b"\n"
    return text


PIECES = st.lists(
    st.sampled_from(
        [
            b"abcd",
            b"bcda",
            b"abcdefgh",
            b"\0\0",
            b"x",
            b"7",
            b"08",
            b'{"id":',
            b"\n",
            b"ABC\0Dxy1",
            b"ABC\0Dzz",
        ]
    ),
    max_size=40,
).map(b"".join)
REPEATED = st.tuples(st.binary(max_size=40), st.binary(max_size=3), st.integers(1, 4)).map(
    lambda parts: (parts[0] + parts[1]) * parts[2] + parts[0]
)
NUMBERS = st.lists(st.integers(0, 2**60) | st.integers(0, 120), min_size=1, max_size=12).map(
    lambda numbers: b"".join(b"n=%d;" % number for number in numbers)
)

ADAPTIVE = rows() | PIECES | REPEATED | NUMBERS | st.binary(max_size=80)
