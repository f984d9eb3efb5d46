"""Groups of messages of one kind in a stream: Drain, a fixed-depth tree over masked words, in bounded memory.

Drain (He et al. 2017, package ``drain3``) decides which messages are of one kind. It is given masked words, and its
own templates, which lose white space and values, are not used.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from aura.arguments import BytesLike, to_bytes
from aura.extra import needed
from aura.files.corpus import Message
from aura.templates.discovery.samples import Group, Sample
from aura.templates.discovery.units import line_of, units

if TYPE_CHECKING:
    from drain3.drain import Drain

MAX_MESSAGE: Final = 1 << 13
"""Bytes of the longest message that is mined; the literals of a pattern are at most 4 KiB."""

_MAX_GROUPS: Final = 1 << 12

_MAX_WORDS: Final = 128
"""Words by which messages are compared, the first ones; bounds the time for a message."""

_SIMILARITY: Final = 0.5
"""Share of words that a message has in common with its group."""

_MINED: Final = 2
"""Messages of a group that are mined for each that is held out."""


class LineGroups:
    """Groups of the messages that were added; those that had no message for the longest time are given up.

    Args:
        seed: of the random choices; equal messages in equal order then give equal groups.

    Raises:
        ImportError: the extra ``discovery`` is not installed.
    """

    def __init__(self, seed: int = 0) -> None:
        drain = needed("drain3.drain", "discovery")
        self._drain: Drain = drain.Drain(sim_th=_SIMILARITY, max_clusters=_MAX_GROUPS)
        self._groups: dict[int, Group] = {}
        self._rng = Random(seed)  # noqa: S311
        self.messages = 0

    def take(self, message: str | BytesLike | Message) -> None:
        """Take a message of any form into account, with its source if it has one.

        Raises:
            TypeError: it has a wrong type.
            EncodeError: the text holds a lone surrogate.
        """
        if isinstance(message, Message):
            self.add(message.data, message.source)
        else:
            self.add(to_bytes(message))

    def add(self, message: bytes, source: str = "") -> None:
        """Take a message into account; one that is too long, or no UTF-8, is counted alone."""
        self.messages += 1
        if not 0 < len(message) <= MAX_MESSAGE:
            return
        try:
            text = message.decode()
        except UnicodeDecodeError:
            return
        words = line_of(units(text)).split(" ", _MAX_WORDS)[:_MAX_WORDS]
        drain, sample = self._drain, Sample(message, source)
        similar = drain.tree_search(drain.root_node, words, _SIMILARITY, include_params=False)
        group = None if similar is None else self._groups.get(similar.cluster_id)
        if group is not None and group.mined.offered >= _MINED * (group.held_out.offered + 1):
            group.held_out.offer(sample, self._rng)  # of which Drain learns nothing
            return
        cluster, _ = drain.add_log_message(" ".join(words))
        group = self._groups.get(cluster.cluster_id)
        if group is None:
            group = self._groups[cluster.cluster_id] = Group()
            self._forget()
        group.mined.offer(sample, self._rng)

    def _forget(self) -> None:
        """Drop the samples of groups that Drain has given up."""
        if len(self._groups) > 2 * _MAX_GROUPS:
            held = self._drain.id_to_cluster
            self._groups = {number: group for number, group in self._groups.items() if number in held}

    def groups(self) -> list[Group]:
        """The groups, the most frequent first."""
        return sorted(self._groups.values(), key=lambda group: -group.count)
