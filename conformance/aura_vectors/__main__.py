"""Write all families: ``python -m aura_vectors DIRECTORY``."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from aura_vectors.families import FAMILIES
from aura_vectors.file import SPEC, dumps, to_json


def render() -> dict[str, str]:
    """All files by name: one a family, and the manifest with their digests."""
    files = {f"{family}.json": to_json(family, make()) for family, make in FAMILIES.items()}
    entries = {
        name: {"sha256": hashlib.sha256(text.encode()).hexdigest(), "count": json.loads(text)["count"]}
        for name, text in files.items()
    }
    manifest = {
        "spec": SPEC,
        "count": sum(int(entry["count"]) for entry in entries.values()),
        "files": entries,
    }
    return {**files, "MANIFEST.json": dumps(manifest)}


def main() -> None:
    """Write the files into the directory that is named on the command line."""
    directory = Path(sys.argv[1])
    for name, text in render().items():
        (directory / name).write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
