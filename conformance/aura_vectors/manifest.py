"""All files, and the manifest that names them with their digests and counts."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Final

from aura_vectors.case_types.message import PACKAGED, path_of, read_model
from aura_vectors.chapters import CHAPTERS
from aura_vectors.constants import constants
from aura_vectors.file import SPEC, dumps, from_json, to_json
from aura_vectors.profiles import PROFILES, RESULTS, result_of

MANIFEST: Final = "MANIFEST.json"

DATA: Final = ("units.json", "templates.json")
"""Files of the specification that a decoder needs to hold; they lie in the folder ``data``."""

CONSTANTS: Final = "data/constants.json"
"""The constants of all chapters, which is made of the specification's declarations."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the manifest says of a file: its digest, how many cases it has, of which result, in which profile."""

    name: str
    sha256: str
    count: int
    results: dict[str, int]
    profiles: dict[str, int]


def render() -> dict[str, str]:
    """All files by name: one a chapter, and the manifest."""
    files = {f"{chapter}.json": to_json(chapter, make()) for chapter, make in CHAPTERS.items()}
    data = {
        f"data/{name}": resources.files("aura_spec").joinpath(name).read_text(encoding="ascii")
        for name in DATA
    }
    data[CONSTANTS] = dumps({"spec": SPEC, "constants": constants()})
    entries = [_entry(name, text) for name, text in files.items()]
    profiles = {
        name: {
            "about": profile.about,
            "case_types": list(profile.case_types),
            "without": list(profile.without),
            "results": list(profile.results),
            "count": sum(entry.profiles.get(name, 0) for entry in entries),
        }
        for name, profile in PROFILES.items()
    }
    manifest = {
        "schema": "schemas/manifest.json",
        "spec": SPEC,
        "count": sum(entry.count for entry in entries),
        "profiles": profiles,
        "models": [_model()],
        "data": [{"name": name, "sha256": _sha256(text)} for name, text in data.items()],
        "files": [asdict(entry) for entry in entries],
    }
    return {**files, **data, MANIFEST: dumps(manifest)}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _entry(name: str, text: str) -> Entry:
    cases = [(case, case_type) for _, case, case_type in from_json(text)]
    results = Counter(result_of(case) for case, _ in cases)
    profiles = Counter(
        name
        for case, case_type in cases
        for name, profile in PROFILES.items()
        if profile.has(case, case_type)
    )
    return Entry(
        name,
        _sha256(text),
        len(cases),
        {result: results[result] for result in RESULTS},
        {profile: profiles[profile] for profile in PROFILES if profiles[profile]},
    )


def _model() -> dict[str, str]:
    """The model that lies elsewhere in the repository."""
    return {
        "path": path_of(PACKAGED.packaged),
        "sha256": hashlib.sha256(PACKAGED.model).hexdigest(),
        "model_id": read_model(PACKAGED.model).model_id.hex(),
    }
