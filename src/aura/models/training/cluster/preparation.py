"""Training on files that workers read: the client orders the files, and decides what is done with them.

The files are put in the order of their digests, as on one machine; so the client can say of each message where it
stands among all, and the model is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Final

import numpy as np

from aura.models.training import framed_text
from aura.models.training.cluster import files, framed_files
from aura.models.training.cluster.files import NameCounts, Place, Read, WrittenFile
from aura.models.training.cluster.framed_files import (
    Cut,
    FilePart,
    FramedFacts,
    FramedFile,
    Lines,
    Span,
    StudiedPart,
)
from aura.models.training.cluster.parts import PartSource, SentPart
from aura.models.training.cluster.tasks import Cluster, Future
from aura.models.training.cluster.text import ClusterPart, ClusterText
from aura.models.training.framed_text import Layout, Rows, write_rows
from aura.models.training.gathering import Continuing, gather
from aura.models.training.held_out import Choice, HeldOut, Taken, is_enough, joined
from aura.models.training.pieces import Part, Size, Stretch
from aura.models.training.scrubbing import ScrubReport
from aura.models.training.spill import Spill
from aura.models.training.survey import Survey
from aura.models.training.text import WHOLE, Flags, Longs, Text
from aura.models.training.trainer import Plan, Preparation, Prepared, Progress, most_counted
from aura.models.training.written import Messages

NAMES: Final = 1 << 22
"""Messages whose contents are compared in one task."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that a worker has read.

    Attributes:
        written: its messages.
        place: where they stand among all.
        held_out: those that are held out; None if that is nothing.
    """

    written: Future[WrittenFile]
    place: Place
    held_out: Longs | None = None


@dataclass(frozen=True, slots=True)
class Framing:
    """A framed file.

    Attributes:
        framed: its messages.
        facts: what is known of them.
        span: where they stand in the text.
    """

    framed: Future[FramedFile]
    facts: FramedFacts
    span: Span


def prepare(reads: Sequence[Read], plan: Plan, progress: Progress) -> Preparation:
    """Count the messages of files on workers; for the rest see :func:`aura.models.training.trainer.prepare`.

    Raises:
        ValueError: there are no messages.
        ClusterError: workers or the scheduler are lost, or a file changes.
    """
    with Cluster(plan.client) as cluster:
        progress("reading", 0.0)
        read, size = _read(cluster, reads, plan.resources.spill)
        held_out: HeldOut | None = None
        if plan.measured:
            read, held_out = _hold_out(cluster, read, size)
        surveyed: Future[Survey] | None = None
        if plan.scrub:
            progress("scrubbing", 0.0)
            surveyed = cluster.send(_survey(cluster, read))
        progress("framing", 0.0)
        framed = [
            cluster.submit("frame", framed_files.frame, file.written, file.place, file.held_out, surveyed)
            for file in read
        ]
        facts = cluster.gather(
            [cluster.submit("facts", framed_files.describe_framed, file) for file in framed]
        )
        progress("counting", 0.0)
        text = _text(cluster, read, framed, facts, plan)
        extent = plan.limits.extent(sum(fact.size for fact in facts))
        most, continuing = most_counted(plan.max_bytes), Continuing(plan.earlier, plan.recorded)
        statistics = gather(text, extent, most, lambda done: progress("counting", 0.5 * done), continuing)
    scrubbed = ScrubReport() if plan.scrub else None
    for fact in facts:
        if scrubbed is not None and fact.scrubbed is not None:
            scrubbed.add(fact.scrubbed)
    return Preparation(Prepared(statistics, extent.sources, plan.max_bytes, progress), held_out, scrubbed)


def _read(cluster: Cluster, reads: Sequence[Read], spill: Spill) -> tuple[list[File], int]:
    """Have files read, and put them in order; returns the bytes of all messages, too."""
    written = [cluster.submit("read", files.write, read, spill) for read in reads]
    facts = cluster.gather([cluster.submit("facts", files.describe, file) for file in written])
    several = sorted(
        ((fact, file) for fact, file in zip(facts, written, strict=True) if fact.messages),
        key=lambda pair: pair[0].digest,
    )
    if not several:
        raise ValueError("no messages to train on")
    have_sources = len({fact.source for fact, _ in several}) > 1 or several[0][0].source is None
    found: list[File] = []
    messages = sources = 0
    for fact, file in several:
        found.append(File(file, Place(messages, sources, have_sources)))
        messages += fact.messages
        sources += fact.sources if have_sources else fact.messages
    return found, sum(fact.size for fact, _ in several)


def _hold_out(cluster: Cluster, read: Sequence[File], size: int) -> tuple[list[File], HeldOut | None]:
    """Hold some messages out of training."""
    choice = Choice.for_size(size)
    last = read[-1].place.messages
    shards = range(-(-max(1, last) // NAMES))
    earlier: list[list[Future[NameCounts]]] = []
    for shard in shards:
        numbered = range(shard, len(shards))
        counts = [
            cluster.submit("names", files.count_names, file.written, file.place, choice, numbered)
            for file in read
        ]
        found = cluster.submit("names", files.count_earlier, *counts)
        earlier.append([cluster.submit("names", files.pick, found, number) for number in range(len(read))])
    taken: list[Taken] = cluster.gather(
        [
            cluster.submit("hold-out", files.hold_out, file.written, file.place, choice, *own)
            for file, own in zip(read, zip(*earlier, strict=True), strict=True)
        ]
    )
    if not is_enough(size, taken):
        return list(read), None
    kept: Flags = np.zeros(0, np.bool_)  # nobody asks, as no messages are here
    files_left = [File(file.written, file.place, some.places) for file, some in zip(read, taken, strict=True)]
    return files_left, joined(kept, taken)


def _survey(cluster: Cluster, read: Sequence[File]) -> Survey:
    """What labels name in all files."""
    found = Survey()
    for one in cluster.gather(
        [cluster.submit("survey", files.survey, file.written, file.place, file.held_out) for file in read]
    ):
        found.merge(one)
    return found


def _text(
    cluster: Cluster,
    read: Sequence[File],
    framed: Sequence[Future[FramedFile]],
    facts: Sequence[FramedFacts],
    plan: Plan,
) -> ClusterText:
    """The text of all files, with the background behind it."""
    background = _background(plan)
    symbols = [int(fact.occurrences.sum()) for fact in facts]
    before = list(accumulate(symbols, initial=0))
    messages = list(accumulate((fact.messages for fact in facts), initial=0))
    own = before[-1] * WHOLE
    total = own + (0 if background is None else int(background.occurrences.sum()))
    framings = [
        Framing(
            file,
            fact,
            Span(messages[number], read[number].place.sources, before[number], before[number] * WHOLE, total,
                 weighed=background is not None),
        )
        for number, (file, fact) in enumerate(zip(framed, facts, strict=True))
        if fact.messages
    ]  # fmt: skip
    last = framings[-1]
    sources = last.span.sources + last.facts.last_source + 1
    occurrences = sum((fact.occurrences for fact in facts), np.zeros_like(facts[0].occurrences))
    behind: Lines | None = None
    if background is not None:
        occurrences = occurrences + background.occurrences
        count = len(background.sizes)
        behind = Lines(
            background,
            np.zeros(count, np.int32),
            np.zeros(count, np.uint8),
            np.ones(count, np.uint8),
            Span(messages[-1], sources, before[-1], own, total, weighed=True),
        )
        sources += 1
    size = Size(occurrences, total, sources)
    return _parted(cluster, framings, behind, size, plan)


def _background(plan: Plan) -> Rows | None:
    if not plan.background:
        return None
    messages = Messages.write([[(text, None) for text in plan.background]], Spill(), have_sources=False)
    return write_rows(messages, messages.in_order(), Spill())


def _parted(
    cluster: Cluster, framings: Sequence[Framing], behind: Lines | None, size: Size, plan: Plan
) -> ClusterText:
    """Divide a text into its blocks, which come to the client, and parts that stay where they are."""
    found = cluster.gather(
        [cluster.submit("blocks", framed_files.find_blocks, file.framed, file.span) for file in framings]
    )
    if behind is not None:
        found.append(behind.starts())
    starts = np.minimum.reduce(found)

    def layout(before: int) -> Layout:
        return Layout(before, size.symbols, starts, framed_text.BLOCK_SIZE)

    cuts = cluster.gather(
        [
            cluster.submit("cut", framed_files.cut, file.framed, file.span, layout(file.span.symbols))
            for file in framings
        ]
    )
    if behind is not None:
        cuts.append(behind.cut(layout(behind.span.symbols)))
    studied = [part for cut in cuts for part in cut.studied]
    found_parts: list[ClusterPart] = []
    numbers: dict[int, int] = {}
    for block, of_block in groupby(studied, key=lambda part: part.block):
        numbers[block] = len(found_parts)
        source: Future[PartSource] = cluster.send(SentPart(_block(list(of_block))))
        found_parts.append(ClusterPart(source, (block,)))
    for file, cut in zip(framings, cuts, strict=False):
        for stretches, after in _rest(cut, numbers):
            part: Future[PartSource] = cluster.submit("part", FilePart, file.framed, file.span, stretches)
            found_parts.append(ClusterPart(part, (), after))
    if behind is not None:
        for stretches, after in _rest(cuts[-1], numbers):
            part = cluster.send(SentPart(behind.part(stretches, Spill())))
            found_parts.append(ClusterPart(part, (), after))
    return ClusterText(cluster, tuple(found_parts), size, Text.of_blocks(studied), plan.resources)


def _rest(cut: Cut, blocks: Mapping[int, int]) -> list[tuple[tuple[Stretch, ...], int | None]]:
    """The parts that are in no block; and of one that begins inside a message, the number of the block before."""
    rest: list[tuple[tuple[Stretch, ...], int | None]] = [
        ((stretch,), blocks[block]) for block, stretch in cut.continued.items()
    ]
    return [*rest, (cut.whole, None)] if cut.whole else rest


def _block(studied: Sequence[StudiedPart]) -> Part:
    """A block as a part of the text."""
    spill = Spill()
    symbols = np.concatenate([part.symbols for part in studied])
    weights = [part.weights for part in studied if part.weights is not None]
    return Part(
        spill.column(np.uint16, symbols),
        spill.column(np.uint8, np.concatenate([part.marks for part in studied])),
        spill.column(np.uint8, np.concatenate(weights)) if weights else None,
        (Stretch(0, len(symbols), 0, studied[0].block),),
        first_message=studied[0].first_message,
    )
