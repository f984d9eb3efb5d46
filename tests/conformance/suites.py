"""Vectors to test the runner with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

Group = Mapping[str, object]

PLAIN = {"case_type": "message", "templates": {}, "phrases": {}, "max_size": "67108864"}


def valid(wire: str, text: str, **more: object) -> dict[str, object]:
    return {"result": "decodable", "wire": wire, "text_hex": text, **more}


def canonical(text: str) -> dict[str, object]:
    return {**valid(f"07{text}", text), "result": "canonical", "encode": {"method": "stored"}}


def invalid(wire: str, error: str = "Malformed", **more: object) -> dict[str, object]:
    return {"result": "invalid", "wire": wire, "error": error, **more}


def messages(*tests: Mapping[str, object], **more: object) -> Group:
    return {**PLAIN, **more, "tests": tests}


def write(
    directory: Path, files: Mapping[str, Sequence[Group]], profiles: Mapping[str, object] | None = None
) -> Path:
    """Write vectors, numbered, with a manifest."""
    entries = []
    for chapter, groups in files.items():
        number = 0
        for group in groups:
            tests = group["tests"]
            assert isinstance(tests, tuple)
            for test in tests:
                test |= {"id": f"{chapter}/{number:04}", "comment": f"case {number}", "rules": ["STO-1"]}
                number += 1
        notes = {"TakesAnything": {"bug": "takes anything", "effect": "no error is found"}}
        text = json.dumps({"chapter": chapter, "notes": notes, "groups": groups})
        (directory / f"{chapter}.json").write_text(text)
        digest = hashlib.sha256(text.encode()).hexdigest()
        entries.append({"name": f"{chapter}.json", "sha256": digest, "count": number})
    manifest = {"spec": "0.1.0", "files": entries, "profiles": profiles or {}}
    (directory / "MANIFEST.json").write_text(json.dumps(manifest))
    return directory
