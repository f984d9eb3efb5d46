"""Chunked files whose blocks the native core codes (chapter ``chunked`` of the specification)."""

from __future__ import annotations

from aura_fast.chunked import Compressor, Decompressor
from aura_spec.chunked import MAX_BLOCK, BlockHead, build_smaller_block, read_content


class NativeCompressor(Compressor):
    """Writes what :class:`aura_fast.chunked.Compressor` writes."""

    def __init__(self, *, window_bits: int, level: int, frame_size: int | None = None) -> None:
        from aura_native import block_encoder  # noqa: PLC0415  # only there where a compiler was

        super().__init__(window_bits=window_bits, level=level, frame_size=frame_size)
        self._coder = block_encoder(level, window_bits)

    def _encode_block(self, content: bytes, *, begins: bool) -> bytes:
        return build_smaller_block(content, self._coder.encode(content, begins), begins=begins)


class NativeDecompressor(Decompressor):
    """Reads what :class:`aura_fast.chunked.Decompressor` reads."""

    def _decode_block(self, head: BlockHead, body: bytes, offset: int) -> bytes:
        from aura_native import decode_brio2  # noqa: PLC0415  # as above

        return read_content(head, body, offset, lambda coded: decode_brio2(coded, MAX_BLOCK, self._window))
