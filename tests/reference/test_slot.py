from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.messages import VALUES_BY_KIND

from aura_reference import slot as slots
from aura_spec import slot as declared
from aura_spec.errors import DecodeError, LimitExceeded, Malformed, NonCanonical
from aura_spec.slot import SlotValue
from aura_spec.template import Kind, Slot
from aura_spec.wire import build, parse

ENUM = Slot("x", Kind.ENUM, (b"low", b"high"))
SLOTS = [Slot("x", kind) for kind in Kind if kind is not Kind.ENUM] + [ENUM]


@st.composite
def slot_and_value(draw: st.DrawFn) -> tuple[Slot, bytes]:
    slot = draw(st.sampled_from(SLOTS))
    typed = st.sampled_from(["low", "high"]) if slot is ENUM else VALUES_BY_KIND[slot.kind]
    return slot, draw(typed.map(str.encode) | st.binary(max_size=20))


@given(slot_and_value(), st.booleans())
def test_every_value_round_trips_in_its_stated_size(case: tuple[Slot, bytes], last: bool) -> None:
    """Rules SLT-1, SLT-2 and SLT-3."""
    slot, value = case
    spelt = slots.spell(slot, value)
    assert slots.read(slot, spelt) == value
    declaration = declared.declaration(slot, last)
    wire = build(declaration, declared.to_container(slot, spelt))
    assert len(wire) == slots.size(slot, value, last=last)
    assert declared.from_container(parse(declaration, wire)) == spelt


@given(st.sampled_from(SLOTS), st.binary(max_size=24), st.booleans())
def test_whatever_is_read_is_spelt_the_same(slot: Slot, wire: bytes, last: bool) -> None:
    """No two spellings of one value: what a decoder accepts, the encoder writes. Rule SLT-5."""
    declaration = declared.declaration(slot, last)
    try:
        spelt = declared.from_container(parse(declaration, wire))
        value = slots.read(slot, spelt)
    except DecodeError:
        return
    rebuilt = build(declaration, declared.to_container(slot, slots.spell(slot, value)))
    assert wire.startswith(rebuilt)


TYPED = [
    (Kind.INT, "0", "01"),
    (Kind.INT, "-1", "02"),
    (Kind.INT, "9223372036854775807", "ffffffffffffffffff01"),
    (Kind.INT, "-9223372036854775807", "feffffffffffffffff01"),
    (Kind.DECIMAL, "12.50", "05e209"),
    (Kind.DECIMAL, "-0.0", "0400"),
    (Kind.DECIMAL, "7", "0107"),
    (Kind.HEX, "beef", "09beef"),
    (Kind.HEX, "BEE", "08bee0"),
    (Kind.HEX, "123", "071230"),
    (Kind.UUID, "00112233-4455-6677-8899-aabbccddeeff", "0100112233445566778899aabbccddeeff"),
    (Kind.UUID, "00112233-4455-6677-8899-AABBCCDDEEFF", "0200112233445566778899aabbccddeeff"),
    (Kind.IPV4, "192.0.2.1", "01c0000201"),
    (Kind.IPV6, "2001:db8::beef:1", "01" + "20010db800000000" + "00000000beef0001"),
    (Kind.IPV6, "2001:DB8::BEEF:1", "02" + "20010db800000000" + "00000000beef0001"),
    (Kind.IPV6, "2001:db8::f0:91", "01" + "20010db800000000" + "0000000000f00091"),
    (Kind.IPV6, "2001:db8:0:0:0:0:0:1", "0320010db8000000000000000000000001"),
    (Kind.IPV6, "2001:DB8:0:0:0:0:0:1", "0420010db8000000000000000000000001"),
    (Kind.IPV6, "2001:0db8:0000:0000:0000:0000:0000:0001", "0520010db8000000000000000000000001"),
    (Kind.IPV6, "2001:0DB8:0000:0000:0000:0000:0000:0001", "0620010db8000000000000000000000001"),
    (Kind.IPV6, "::ffff:192.0.2.1", "0700000000000000000000ffffc0000201"),
    (Kind.IPV6, "1111:0:0:2::3456", "01" + "1111000000000002" + "0000000000003456"),
    (Kind.TIMESTAMP, "2024-01-01T00:00:00", "0100"),
    (Kind.TIMESTAMP, "2024-01-01T00:00:01.250Z", "0e02fa01"),
    (Kind.TIMESTAMP, "2023-12-31 23:59:59,5-05:30", "ac0101" + "05" + "9505"),
    (Kind.TIMESTAMP, "2024-01-01 00:00:00+0130", "5100" + "b401"),
    (Kind.TIMESTAMP, "2024-01-01T00:00:00+02", "2900" + "f001"),
    (Kind.ENUM, "high", "02"),
]


@pytest.mark.parametrize(("kind", "value", "wire"), TYPED)
def test_spellings_worked_by_hand(kind: Kind, value: str, wire: str) -> None:
    """Rules SLT-6 to SLT-13."""
    slot = ENUM if kind is Kind.ENUM else Slot("x", kind)
    declaration = declared.declaration(slot, last=True)
    container = declared.to_container(slot, slots.spell(slot, value.encode()))
    assert build(declaration, container).hex() == wire


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *((Kind.INT, value) for value in ("-0", "007", "+1", "9223372036854775808", "", "1 ", "١")),
        *((Kind.DECIMAL, value) for value in ("01.5", "1.", ".5", "1e5", "9999999999999999999.9", "1.5 ")),
        *((Kind.HEX, value) for value in ("", "Bee", "0x1f", "be ef")),
        (Kind.UUID, "00112233-4455-6677-8899-aabbccddeefF"),
        (Kind.UUID, "00112233445566778899aabbccddeeff"),
        *((Kind.IPV4, value) for value in ("01.2.3.4", "256.1.1.1", "1.2.3", "1.2.3.4.5")),
        *((Kind.IPV6, value) for value in ("2001:db8:0::beef", "fe80::beef:1%eth0", "2001:Db8::beef:1")),
        *((Kind.IPV6, value) for value in (":::", "10::20::30:40:50", "::10.20.30.40:50", "1:2:3:4:5:6:7::")),
        *((Kind.IPV6, value) for value in ("beef:beef:beef:g::", "beef:beef:beef:1", "21:2:3:4:5:6:7")),
        *((Kind.IPV6, value) for value in ("::", "::1", "2001:db8::1", "2001:db8::f0:9")),  # shorter so
        *((Kind.TIMESTAMP, value) for value in ("2023-02-29T00:00:00", "2024-01-01T24:00:00Z", "2024-01-01")),
        *((Kind.TIMESTAMP, value) for value in ("2016-12-31T23:59:60Z", "2024-01-01t00:00:00z")),
        *((Kind.TIMESTAMP, value) for value in ("2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+05:")),
        (Kind.TIMESTAMP, "2024-01-01T00:00:00.1234567890"),
        (Kind.ENUM, "LOW"),
    ],
)
def test_what_cannot_be_given_back_exactly_becomes_text(kind: Kind, value: str) -> None:
    """Rule SLT-4."""
    slot = ENUM if kind is Kind.ENUM else Slot("x", kind)
    assert slots.spell(slot, value.encode()) == SlotValue(0, text=value.encode())


@pytest.mark.parametrize(
    ("kind", "spelt", "error"),
    [
        (Kind.INT, SlotValue(0, text=b"12"), NonCanonical),
        (Kind.ENUM, SlotValue(0, text=b"low"), NonCanonical),
        (Kind.HEX, SlotValue(8, content=b"\x12\x34"), NonCanonical),  # upper case without letters
        (Kind.HEX, SlotValue(7, content=b"\xbe\xe1"), NonCanonical),  # a digit too many
        (Kind.HEX, SlotValue(1), NonCanonical),  # no digits
        (Kind.UUID, SlotValue(2, content=bytes(16)), NonCanonical),
        (
            Kind.IPV6,
            SlotValue(7, content=bytes(12) + b"\xc0\0\2\1"),
            NonCanonical,
        ),  # ::ffff: before what is not mapped
        (Kind.IPV6, SlotValue(1, content=bytes(15) + b"\1"), NonCanonical),  # ::1, shorter as a text
        (Kind.IPV6, SlotValue(3, content=bytes.fromhex("0001" * 8)), NonCanonical),  # form 0 says the same
        (Kind.TIMESTAMP, SlotValue(2, numbers=(0, 10)), NonCanonical),  # two digits where one is stated
        (Kind.TIMESTAMP, SlotValue(101, numbers=(0,)), NonCanonical),  # a comma without digits
        (Kind.TIMESTAMP, SlotValue(41, numbers=(0, 3)), Malformed),  # minutes in an offset of hours
        (Kind.TIMESTAMP, SlotValue(1, numbers=((1 << 39) - 1,)), Malformed),  # beyond the year 9999
        (Kind.DECIMAL, SlotValue(1 + 2 * 18, numbers=((1 << 64) - 1,)), None),
    ],
)
def test_other_spellings_are_refused(kind: Kind, spelt: SlotValue, error: type[DecodeError] | None) -> None:
    """Rule SLT-5."""
    slot = ENUM if kind is Kind.ENUM else Slot("x", kind)
    if error is None:
        assert slots.spell(slot, slots.read(slot, spelt)) == spelt
    else:
        with pytest.raises(error):
            slots.read(slot, spelt)


@pytest.mark.parametrize(
    ("kind", "wire", "error"),
    [
        (Kind.UUID, "03" + "00" * 16, Malformed),
        (Kind.IPV4, "02c0000201", Malformed),
        (Kind.DECIMAL, "2700", Malformed),
        (Kind.TIMESTAMP, "c90100", Malformed),
        (Kind.TIMESTAMP, "0180808080808001", LimitExceeded),
        (Kind.TIMESTAMP, "1500c016", LimitExceeded),
    ],
)
def test_heads_and_numbers_out_of_range(kind: Kind, wire: str, error: type[DecodeError]) -> None:
    """Rules SLT-4 and SLT-12."""
    with pytest.raises(error):
        parse(declared.declaration(Slot("x", kind), last=True), bytes.fromhex(wire))
