"""Measures which lines of the native core the tests of Python run, with gcov.

``line_coverage.py build FOLDER`` builds the module ``aura_native`` with counters into a folder; what imports it
there adds to the counts as it ends. ``line_coverage.py report FOLDER PERCENT`` prints the lines of each C source
that never ran, and fails if fewer than that many percent ran. Both need GCC, with its gcov.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import build

_COUNTERS: Final = ("--coverage", "-fprofile-update=atomic")

Counts = Mapping[Path, Mapping[int, int]]
"""By source and number, how often lines ran."""


def build_with_counters(folder: Path) -> Path:
    """Build the module into a folder, each source by itself, since two may have one name; gives its path.

    Raises:
        BuildError: there is no compiler, or it fails; with what it says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.gcda"), *folder.glob("*.gcno")):
        old.unlink()
    objects = {folder / f"{source.parent.name}-{source.stem}.o": source for source in build.sources()}
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(lambda target: _compile(target, objects[target]), objects):
            pass
    target = folder / build.file_name()
    build.run(build.command(target, _COUNTERS, objects))
    return target


def _compile(target: Path, source: Path) -> None:
    build.run(build.command(target, ("-c", *_COUNTERS), [source]))


def counts(folder: Path) -> Counts:
    """How often the lines of all C sources ran, those of headers left out.

    Raises:
        BuildError: there is no gcov, or it fails.
    """
    found: defaultdict[Path, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    told = build.run(["gcov", "--json-format", "--stdout", *map(str, sorted(folder.glob("*.gcda")))])
    for line in told.splitlines():
        for file in json.loads(line)["files"]:
            path = Path(file["file"])
            if path.suffix == ".c":
                for place in file["lines"]:
                    found[path][place["line_number"]] += place["count"]
    return found


def report(found: Counts) -> float:
    """Print the lines that never ran, by source, and give the share of those that did in percent."""
    total = missed = 0
    for path, lines in sorted(found.items()):
        never = sorted(number for number, count in lines.items() if count == 0)
        total += len(lines)
        missed += len(never)
        if never:
            ran = 100 * (1 - len(never) / len(lines))
            print(f"{path.relative_to(build.SOURCES)}: {ran:.1f} %, not {_ranges(never)}")
    share = 100 * (1 - missed / total) if total else 0.0
    print(f"all: {share:.2f} % of {total} lines")
    return share


def _ranges(numbers: Iterable[int]) -> str:
    """Numbers in order, those in a row as a range.

    >>> _ranges([1, 2, 3, 7])
    '1-3, 7'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}-{last}" if first < last else str(first) for first, last in runs)


if __name__ == "__main__":
    try:
        match sys.argv[1:]:
            case ["build", folder]:
                print(build_with_counters(Path(folder).resolve()))
            case ["report", folder, percent]:
                if report(counts(Path(folder).resolve())) < float(percent):
                    sys.exit(f"fewer than {percent} % of the lines ran")
            case _:
                sys.exit(__doc__)
    except build.BuildError as error:
        sys.exit(f"{error}")
