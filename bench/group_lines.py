"""Grouping accuracy of discovered templates on log lines, beside Drain3 alone in the same run.

A line is grouped right if the lines of its group are those of its event, all of them and no others (Zhu et al.
2019). The events are read from the ``NAME_2k.log_templates.csv`` of Loghub, which are not part of the corpora;
systems without such a file are left out. Discovery puts lines into one group that match one template; each line
that matches none is a group by itself. Drain3 is given whole lines, as discovery is, with its default settings,
no masks.

Templates are meant to save bytes, not to name events: where a word of an event takes two values, two templates
may take fewer bytes than one, and rare events have none. So this shows what templates are, and is no goal.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path

from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig

import aura
from aura.files import corpus
from aura.templates.discovery import DiscoveryEngine

WILDCARD = "<*>"


def events_of(path: Path) -> list[tuple[int, re.Pattern[str]]]:
    """The events of a system, those with most text first: its length, and an expression for the end of a line."""
    with path.open(encoding="utf-8", newline="") as file:
        templates = [row["EventTemplate"] for row in csv.DictReader(file)]
    found = []
    for template in templates:
        text = ".*?".join(map(re.escape, template.split(WILDCARD)))
        found.append(
            (len(template.replace(WILDCARD, "")), re.compile(rf"(?:^|.*?[\s:\]-]){text}\s*$", re.DOTALL))
        )
    return sorted(found, key=lambda event: -event[0])


def event(line: str, events: Sequence[tuple[int, re.Pattern[str]]]) -> int | None:
    """The number of the event of a line."""
    return next((number for number, (_, pattern) in enumerate(events) if pattern.match(line)), None)


def accuracy(truth: Sequence[Hashable], groups: Sequence[Hashable]) -> float:
    """The share of lines whose group has the lines of their event."""
    by_event, by_group = defaultdict(set), defaultdict(set)
    for line, (one, other) in enumerate(zip(truth, groups, strict=True)):
        by_event[one].add(line)
        by_group[other].add(line)
    right = sum(by_event[one] == by_group[other] for one, other in zip(truth, groups, strict=True))
    return right / len(truth)


def discovered(lines: Sequence[str]) -> Iterator[Hashable]:
    """The group of each line by discovered templates."""
    engine = DiscoveryEngine(
        starting_template_id=256, ending_template_id=1279, library=aura.TemplateLibrary({})
    )
    for candidate in engine.discover_templates(lines):
        engine.promote_template(candidate)
    for number, line in enumerate(lines):
        match = engine.library.match(line)
        yield ("line", number) if match is None or match.template_id < 256 else match.template_id


def drained(lines: Sequence[str]) -> Iterator[Hashable]:
    """The group of each line by Drain3 alone."""
    miner = TemplateMiner(config=TemplateMinerConfig())
    for line in lines:
        yield miner.add_log_message(line)["cluster_id"]


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "corpus", type=Path, help="log lines with sources such as owner/name:Apache/Apache_2k.log"
    )
    parser.add_argument("truth", type=Path, help="directory of NAME_2k.log_templates.csv")
    given = parser.parse_args()
    by_source: defaultdict[str, list[str]] = defaultdict(list)
    for message in corpus.read(given.corpus):
        by_source[message.source].append(message.data.decode())
    for source, lines in by_source.items():
        path = given.truth / f"{source.rsplit('/', 1)[-1]}_templates.csv"
        if not path.exists():
            continue
        events = events_of(path)
        known = [(line, found) for line in lines if (found := event(line, events)) is not None]
        kept, truth = [line for line, _ in known], [found for _, found in known]
        print(
            f"{source.rsplit('/', 1)[-1]:20} {len(kept):5} lines of {len(set(truth)):3} events;"
            f" discovery {accuracy(truth, list(discovered(kept))):.3f},"
            f" Drain3 alone {accuracy(truth, list(drained(kept))):.3f}"
        )


if __name__ == "__main__":
    main()
