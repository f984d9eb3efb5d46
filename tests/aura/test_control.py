"""Control frames that are read and written once for all connections that exchange the same one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aura.connections.session import control
from aura_spec.errors import ChecksumMismatch
from aura_spec.session import Chunk, Control, Have, Use, build_control, parse_control
from aura_spec.session_negotiation import Coding


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The frames that were read by their declaration, in a process that has read none so far."""
    frames: list[bytes] = []

    def counted(parse: Callable[[bytes], Control]) -> Callable[[bytes], Control]:
        def call(frame: bytes) -> Control:
            frames.append(frame)
            return parse(frame)

        return call

    monkeypatch.setattr(control, "parse_control", counted(parse_control))
    control._read.cache_clear()  # other tests have read frames
    return frames


def test_a_frame_that_comes_again_is_not_read_anew(parsed: list[bytes]) -> None:
    use = Use(Coding.STREAM, 1 << 15, bytes(8), 4, 3)
    frame = control.write(use)
    assert frame == build_control(use)
    assert control.read(frame) is control.read(bytes(bytearray(frame)))
    assert control.read(frame) == use
    assert parsed == [frame]


def test_pieces_of_models_are_not_kept(parsed: list[bytes]) -> None:
    frame = build_control(Chunk(bytes(1 << 14)))
    assert control.read(frame) == control.read(frame) == Chunk(bytes(1 << 14))
    assert parsed == [frame] * 2


def test_a_damaged_frame_is_refused_again(parsed: list[bytes]) -> None:
    """A frame that differs in its last byte from one that was read before."""
    frame = control.write(Have(bytes(range(8))))
    control.read(frame)
    damaged = frame[:-1] + bytes((frame[-1] ^ 1,))
    for _ in range(2):
        with pytest.raises(ChecksumMismatch):
            control.read(damaged)
    assert parsed == [frame, damaged, damaged]
