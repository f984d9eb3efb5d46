"""``aura demo``: a conversation through the codec, message by message."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import typer
from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from aura.cli import io
from aura.cli.process import ExitCode
from aura.compat import CompressionResult, HybridCompressor
from aura.server import conversation
from aura.terminal import printable
from aura_reference import brotli, zstd

_WIDTH = 100
"""Columns where the output is not a terminal."""

_OTHER_COLUMNS = 50
"""Columns that the table needs beside the message."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A message, what became of it, and whether it came back identical."""

    role: str
    text: str
    result: CompressionResult
    identical: bool


def demo(
    *,
    level: io.Level = 2,
    as_json: io.AsJson = False,
) -> None:
    """Compress a conversation and verify every message.

    The conversation is part of the package. Exits with 1 if a message does not come back identical.
    """
    coded = run(level)
    peers = peer_totals([turn.text.encode() for turn in coded])
    if as_json:
        typer.echo(json.dumps(_as_dictionary(coded, peers), indent=2))
    else:
        _print(coded, peers)
    if not all(turn.identical for turn in coded):
        raise typer.Exit(ExitCode.FAILED)


def run(level: int) -> list[Coded]:
    """Send the conversation through a compressor and back."""
    compressor = HybridCompressor(level=level)
    coded = []
    for turn in conversation.load():
        result = compressor.compress(turn.text)
        identical = compressor.decompress(result.compressed_data) == turn.text
        coded.append(Coded(turn.role, turn.text, result, identical))
    return coded


def peer_totals(messages: Sequence[bytes]) -> dict[str, int]:
    """Bytes that general compressors need for the same messages, one at a time.

    Zstandard without its magic bytes, content size and checksum, so that nothing is held against it.
    """
    peers: dict[str, Callable[[bytes], bytes]] = {"zstd-19": zstd.encode, "brotli-11": brotli.encode}
    return {name: sum(len(compress(message)) for message in messages) for name, compress in peers.items()}


def _print(coded: Sequence[Coded], peers: dict[str, int]) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("role", no_wrap=True)
    table.add_column("message", no_wrap=True)
    table.add_column("method", no_wrap=True)
    for name in ("in", "out", "ratio"):
        table.add_column(name, justify="right", no_wrap=True)
    for turn in coded:
        result = turn.result
        method = result.method if result.template_id is None else f"{result.method} {result.template_id}"
        table.add_row(
            turn.role,
            escape(_shortened(turn.text, console.width - _OTHER_COLUMNS)),
            method if turn.identical else f"[red]{method} DIFFERS",
            str(result.original_size),
            str(result.compressed_size),
            f"{result.compression_ratio:.2f}",
        )
    console.print(table)
    before, after = _totals(coded)
    identical = sum(turn.identical for turn in coded)
    totals = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=f"{len(coded)} messages", title_justify="left")
    totals.add_column("codec")
    for name in ("in", "out", "ratio"):
        totals.add_column(name, justify="right")
    for name, size in {"aura": after, **peers}.items():
        totals.add_row(name, str(before), str(size), f"{before / size:.2f}")
    console.print(totals)
    console.print(f"{identical} of {len(coded)} messages came back identical.")


def _shortened(text: str, width: int) -> str:
    """A text on one line: control characters spelt out, cut to ``width`` columns of a terminal."""
    line = printable(text[:width])
    if cell_len(line) <= width and len(text) <= width:
        return line
    return set_cell_size(line, max(width - 1, 1)).rstrip() + "…"


def _totals(coded: Sequence[Coded]) -> tuple[int, int]:
    return sum(t.result.original_size for t in coded), sum(t.result.compressed_size for t in coded)


def _as_dictionary(coded: Sequence[Coded], peers: dict[str, int]) -> dict[str, object]:
    before, after = _totals(coded)
    messages = [
        {
            "role": turn.role,
            "text": turn.text,
            "method": turn.result.method,
            "template_id": turn.result.template_id,
            "original_size": turn.result.original_size,
            "compressed_size": turn.result.compressed_size,
            "compression_ratio": turn.result.compression_ratio,
            "identical": turn.identical,
        }
        for turn in coded
    ]
    return {"messages": messages, "original_bytes": before, "compressed_bytes": {"aura": after, **peers}}
