"""rANS alone: this project's, with numpy and in plain Python, beside ``constriction``, if it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Final

import numpy as np
from numpy.typing import NDArray
from timing import seconds

from aura_fast import interleaved_rans as fast
from aura_reference import interleaved_rans as reference
from aura_spec import interleaved_rans

SYMBOLS: Final = 1 << 20
FEW: Final = 1 << 14
"""Symbols for the reference."""

Row = dict[str, str | float]


def rows() -> Iterator[Row]:
    """Megabytes a second of each coder, on bytes drawn by the table that it codes with."""
    weights = np.sort(np.random.default_rng(7).exponential(size=256) ** 2)
    frequencies = np.maximum(1, (weights / weights.sum() * (interleaved_rans.TOTAL - 256)).astype(np.int64))
    frequencies[-1] += interleaved_rans.TOTAL - frequencies.sum()
    symbols = np.random.default_rng(8).choice(256, SYMBOLS, p=frequencies / interleaved_rans.TOTAL)
    yield _reference(frequencies, symbols[:FEW])
    yield _fast(frequencies, symbols)
    if find_spec("constriction"):
        yield _constriction(frequencies, symbols)


def _row(name: str, count: int, size: int, encoding: float, decoding: float) -> Row:
    return {
        "coder": name,
        "bits a symbol": 8 * size / count,
        "encode MB/s": count / encoding / 1e6,
        "decode MB/s": count / decoding / 1e6,
    }


def _reference(frequencies: NDArray[np.int64], symbols: NDArray[np.int64]) -> Row:
    table = reference.table_of(frequencies.tolist())
    batch = [(table, symbol) for symbol in symbols.tolist()]
    tables = [table] * len(batch)

    def decode() -> list[int]:
        return reference.Reader(words, interleaved_rans.MAX_LANES).read(tables)

    words = reference.write([batch], interleaved_rans.MAX_LANES, [], {})
    if decode() != symbols.tolist():
        raise SystemExit("the reference: symbols did not come back")
    encoding = seconds(lambda: reference.write([batch], interleaved_rans.MAX_LANES, [], {}))
    return _row("reference", len(batch), len(words), encoding, seconds(decode))


def _fast(frequencies: NDArray[np.int64], symbols: NDArray[np.int64]) -> Row:
    tables = fast.lay_out([frequencies.tolist()])
    indices = np.zeros(len(symbols), np.int64)

    def decode() -> NDArray[np.int32]:
        return fast.Reader(words, interleaved_rans.MAX_LANES, tables).read(indices)

    words = fast.write_batches([(indices, symbols)], interleaved_rans.MAX_LANES, tables)
    if not np.array_equal(decode(), symbols):
        raise SystemExit("numpy: symbols did not come back")
    encoding = seconds(lambda: fast.write_batches([(indices, symbols)], interleaved_rans.MAX_LANES, tables))
    return _row("fast (numpy)", len(symbols), len(words), encoding, seconds(decode))


def _constriction(frequencies: NDArray[np.int64], symbols: NDArray[np.int64]) -> Row:
    from constriction import stream  # noqa: PLC0415 - it need not be installed

    table = stream.model.Categorical((frequencies / interleaved_rans.TOTAL).astype(np.float32), perfect=False)
    narrow = symbols.astype(np.int32)

    def encode() -> NDArray[np.uint32]:
        coder = stream.stack.AnsCoder()
        coder.encode_reverse(narrow, table)
        words: NDArray[np.uint32] = coder.get_compressed()
        return words

    def decode() -> NDArray[np.int32]:
        found: NDArray[np.int32] = stream.stack.AnsCoder(words).decode(table, len(narrow))
        return found

    words = encode()
    if not np.array_equal(decode(), narrow):
        raise SystemExit("constriction: symbols did not come back")
    return _row("constriction", len(symbols), words.nbytes, seconds(encode), seconds(decode))
