"""Bytes that are declared bit by bit for the tables say what the readers make of them."""

from __future__ import annotations

import pytest

from aura_spec import auralite, brio, varint, zstd
from aura_spec.errors import DecodeError


def test_groups_of_integers() -> None:
    """Rule VAR-1."""
    for number in (0, 1, 127, 128, 300, 1 << 40, varint.MAX_VALUE):
        groups = [varint.GROUP.parse(bytes((byte,))) for byte in varint.VarInt().build(number)]
        assert sum(one.group << 7 * place for place, one in enumerate(groups)) == number
        assert [one.more for one in groups] == [1] * (len(groups) - 1) + [0]


def test_flags_and_first_bytes() -> None:
    assert brio.FLAGS.parse(bytes((brio.SERVER_ONLY,))).server_only == 1
    assert brio.FLAGS.build({"server_only": 1, "unused": 0}) == bytes((brio.SERVER_ONLY,))
    assert auralite.FIRST.parse(b"\x80") == {"marker": 1, "string": 0}
    assert auralite.FIRST.parse(b"\x7f").marker == 0


@pytest.mark.parametrize("byte", range(256))
def test_descriptors_and_windows_of_zstandard(byte: int) -> None:
    """Rules ZST-2, ZST-3 and ZST-6."""
    bits = zstd.DESCRIPTOR.parse(bytes((byte,)))
    small = zstd.DESCRIPTOR.build({**bits, "unused": 0})
    widths = (0 if bits.single_segment else 1, (0, 1, 2, 4)[bits.dictionary_id_flag])
    size = 1 if bits.content_size_flag == 0 and bits.single_segment else (0, 2, 4, 8)[bits.content_size_flag]
    header = bytes(sum(widths) + size)
    body = header + b"\x01\x00\x00" + bytes(4 * bits.checksum_flag)
    for descriptor in (bytes((byte,)), small):
        if bits.reserved:
            with pytest.raises(DecodeError):
                zstd.parse_frame(descriptor + body, 1 << 20)
        else:
            frame = zstd.parse_frame(descriptor + body, 1 << 20)
            assert (frame.has_checksum, frame.blocks) == (bool(bits.checksum_flag), 1)
    window = zstd.WINDOW.parse(bytes((byte,)))
    base = 1 << 10 + window.exponent
    assert zstd._window_size(byte) == base + base // 8 * window.mantissa


def test_headers_of_blocks() -> None:
    """Rules ZST-2 and ZST-5."""
    frame = b"\x20\x05" + b"\x2b\x00\x00a"
    block = zstd.BLOCK.parse(frame[4:1:-1])
    assert (block.size, block.type, block.last) == (5, zstd.RLE, 1)
    assert zstd.parse_frame(frame, 5).blocks == 1
