"""Refuse retired words: names that had one meaning here and another, or none, in the field.

``retired-words.tsv`` beside this script has, on each line, a regular expression that matches whole words in any
case, and the word to use instead. The files that git tracks are read.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = Path(__file__).with_name("retired-words.tsv")
NOT_READ = (
    "CHANGELOG.md",  # it tells what names were before
    "LICENSE",
    "*/LICENSE",
    "*.json",  # vectors, tables and corpora
    "*.jsonl",
    "*.aura",
    "*.png",
    "*.lock",
    "native/units.h",  # units.json as C
    "requirements/*",
    "docs/model-card.md",  # written by the recipe of the models
    ".ci/retired-words.tsv",
    "tests/test_retired_words.py",
)


def rules(text: str) -> list[tuple[re.Pattern[str], str]]:
    """Read a list of retired words: an expression and what to say, for each line."""
    lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [(re.compile(rf"(?<![A-Za-z])(?:{word})(?![A-Za-z])", re.IGNORECASE), use) for word, use in lines]


def findings(name: str, text: str, refused: Iterable[tuple[re.Pattern[str], str]]) -> Iterator[str]:
    """Give a sentence for each retired word in a file, in its name (line 0) or its text."""
    lines = f"{name}\n{text}"
    for pattern, use in refused:
        for found in pattern.finditer(lines):
            line = lines.count("\n", 0, found.start())
            yield f'{name}:{line}: "{found[0]}" is retired; write {use}'


def read_files() -> Iterator[tuple[str, str]]:
    """Give the name and the text of each file whose words count."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if name and path.is_file() and not any(Path(name).match(pattern) for pattern in NOT_READ):
            yield name, path.read_text(encoding="utf-8")


def main() -> int:
    """Print the findings, and give the exit status: 1 if there are any."""
    refused = rules(LIST.read_text(encoding="utf-8"))
    found = [line for name, text in read_files() for line in findings(name, text, refused)]
    print(*sorted(found), sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
