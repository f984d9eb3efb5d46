"""Totals of what was measured. They take as much memory after a million messages as after a thousand."""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from aura.stress.measured import Measured

if TYPE_CHECKING:
    from hashlib import _Hash

_Key = TypeVar("_Key")

_STEPS: Final = 20
"""Steps of durations from one power of ten to the next; each is 12 % longer than the one before."""

LENGTHS: Final = (16, 32, 64, 128, 256, 512, 1024, 4096)
"""Bytes up to which messages are counted together; longer ones are the rest."""

RATIOS: Final = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 40.0)
"""Ratios up to which messages are counted together; higher ones are the rest."""


@dataclass(slots=True)
class Sums:
    """Messages, and their bytes before and after."""

    messages: int = 0
    plain: int = 0
    wire: int = 0

    def add(self, plain: int, wire: int) -> None:
        """Count a message."""
        self.messages += 1
        self.plain += plain
        self.wire += wire

    @property
    def ratio(self) -> float:
        """Bytes before for each byte after; 0 without messages."""
        return self.plain / self.wire if self.wire else 0.0


class Durations:
    """How often something took how long."""

    def __init__(self) -> None:
        self._steps: Counter[int] = Counter()

    def add(self, seconds: float) -> None:
        """Count one."""
        self._steps[math.ceil(math.log10(max(seconds, 1e-9)) * _STEPS)] += 1

    def quantile(self, share: float) -> float:
        """Seconds that so large a share took at most, 12 % too many at the most; 0 without any."""
        wanted, count = share * self._steps.total(), 0
        for step in sorted(self._steps):
            count += self._steps[step]
            if count >= wanted:
                return float(10 ** (step / _STEPS))
        return 0.0

    def as_dictionary(self) -> dict[str, float]:
        """Three quantiles, in milliseconds."""
        return {f"p{share}": round(self.quantile(share / 100) * 1e3, 4) for share in (50, 95, 99)}


@dataclass(slots=True)
class _Digests:
    """What one user said, and the sizes that it took, in order."""

    messages: _Hash = field(default_factory=hashlib.sha256)
    sizes: _Hash = field(default_factory=hashlib.sha256)


class Tallies:
    """Counts what was measured."""

    def __init__(self) -> None:
        self.total = Sums()
        self.by_role: dict[str, Sums] = {}
        self.by_place: dict[str, Sums] = {}
        self.by_source: dict[str, Sums] = {}
        self.by_method: dict[str, Sums] = {}
        self.by_template: dict[int, Sums] = {}
        """By the template that a message was made of."""
        self.by_length: dict[int, Sums] = {}
        """By the index of its length in ``LENGTHS``."""
        self.ratios: Counter[int] = Counter()
        """Messages by the index of their ratios in ``RATIOS``."""
        self.frames: Counter[int] = Counter()
        """Template frames by template."""
        self.mismatches = 0
        self.grown = 0
        self.round_trips, self.encodings, self.decodings = Durations(), Durations(), Durations()
        self._digests: dict[int, _Digests] = {}

    def add(self, user: int, measured: Measured) -> None:
        """Count a message of a user; those of one user come in order."""
        said, plain, wire = measured.said, measured.plain, measured.wire
        self.total.add(plain, wire)
        for sums, key in (
            (self.by_role, said.turn.role),
            (self.by_place, said.turn.place.value),
            (self.by_source, "corpus" if said.match is None else "template"),
            (self.by_method, measured.sent.method),
        ):
            _of(sums, key).add(plain, wire)
        if said.match is not None:
            _of(self.by_template, said.match.template_id).add(plain, wire)
        if measured.sent.template_id is not None:
            self.frames[measured.sent.template_id] += 1
        _of(self.by_length, bisect_left(LENGTHS, plain)).add(plain, wire)
        self.ratios[bisect_left(RATIOS, measured.ratio)] += 1
        self.mismatches += not measured.is_same
        self.grown += measured.has_grown
        self.round_trips.add(measured.round_trip)
        self.encodings.add(measured.sent.duration)
        self.decodings.add(measured.received.duration)
        digests = self._digests.get(user) or self._digests.setdefault(user, _Digests())
        digests.messages.update(b"%d:%s" % (plain, measured.sent.message))
        digests.sizes.update(b"%d,%d " % (wire, measured.received.wire_size))

    def digests(self) -> tuple[str, str]:
        """SHA-256 of all messages, and of all sizes on the wire, whatever order the users spoke in."""
        messages, sizes = hashlib.sha256(), hashlib.sha256()
        for user in sorted(self._digests):
            messages.update(self._digests[user].messages.digest())
            sizes.update(self._digests[user].sizes.digest())
        return messages.hexdigest(), sizes.hexdigest()

    @property
    def template_share(self) -> float:
        """Share of messages that went as template frames."""
        return self.frames.total() / self.total.messages if self.total.messages else 0.0


def _of(sums: dict[_Key, Sums], key: _Key) -> Sums:
    found = sums.get(key)
    if found is None:
        found = sums[key] = Sums()
    return found


def rows(sums: Mapping[str, Sums]) -> list[dict[str, object]]:
    """Sums for JSON, those with most messages first."""
    ordered = sorted(sums.items(), key=lambda item: (-item[1].messages, item[0]))
    return [{"name": name, **row(found)} for name, found in ordered]


def row(sums: Sums) -> dict[str, object]:
    """Sums for JSON."""
    return {
        "messages": sums.messages,
        "plain_bytes": sums.plain,
        "wire_bytes": sums.wire,
        "ratio": round(sums.ratio, 4),
    }
