"""The results of a test, as JSON: to be kept, shown and compared."""

from __future__ import annotations

import json
import platform
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from aura import __version__, native
from aura.files import atomic_write
from aura.stress.errors import StressError
from aura.stress.tallies import LENGTHS, RATIOS, Sums, Tallies, row, rows
from aura.stress.test import Outcome
from aura.terminal import printable

FORM: Final = "aura-stress 1"

Result = dict[str, Any]
"""What :func:`result_of` makes."""


def result_of(outcome: Outcome) -> Result:
    """The results of a test."""
    tallies = outcome.tallies
    adjustment = outcome.adjustment
    return {
        "form": FORM,
        "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "version": __version__,
        "backend": native.choose().backend,
        "python": platform.python_version(),
        "settings": outcome.settings.as_dictionary(),
        "figures": _figures(outcome),
        "digests": dict(zip(("messages", "sizes"), tallies.digests(), strict=True)),
        "roles": rows(tallies.by_role),
        "places": rows(tallies.by_place),
        "sources": rows(tallies.by_source),
        "methods": rows(tallies.by_method),
        "lengths": _lengths(tallies),
        "ratios": _ratios(tallies),
        "templates": _templates(outcome),
        "timeline": outcome.timeline.rows(),
        "churn": asdict(outcome.churn.report()),
        "warmup": None if adjustment is None else {**asdict(adjustment), "text": adjustment.sentences()},
        "traces": None if outcome.tracer is None else dict(outcome.tracer.counts),
    }


def _figures(outcome: Outcome) -> dict[str, object]:
    tallies, seconds, server = outcome.tallies, outcome.seconds, outcome.server
    said = tallies.total.messages
    crossed = 2 * said
    return {
        "said": said,
        "crossed": crossed,
        "plain_bytes": tallies.total.plain,
        "wire_bytes": tallies.total.wire,
        "ratio": round(tallies.total.ratio, 4),
        "mismatches": tallies.mismatches,
        "disagreements": outcome.disagreements,
        "grown": tallies.grown,
        "template_share": round(tallies.template_share, 4),
        "seconds": round(seconds, 3),
        "messages_per_second": round(crossed / seconds, 1),
        "client_us_per_message": round(outcome.client.seconds / crossed * 1e6, 1),
        "server_us_per_message": None if server is None else round(server.seconds / crossed * 1e6, 1),
        "client_mib": round(outcome.client.resident / (1 << 20), 1),
        "server_mib": None if server is None else round(server.resident / (1 << 20), 1),
        "round_trip_ms": tallies.round_trips.as_dictionary(),
        "encode_ms": tallies.encodings.as_dictionary(),
        "decode_ms": tallies.decodings.as_dictionary(),
    }


def _lengths(tallies: Tallies) -> list[dict[str, object]]:
    """By length; the last one, without an upper bound, is for the rest."""
    bounds = (*LENGTHS, None)
    return [
        {"up_to": bound, **row(tallies.by_length.get(index, Sums()))} for index, bound in enumerate(bounds)
    ]


def _ratios(tallies: Tallies) -> list[dict[str, object]]:
    bounds = (*RATIOS, None)
    return [{"up_to": bound, "messages": tallies.ratios[index]} for index, bound in enumerate(bounds)]


def _templates(outcome: Outcome) -> list[dict[str, object]]:
    """By template, those that were chosen most first."""
    ordered = sorted(outcome.tallies.by_template.items(), key=lambda item: (-item[1].messages, item[0]))
    return [
        {
            "id": number,
            "pattern": outcome.material.usages[number].template.pattern,
            "frames": outcome.tallies.frames[number],
            **row(sums),
        }
        for number, sums in ordered
    ]


def save(result: Result, path: Path) -> None:
    """Write the JSON file: whole and new, or not at all.

    Raises:
        OSError: it cannot be written.
    """
    atomic_write.write(path, json.dumps(result, indent=1).encode() + b"\n")


def read(path: Path) -> Result:
    """Read results.

    Raises:
        StressError: the file does not hold any.
        OSError: it cannot be read.
    """
    try:
        result = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise StressError(f"{path} is not JSON") from None
    if not isinstance(result, dict) or result.get("form") != FORM:
        raise StressError(f"{path} does not hold the results of a stress test of this version")
    return result


def shortened(pattern: object, width: int = 60) -> str:
    """A pattern on one line of so many characters at most."""
    text = printable(str(pattern))
    return text if len(text) <= width else text[: width - 1] + "…"
