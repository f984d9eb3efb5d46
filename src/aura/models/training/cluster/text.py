"""A text on the workers of a cluster, and the counting of its n-grams there.

Each part is counted by the worker that has it. Its counts go over the network in ranges of keys, from every part to
the workers that add up the ranges. The client sees what may be kept, decides what is, and tells the workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from aura.models.training.cluster import parts
from aura.models.training.cluster.parts import KeySample, PartSource, SentPart, State
from aura.models.training.cluster.tasks import Cluster, Future
from aura.models.training.levels import Found, KeptKeys
from aura.models.training.local_text import blocks_text
from aura.models.training.ngrams import Kept, Pieces, Scope, join_ranges
from aura.models.training.pieces import UNSTUDIED, Framed, Size
from aura.models.training.resources import Resources
from aura.models.training.spill import Spill
from aura.models.training.stages import Stage
from aura.models.training.study import BlockStudy
from aura.models.training.tallies import Run
from aura.models.training.text import BEGIN, Longs, Text

RANGE: Final = 1 << 16
"""Keys of the smallest ranges: smaller ones would be more tasks than work."""


@dataclass(frozen=True, slots=True)
class ClusterPart:
    """A part of a text on a worker.

    Attributes:
        source: has the part.
        blocks: that it holds.
        after: if the part begins inside a message, the number of the part before it, among all parts.
    """

    source: Future[PartSource]
    blocks: tuple[int, ...] = ()
    after: int | None = None


@dataclass(frozen=True, slots=True)
class ClusterText:
    """A text on workers.

    Attributes:
        cluster: that has them.
        parts: of the text.
        size: of the text.
        studied: the text of all blocks.
        resources: what each task may use.
    """

    cluster: Cluster
    parts: tuple[ClusterPart, ...]
    size: Size
    studied: Text
    resources: Resources

    @staticmethod
    def send(framed: Framed, cluster: Cluster, resources: Resources) -> ClusterText:
        """Send a text to workers, in pieces."""
        found: list[ClusterPart] = []
        for stretch in framed.split(resources.piece_size):
            sent: Future[PartSource] = cluster.send(SentPart(parts.extract(framed, stretch, Spill())))
            starts_message = framed.symbols.read(stretch.start, stretch.start + 1)[0] == BEGIN
            blocks = () if stretch.block == UNSTUDIED else (stretch.block,)
            found.append(ClusterPart(sent, blocks, None if starts_message else len(found) - 1))
        return ClusterText(cluster, tuple(found), framed.size, blocks_text(framed), resources)

    def blocks(self) -> Text:
        """The text of all blocks."""
        return self.studied

    def study(self, scope: Scope, samples: Sequence[Longs]) -> ClusterPieces:
        """Begin to count, and to study the blocks; see :class:`aura.models.training.ngrams.CountedText`."""
        return self._pieces(scope, samples)

    def measure(self, scope: Scope) -> ClusterPieces:
        """Begin to count how long the longest kept n-gram is that ends at each place."""
        return self._pieces(scope, None)

    def limited(self, measured: Pieces) -> ClusterText:
        """The text whose contexts are not longer than what was measured."""
        if not isinstance(measured, ClusterPieces):
            raise TypeError(f"the pieces are none of this text, but a {type(measured).__name__}")
        cluster, states = self.cluster, measured.states
        limited = [
            replace(
                part,
                source=cluster.submit(
                    "limit",
                    parts.limit,
                    state,
                    0
                    if part.after is None
                    else cluster.submit("depth", parts.last_depth, states[part.after]),
                ),
            )
            for part, state in zip(self.parts, states, strict=True)
        ]
        return replace(self, parts=tuple(limited))

    def _pieces(self, scope: Scope, samples: Sequence[Longs] | None) -> ClusterPieces:
        resources = self.resources
        states = [
            self.cluster.submit(
                "begin",
                parts.begin,
                part.source,
                None if samples is None else {block: samples[block] for block in part.blocks},
                resources.piece_size,
                resources.spill,
            )
            for part in self.parts
        ]
        observed = [samples is None or bool(part.blocks) for part in self.parts]
        return ClusterPieces(self.cluster, scope, resources.range_size, states, observed)


class ClusterPieces:
    """The parts of a text on workers, and where their counting stands.

    Attributes:
        states: of the parts.
    """

    def __init__(
        self,
        cluster: Cluster,
        scope: Scope,
        range_size: int,
        states: list[Future[State]],
        observed: list[bool],
    ) -> None:
        """Begin.

        Args:
            cluster: that has the workers.
            scope: what is counted.
            range_size: keys that a worker can add up at a time.
            states: of the parts.
            observed: which of them have observers.
        """
        self.states = states
        self._cluster = cluster
        self._scope = scope
        self._range_size = range_size
        self._observed = observed
        self._mapped: list[Future[State]] = []
        self._sent: list[Future[KeptKeys]] = []  # needed where a part is counted again

    def map(self, stage: Stage) -> None:
        """Count what a stage looks at in every part."""
        submit = self._cluster.submit
        self._mapped = [submit("count", parts.map_part, state, stage, self._scope) for state in self.states]

    def merge(self, stage: Stage, kept: Kept) -> Found:
        """Add up what the parts counted, and keep some of it."""
        cluster, mapped = self._cluster, self._mapped
        samples = cluster.gather([cluster.submit("keys", parts.sample_keys, state) for state in mapped])
        merged: list[Future[Sequence[Run]]] = []
        bounds = bounds_of(samples, self._range_size, cluster.threads)
        for low, high in zip([None, *bounds], [*bounds, None], strict=True):
            cuts = [cluster.submit("cut", parts.cut, state, low, high) for state in mapped]
            merged.append(cluster.submit("merge", parts.merge_cuts, stage, kept, *cuts))
        return join_ranges(cluster.gather(merged), stage, kept)

    def regroup(self, found: KeptKeys) -> None:
        """Drop places whose n-gram is not kept, and show the observers what is."""
        # only observers look at shorter n-grams
        groups = self._cluster.send(KeptKeys(found.stage, (found.groups,)))
        everything = self._cluster.send(found) if any(self._observed) else groups
        self._sent += groups, everything
        self.states = [
            self._cluster.submit("regroup", parts.regroup_part, state, everything if observed else groups)
            for state, observed in zip(self._mapped, self._observed, strict=True)
        ]
        self._mapped = []

    def studies(self) -> dict[int, BlockStudy]:
        """What the blocks learned, by their numbers."""
        observed = [state for state, some in zip(self.states, self._observed, strict=True) if some]
        found: dict[int, BlockStudy] = {}
        for some in self._cluster.gather(
            [self._cluster.submit("study", parts.studies_of, state) for state in observed]
        ):
            found |= some
        return dict(sorted(found.items()))


def bounds_of(samples: Sequence[KeySample], size: int, threads: int) -> list[int]:
    """Bounds between ranges: none has many more keys than ``size``, and each thread has one if that pays.

    Args:
        samples: keys of each part.
        size: keys of a range at most, about.
        threads: that add up ranges.
    """
    total = sum(sample.count for sample in samples)
    wanted = max(-(-total // size), min(threads, total // RANGE))
    if wanted <= 1:
        return []
    keys = np.concatenate([sample.keys for sample in samples])
    shares = np.concatenate(
        [np.full(len(sample.keys), sample.count / max(1, len(sample.keys))) for sample in samples]
    )
    order = np.argsort(keys)
    sums = np.cumsum(shares[order])
    cuts = np.searchsorted(sums, np.arange(1, wanted) * (total / wanted))
    bounds = np.unique(keys[order][np.minimum(cuts, len(keys) - 1)])
    return [int(bound) for bound in bounds]
