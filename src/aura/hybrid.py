"""The text-level face for services: results with figures, and statistics by method."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from aura import selection
from aura.arguments import to_bytes
from aura.codec import Codec
from aura.model import Model
from aura.selection import Candidate, Method
from aura.templates import Match, TemplateLibrary
from aura.templates.library import SlotValues
from aura_spec.errors import EncodeError, Malformed
from aura_spec.limits import DEFAULT_MAX_SIZE


@dataclass(frozen=True, slots=True)
class CompressionResult:
    """One compressed message.

    Attributes:
        compressed_data: the message on the wire.
        method: how it was coded.
        original_size: bytes before.
        compressed_size: bytes after.
        template_id: the template of a template frame, else None.
    """

    compressed_data: bytes
    method: Method
    original_size: int
    compressed_size: int
    template_id: int | None

    @property
    def compression_ratio(self) -> float:
        """Bytes before for each byte after; above 1 is a gain."""
        return self.original_size / self.compressed_size


class Totals(TypedDict):
    """Sums over messages; ``bytes_saved`` is below 0 where messages grew."""

    messages: int
    original_bytes: int
    compressed_bytes: int
    compression_ratio: float
    bytes_saved: int


class Statistics(Totals):
    """Sums over all messages, by method, and the number of frames by template id."""

    methods: dict[str, Totals]
    template_hits: dict[int, int]


class HybridCompressor:
    """Compresses texts and keeps statistics. Thread-safe.

    A template frame is taken only where it is ``binary_advantage_threshold`` times smaller than the best
    other candidate, so that a template must earn the work of looking it up. No message grows by more than
    one byte.

    Args:
        binary_advantage_threshold: at least 1.
        min_compression_size: bytes below which only AURALITE, template frames and storing are considered.
        level: as :class:`~aura.codec.Codec` takes it.
        model: as :class:`~aura.codec.Codec` takes it.
        explicit_model: as :class:`~aura.codec.Codec` takes it.
        models: as :class:`~aura.codec.Codec` takes them.
        templates: the template library; the built-in one if None.
        max_size: bytes that a message may decode to.

    Raises:
        ValueError: an argument is out of range.

    >>> compressor = HybridCompressor()
    >>> result = compressor.compress("I don't have access to the internet.")
    >>> str(result.method), result.original_size, result.compression_ratio > 4
    ('foreseen', 36, True)
    >>> compressor.decompress(result.compressed_data)
    "I don't have access to the internet."
    """

    def __init__(
        self,
        *,
        binary_advantage_threshold: float = 1.1,
        min_compression_size: int = 20,
        level: int = 2,
        model: Model | None = None,
        explicit_model: bool = False,
        models: Sequence[Model] = (),
        templates: TemplateLibrary | None = None,
        max_size: int = DEFAULT_MAX_SIZE,
    ) -> None:
        if not binary_advantage_threshold >= 1:
            raise ValueError(f"binary_advantage_threshold is {binary_advantage_threshold}, below 1")
        if min_compression_size < 0:
            raise ValueError(f"min_compression_size is {min_compression_size}, below 0")
        self.binary_advantage_threshold = binary_advantage_threshold
        self.min_compression_size = min_compression_size
        self._codec = Codec(
            level=level,
            model=model,
            explicit_model=explicit_model,
            models=models,
            templates=templates,
            max_size=max_size,
        )
        self._lock = threading.Lock()
        self.reset_statistics()

    @property
    def templates(self) -> TemplateLibrary:
        """The library; add to it with ``templates.add`` and ``templates.update``."""
        return self._codec.templates

    def compress(
        self,
        text: str | bytes,
        template_id: int | None = None,
        slots: SlotValues | None = None,
    ) -> CompressionResult:
        """Compress one message.

        Args:
            text: the message; bytes need not be UTF-8.
            template_id: the template that the message fills, if the caller knows it; skips matching.
            slots: its slot values, by name or in order.

        Raises:
            EncodeError: the text has no UTF-8, the template is not held, or filling it with ``slots`` does
                not give the message.
        """
        message = to_bytes(text)
        if template_id is not None:
            match: Match | None = self._named(message, template_id, slots)
        elif slots is not None:
            raise EncodeError("slots are given without a template_id")
        else:
            match = self.templates.match(message)
        small = len(message) < self.min_compression_size
        best = selection.smallest(self._codec.quick(message) if small else self._codec.general(message))
        if match is not None:
            best = self._framed(match, best)
        result = CompressionResult(best.wire, best.method, len(message), len(best.wire), best.template_id)
        with self._lock:
            self._count(result)
        return result

    def _named(self, message: bytes, template_id: int, slots: SlotValues | None) -> Match:
        match = self.templates.fill(template_id, () if slots is None else slots)
        if match.template.render(match.values) != message:
            raise EncodeError(f"template {template_id} with these slots does not render to the message")
        return match

    def _framed(self, match: Match, other: Candidate) -> Candidate:
        """The smallest frame for ``match`` if it beats ``other`` by the threshold, else ``other``."""
        for frame in sorted(self._codec.frames(match), key=lambda candidate: len(candidate.wire)):
            if len(frame.wire) * self.binary_advantage_threshold <= len(other.wire):
                return frame
        return other

    def compress_with_template(self, template_id: int, slots: SlotValues = ()) -> bytes:
        """The typed template frame alone, whatever its size; not counted in the statistics.

        Raises:
            EncodeError: the template is not held, or ``slots`` are not its slots.
        """
        match = self.templates.fill(template_id, slots)
        return self._codec.encode_frame(match)

    def decompress(self, wire: bytes) -> str:
        """Read one message as text.

        Raises:
            DecodeError: the message is refused, or is not text: :meth:`decompress_bytes` reads it then.
        """
        message = self.decompress_bytes(wire)
        try:
            return message.decode()
        except UnicodeDecodeError as error:
            raise Malformed(f"byte {error.start} of the message is not UTF-8") from None

    def decompress_bytes(self, wire: bytes) -> bytes:
        """Read one message.

        Raises:
            DecodeError: the message is refused.
        """
        return self._codec.decompress(wire)

    def get_statistics(self) -> Statistics:
        """What was compressed since the start or the last reset, as plain dictionaries."""
        with self._lock:
            methods = {method: _totals(*sums) for method, sums in sorted(self._sums.items())}
            hits = dict(sorted(self._hits.items()))
        sums = [sum(column) for column in zip(*self._columns(methods), strict=True)]
        return {**_totals(*sums), "methods": methods, "template_hits": hits}

    @staticmethod
    def _columns(methods: dict[str, Totals]) -> list[tuple[int, int, int]]:
        rows = [(m["messages"], m["original_bytes"], m["compressed_bytes"]) for m in methods.values()]
        return [(0, 0, 0), *rows]

    def reset_statistics(self) -> None:
        """Begin counting anew."""
        with self._lock:
            self._sums: dict[str, tuple[int, int, int]] = {}
            self._hits: dict[int, int] = {}

    def _count(self, result: CompressionResult) -> None:
        messages, before, after = self._sums.get(result.method, (0, 0, 0))
        self._sums[str(result.method)] = (
            messages + 1,
            before + result.original_size,
            after + result.compressed_size,
        )
        if result.template_id is not None:
            self._hits[result.template_id] = self._hits.get(result.template_id, 0) + 1


def _totals(messages: int, before: int, after: int) -> Totals:
    return {
        "messages": messages,
        "original_bytes": before,
        "compressed_bytes": after,
        "compression_ratio": before / after if after else 1.0,
        "bytes_saved": before - after,
    }


ProductionHybridCompressor = HybridCompressor
