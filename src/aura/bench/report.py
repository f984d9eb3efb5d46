"""Results for people (tables on a console) and for machines (JSON)."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from aura.bench.benchmark import CorpusResult
from aura.bench.lineup import STATELESS, STREAM_PEERS, STREAMS
from aura.bench.measure import BUCKET_LABELS, Bucket, Measurement
from aura.files import atomic_write

__all__ = ["BucketRow", "Report", "Row", "print_result", "print_streams", "rows", "save"]


class BucketRow(TypedDict):
    """The messages of one range of lengths: how many, and their bytes before and after."""

    messages: int
    bytes_in: int
    bytes_out: int


class Row(TypedDict):
    """One codec on one corpus; ``bytes`` are those of the messages, times are in microseconds."""

    corpus: str
    messages: int
    bytes: int
    codec: str
    ratio: float
    encode_us_p50: float
    encode_us_p95: float
    decode_us_p50: float
    decode_us_p95: float
    roundtrip_failures: int
    grew: int
    grew_more_than_one: int
    messages_per_second: float
    buckets: dict[str, BucketRow]


class Report(TypedDict):
    """The whole JSON file."""

    results: list[Row]


def rows(result: CorpusResult) -> list[Row]:
    """Return the result of one corpus in the form that goes into the JSON file."""
    return [_row(result.corpus, measurement) for measurement in result.measurements]


def save(results: Sequence[CorpusResult], path: Path) -> None:
    """Write the JSON file: whole and new, or not at all."""
    report = Report(results=[row for result in results for row in rows(result)])
    atomic_write.write(path, json.dumps(report, indent=1).encode() + b"\n")


def print_result(result: CorpusResult, console: Console) -> None:
    """Print two tables for one corpus: its codecs, and bytes per message by length."""
    if result.measurements:
        console.print(_codec_table(result), _bucket_table(result), sep="\n")
    for note in result.notes:
        console.print(note, markup=False, highlight=False)


def print_streams(results: Sequence[CorpusResult], console: Console) -> None:
    """Print how AURA's stream compares with the same model without memory, and with the best peer."""
    table = Table(
        title="streams: ratios, and times the best of " + " and ".join(STREAM_PEERS),
        box=box.SIMPLE_HEAD,
        title_justify="left",
    )
    table.add_column("corpus", no_wrap=True)
    for heading in ("stateless", "stream", *STREAM_PEERS, "times\nthe best"):
        table.add_column(heading, justify="right")
    for result in results:
        ratios = {measurement.codec: measurement.ratio for measurement in result.measurements}
        own = next((name for name in STREAMS if name in ratios), None)
        best = max((ratios[name] for name in STREAM_PEERS if name in ratios), default=0.0)
        if own is not None and best:
            shown = (
                ratios.get(STATELESS[own]),
                ratios[own],
                *map(ratios.get, STREAM_PEERS),
                ratios[own] / best,
            )
            table.add_row(
                escape(result.corpus), *("-" if ratio is None else f"{ratio:.3f}" for ratio in shown)
            )
    console.print(table)


def _row(corpus: str, measurement: Measurement) -> Row:
    return Row(
        corpus=corpus,
        messages=measurement.messages,
        bytes=measurement.bytes_in,
        codec=measurement.codec,
        ratio=measurement.ratio,
        encode_us_p50=measurement.encode.p50,
        encode_us_p95=measurement.encode.p95,
        decode_us_p50=measurement.decode.p50,
        decode_us_p95=measurement.decode.p95,
        roundtrip_failures=measurement.roundtrip_failures,
        grew=measurement.grew,
        grew_more_than_one=measurement.grew_more_than_one,
        messages_per_second=measurement.messages_per_second,
        buckets={
            bucket.label: BucketRow(
                messages=bucket.messages, bytes_in=bucket.bytes_in, bytes_out=bucket.bytes_out
            )
            for bucket in measurement.buckets
        },
    )


def _codec_table(result: CorpusResult) -> Table:
    first = result.measurements[0]
    stateful = any(measurement.stateful for measurement in result.measurements)
    table = Table(
        title=f"{escape(result.corpus)}: {first.messages:,} messages, {first.bytes_in:,} bytes, "
        f"{first.bytes_in / first.messages:,.1f} bytes a message",
        caption="* remembers the conversation" if stateful else None,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("codec", no_wrap=True)
    for heading in (
        "ratio",
        "bytes a\nmessage",
        "encode\np50 µs",
        "encode\np95 µs",
        "decode\np50 µs",
        "decode\np95 µs",
        "messages\na second",
        "failed",
        "grew",
        "by more\nthan 1 B",
    ):
        table.add_column(heading, justify="right")
    for measurement in result.measurements:
        table.add_row(
            _label(measurement),
            f"{measurement.ratio:.3f}",
            f"{measurement.bytes_out / measurement.messages:,.1f}",
            _time(measurement.encode.p50),
            _time(measurement.encode.p95),
            _time(measurement.decode.p50),
            _time(measurement.decode.p95),
            f"{measurement.messages_per_second:,.0f}",
            f"{measurement.roundtrip_failures:,}",
            f"{measurement.grew:,}",
            f"{measurement.grew_more_than_one:,}",
        )
    return table


def _bucket_table(result: CorpusResult) -> Table:
    first = result.measurements[0]
    table = Table(
        title="mean bytes a message, by the message's length in bytes",
        box=box.SIMPLE_HEAD,
        title_justify="left",
    )
    table.add_column("codec", no_wrap=True)
    for label in BUCKET_LABELS:
        table.add_column(label, justify="right")
    table.add_row("(messages)", *(f"{bucket.messages:,}" for bucket in first.buckets))
    table.add_row("(uncompressed)", *(_mean(bucket, bucket.bytes_in) for bucket in first.buckets))
    table.add_section()
    for measurement in result.measurements:
        means = (_mean(bucket, bucket.bytes_out) for bucket in measurement.buckets)
        table.add_row(_label(measurement), *means)
    return table


def _label(measurement: Measurement) -> str:
    return f"{measurement.codec} *" if measurement.stateful else measurement.codec


def _time(microseconds: float) -> str:
    return f"{microseconds:,.1f}" if microseconds < 1000 else f"{microseconds:,.0f}"


def _mean(bucket: Bucket, total: int) -> str:
    return f"{total / bucket.messages:,.1f}" if bucket.messages else "-"
