"""Training a context model: from messages to arrays.

Counts are taken from all messages. What counts cannot tell, how far to trust the lists of each class of contexts,
is learned from some of the messages, with the counts of the block of the text that they are in taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np

from aura.models.training import allocator
from aura.models.training.char_runs import at, count_char_runs, learn_char_runs, states_of
from aura.models.training.checkpoint import Checkpoint, Identity
from aura.models.training.cluster.tasks import Cluster
from aura.models.training.cluster.text import ClusterText
from aura.models.training.counts import Earlier
from aura.models.training.counts_file import Record
from aura.models.training.deleted_estimation import Chains, Deletion, LeftOut
from aura.models.training.export import assemble
from aura.models.training.extent import Extent
from aura.models.training.framed_text import frame
from aura.models.training.gathering import Continuing, Statistics, gather
from aura.models.training.held_out import HeldOut, hold_out
from aura.models.training.kneser_ney import Usage, usage
from aura.models.training.local_text import LocalText
from aura.models.training.logarithm import log2
from aura.models.training.match_table import Guesses, hit_indices, learn_hits
from aura.models.training.ngrams import CountedText
from aura.models.training.order_selection import guess_across, halves, least_order, saved_bits
from aura.models.training.prefix_selection import Repeats, choose_prefix
from aura.models.training.pruning import gains, keep
from aura.models.training.resources import Resources
from aura.models.training.resumable_text import ResumableText
from aura.models.training.scrubbing import Scrubber, ScrubReport
from aura.models.training.survey import survey_of
from aura.models.training.text import ALPHABET, WHOLE, Floats, Longs
from aura.models.training.weights import Evidence, learn_weights, mix, probabilities
from aura.models.training.written import Messages, Order
from aura_spec.context_model import SYMBOLS, ContextModel, Prefix

LEAST_NODES: Final = ALPHABET + 2
"""The root, every symbol and BEGIN, and the likeliest first symbol of a message."""

BITS_AN_ENTRY: Final = 4.0
"""About what an entry takes in a file; it is three to six."""

_LASTING: Final = 0.5
"""How much of what an entry gains on the text that it was counted on it gains on other texts, about."""

LEAST_COUNTED: Final = 12_600_000
"""N-grams that are counted at least, if there are so many."""

_COUNTED: Final = 2
"""N-grams that are counted for each that fits into the file."""

Progress = Callable[[str, float], None]


def _quiet(_stage: str, _done: float) -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Matches:
    """A prefix, and what the match model predicts in the sample with prefixes made in the same way.

    Attributes:
        text: the prefix; may be empty.
        guesses: the predictions.
        columns: of each, its place among the sample's symbols.
        chains: what the lists know of each.
    """

    text: bytes
    guesses: Guesses
    columns: Longs
    chains: Chains


class Prepared:
    """Counted messages, from which models of any size are made.

    Attributes:
        order: of the longest contexts worth their place, as chosen on a sample of the text.
    """

    def __init__(self, statistics: Statistics, min_sources: int, max_bytes: int, progress: Progress) -> None:
        progress("choosing", 0.5)
        text, own = statistics.take_text(), statistics.own
        states = states_of(text)
        self._char_runs = count_char_runs(text, states)
        if statistics.earlier is not None:
            self._char_runs += statistics.earlier.char_runs / WHOLE
        self._earlier_prefix = b"" if statistics.earlier is None else statistics.earlier.prefix
        self._totals, self._packed = statistics.totals, statistics.packed
        self._places = at(text, states, statistics.sampled)
        repeats = Repeats.of(text)
        self._parts = [
            choose_prefix(repeats, chosen, max_bytes // 4, min_sources)
            for chosen in (*(own & half for half in halves(text)), own)
        ]
        del text, repeats, states
        allocator.give_back()
        progress("weighing", 0.6)
        self._trie, self._chains = statistics.trie, statistics.chains
        self._deletion = Deletion(self._trie, statistics.take_shares(), statistics.minimum)
        allocator.give_back()
        use = self._whole_usage()
        left_out = self._deletion.left_out(use)
        self._weights = weights = learn_weights(left_out.evidence(self._chains))
        progress("pruning", 0.7)
        mixture = mix(self._trie, use, weights)
        del use
        self._gain = gains(mixture)
        del mixture
        allocator.give_back()
        progress("choosing", 0.85)
        self._sample = statistics.sample
        self._alone = alone = self._match(b"", (b"", b""))
        evidence = left_out.evidence(self._chains)
        self.order = max(1, least_order(evidence, weights, alone.guesses, alone.columns))
        self._share = statistics.scale
        self._matches = self._choose_matches(max_bytes, evidence, left_out)
        del evidence, left_out
        allocator.give_back()

    def choose_size(self, max_bytes: int) -> None:
        """Choose the prefix anew: for a file of another size, which is no larger than the first."""
        left_out = self._deletion.left_out(self._whole_usage())
        self._matches = self._choose_matches(max_bytes, left_out.evidence(self._chains), left_out)

    def _whole_usage(self) -> Usage:
        return usage(self._trie, np.ones(len(self._trie), np.bool_))

    def _choose_matches(self, max_bytes: int, evidence: Evidence, left_out: LeftOut) -> _Matches:
        """The prefix that saves most, against the entries that it takes the place of."""
        chosen = self._alone
        costs = -log2(probabilities(evidence, self._weights))  # of the sample by the lists alone
        best = self._share * self._saved(chosen, costs, left_out)
        entries = int(max_bytes * 8 / BITS_AN_ENTRY)
        sizes = (max_bytes // 16, max_bytes // 8, max_bytes // 4)
        for size, earlier in product(sizes, dict.fromkeys((b"", self._earlier_prefix))):
            first, second, whole = (_prefix(stretches, size, earlier) for stretches in self._parts)
            if not whole:
                continue
            matches = self._match(whole, (first, second))
            fewer = entries - int(len(whole) * 8 / BITS_AN_ENTRY)
            saved = self._share * self._saved(matches, costs, left_out) - self._lost(entries, fewer)
            if saved > best + _LEAST_SAVED:
                best, chosen = saved, matches
            elif not self._earlier_prefix:
                break
        return chosen

    def _lost(self, entries: int, fewer: int) -> float:
        """Bits that the entries of the highest gains save beyond those of fewer entries, on other texts."""
        gain = self._gain[self._trie.offsets[2] : self._stop(self.order)]
        size = len(gain)
        first, last = max(0, size - entries), min(size, size - max(0, fewer))
        if first >= last:
            return 0.0
        worth = np.partition(gain, [place for place in (first, last) if place < size])[first:last]
        return _LASTING * float(worth.clip(0.0).sum(dtype=np.float64))

    def _stop(self, order: int) -> int:
        """The number of nodes of contexts up to an order, and of what follows those."""
        return int(self._trie.offsets[min(order + 2, self._trie.depth + 1)])

    def _match(self, whole: bytes, parts: tuple[bytes, bytes]) -> _Matches:
        guesses = guess_across(self._sample, parts)
        columns = guesses.places - self._sample.messages[guesses.places] - 1  # BEGINs have no column
        chains = self._deletion.other_symbols(self._chains, columns, guesses.symbols)
        return _Matches(whole, guesses, columns, chains)

    def _saved(self, matches: _Matches, costs: Floats, left_out: LeftOut) -> float:
        weights = self._weights
        guessed = left_out.evidence(matches.chains)
        tables = learn_hits(matches.guesses, guessed, weights)
        alone, index = costs[matches.columns], hit_indices(matches.guesses, guessed, weights)
        return saved_bits(matches.guesses, alone, tables, index)

    @property
    def record(self) -> Record | None:
        """For a file of counts; None if that was not planned."""
        if self._packed is None:
            return None
        char_runs = np.rint(self._char_runs * WHOLE).astype(np.int64)
        return Record(self._totals, self._packed, self._trie.depth, char_runs)

    @property
    def entries(self) -> int:
        """The entries of the largest model."""
        return self._stop(self.order) - 2  # the root and BEGIN are none

    def model(self, entries: int, *, order: int | None = None, kneser_ney: bool = True) -> ContextModel:
        """A model of at most so many entries, at least one for each symbol.

        Args:
            entries: that are kept at most.
            order: of the longest contexts; as chosen on the text if None.
            kneser_ney: whether lists count what no longer context predicted, or all that they saw; the latter shows
                what the former is good for.
        """
        if entries < SYMBOLS:
            raise ValueError(f"a model has at least {SYMBOLS} entries, not {entries}")
        allocator.give_back()
        stop = self._stop(self.order if order is None else order)
        kept = np.zeros(len(self._trie), np.bool_)
        kept[:stop] = keep(self._gain[:stop], max(min(stop, entries + 2), LEAST_NODES))
        use = usage(self._trie, kept, kneser_ney=kneser_ney)
        allocator.give_back()  # it counts level by level
        left_out = self._deletion.left_out(use)
        evidence = left_out.evidence(self._chains)
        weights = learn_weights(evidence, self._weights)
        tables = learn_hits(self._matches.guesses, left_out.evidence(self._matches.chains), weights)
        char_runs = learn_char_runs(self._char_runs, self._places, evidence, weights)
        del left_out, evidence
        mixture = mix(self._trie, use, weights)
        del use, kept  # they are larger than what is made next
        past = self._matches.text
        allocator.give_back()
        return replace(
            assemble(mixture, tables.hits),
            char_runs=char_runs,
            prefix=Prefix(past, tuple(tables.prefix_hits.tolist())) if past else None,
        )


def _prefix(stretches: list[bytes], size: int, earlier: bytes) -> bytes:
    """The first stretches, as many as fit; the most valuable last, where they are found first.

    An earlier prefix comes first, as much of its end as fits, with the stretches that it does not have.
    """
    kept = earlier[-size:]
    if kept:
        size -= len(kept)
        stretches = [stretch for stretch in stretches if stretch not in kept]
    ends = np.cumsum([len(stretch) for stretch in stretches])
    return kept + b"".join(reversed(stretches[: int(np.searchsorted(ends, size, side="right"))]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Which contexts are counted.

    Attributes:
        max_order: symbols of the longest contexts.
        min_count: times that a context must occur, or with ``min_sources`` above 1 the number of messages; by the
            amount of text if None.
        min_sources: distinct sources in which a context of more than ``free_order`` symbols must occur.
        free_order: up to this order, contexts need not occur in several sources.
    """

    max_order: int = 14
    min_count: int | None = None
    min_sources: int = 1
    free_order: int = 12

    def extent(self, size: int) -> Extent:
        """Return the limits for a text of ``size`` bytes."""
        min_count = self.min_count or (1 if size < 1_000_000 else 2)
        # whoever asks for several sources does not want what one message repeats
        by_message = self.min_sources > 1
        return Extent(self.max_order, min_count, self.min_sources, self.free_order, by_message=by_message)


_LEAST_SAVED: Final = 8.0
"""Bits that a longer prefix must save: fewer are errors of rounding."""

MAX_SOURCES: Final = 32
"""Sources are told apart by one of 64 bits; more could not be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is made of messages.

    Attributes:
        limits: which contexts are counted.
        max_bytes: of the model file.
        background: messages that weigh a sixteenth: they tell of what the others leave open.
        measured: whether some messages are held out, to measure the model with.
        scrub: whether secrets and personal data are replaced.
        earlier: what was learned from earlier messages, if anything, aged.
        recorded: whether the counts are to be kept.
        resources: what may be used; with a client, by each thread of the workers.
        client: of Dask, whose workers count; None to count on this machine.
        checkpoint: a directory in which the state of counting is kept; None if it is not.
    """

    limits: Limits = Limits()
    max_bytes: int = 2 << 20
    background: Sequence[bytes] = ()
    measured: bool = False
    scrub: bool = False
    earlier: Earlier | None = None
    recorded: bool = False
    resources: Resources = field(default_factory=Resources)
    client: Any = None
    checkpoint: Path | None = None


@dataclass(frozen=True, slots=True)
class Preparation:
    """What comes of messages.

    Attributes:
        prepared: to make models of.
        held_out: to measure them with; None if nothing is held out.
        scrubbed: what was replaced in the others; None if they were not scrubbed.
    """

    prepared: Prepared
    held_out: HeldOut | None
    scrubbed: ScrubReport | None


def most_counted(max_bytes: int) -> int:
    """How many n-grams are counted at most for a file of that size."""
    return max(LEAST_COUNTED, _COUNTED * int(max_bytes * 8 / BITS_AN_ENTRY))


def prepare(
    messages: Messages, plan: Plan, progress: Progress = _quiet, order: Order | None = None
) -> Preparation:
    """Count messages, learn what each entry gains, and choose the order and a prefix for a file of that size.

    Args:
        messages: on disk.
        plan: what is made of them.
        progress: is called with a stage and the share of it that is done.
        order: which of them are used, and in which order; all if None.

    Raises:
        ValueError: there are no messages.
    """
    if not len(messages):
        raise ValueError("no messages to train on")
    order = messages.in_order() if order is None else order
    # its conversations stay as they are: they repeat their own keys and names, as others will
    held_out = hold_out(messages, order) if plan.measured else None
    if held_out is not None:
        order = order.select(held_out.kept)
    scrubber = None
    if plan.scrub:
        progress("scrubbing", 0.0)
        scrubber = Scrubber(survey_of(messages, order))
    progress("counting", 0.0)
    change = None if scrubber is None else scrubber.scrub_batch
    framed = frame(messages, order, plan.resources.spill, change=change, background=plan.background)
    extent = plan.limits.extent(int(messages.lengths.read()[order.messages].sum()))
    report = None if scrubber is None else scrubber.report
    del order, scrubber, change  # they take much memory
    most = most_counted(plan.max_bytes)
    with ExitStack() as stack:
        text: CountedText = LocalText(framed, plan.resources)
        if plan.client is not None:
            cluster = stack.enter_context(Cluster(plan.client))
            text = ClusterText.send(framed, cluster, plan.resources)
        elif plan.checkpoint is not None:
            text = _resumable(LocalText(framed, plan.resources), plan.checkpoint, extent, most)
        continuing = Continuing(plan.earlier, plan.recorded)
        statistics = gather(text, extent, most, lambda done: progress("counting", 0.5 * done), continuing)
    prepared = Prepared(statistics, extent.sources, plan.max_bytes, progress)
    return Preparation(prepared, held_out, report)


def _resumable(text: LocalText, directory: Path, extent: Extent, most: int) -> ResumableText:
    """The text, with what was counted of it before."""
    pieces = text.framed.split(text.resources.piece_size)
    identity = Identity.of(text.framed, extent, most, pieces)
    return ResumableText(text, Checkpoint.open(directory, text.resources.spill, identity))
