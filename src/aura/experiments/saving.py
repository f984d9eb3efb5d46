"""What is known of an experiment, as a file of JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from aura import arguments
from aura.experiments.counts import Counts
from aura.experiments.report import Known
from aura.experiments.statistics import Rule
from aura.files import atomic_write
from aura_spec.errors import AuraError

FORM: Final = "aura-experiment-1"
"""What tells such a file, and its form."""

_MAX_BYTES: Final = 1 << 26


class ExperimentError(AuraError, ValueError):
    """A file is none of an experiment, is damaged, or is of another experiment."""


def digest_of(key: bytes) -> str:
    """What tells a key from others, without giving it away."""
    return hashlib.blake2b(b"which key", digest_size=8, key=key, person=b"aura-experiment").hexdigest()


def save(known: Known, path: Path, *, key_digest: str = "") -> None:
    """Write what is known of an experiment, in one step.

    Raises:
        OSError: the file cannot be written.
    """
    content = {
        "form": FORM,
        "name": known.name,
        "key": key_digest,
        "share": known.share,
        "shadow": known.shadow,
        "rule": asdict(known.rule),
        "variants": [counts.as_dictionary() for counts in known.counts],
    }
    atomic_write.write(path, json.dumps(content).encode())


def read(path: Path, *, key_digest: str | None = None) -> Known:
    """What a file says of an experiment.

    Args:
        path: of the file.
        key_digest: of the key that it is to have; any if None.

    Raises:
        ExperimentError: it is none of an experiment, is damaged, or has another key.
        OSError: it cannot be read.
    """
    content = _content(path)
    if key_digest is not None and content.get("key") != key_digest:
        raise ExperimentError(f"{path} is of another experiment, or of another key")
    try:
        counts = tuple(Counts.from_dictionary(one) for one in content["variants"])
        if len(counts) < 2:
            raise ValueError("there are not two variants")  # noqa: TRY301  # one of many
        return Known(
            str(content["name"]),
            arguments.number("share", content["share"], 0, 1),
            arguments.flag("shadow", content["shadow"]),
            Rule(**content["rule"]),
            counts,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ExperimentError(f"{path} is damaged: {error}") from error


def _content(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        text = file.read(_MAX_BYTES + 1)
    try:
        content = json.loads(text) if len(text) <= _MAX_BYTES else None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or content.get("form") != FORM:
        raise ExperimentError(f"{path} is no file of an experiment")
    return content
