"""The interface of the prototype that this package grew out of: results with figures, and statistics by method.

Services that were written for the prototype call it ``HybridCompressor`` or ``ProductionHybridCompressor``, read
results by key and report ``get_statistics()``. They go on working, with the methods of today. New code is better
served by :class:`aura.Codec`, which has no thresholds and counts nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any, Final, TypedDict

from aura import selection
from aura.arguments import BytesLike, number, to_bytes, whole_number, wire_bytes
from aura.codec import Codec
from aura.methods import WITHOUT_GENERAL, Candidate, Method
from aura.models.model import Model
from aura.templates import Hint, Match, SlotValues, TemplateLibrary
from aura.templates.usage import UsageRecorder
from aura_spec import tag
from aura_spec.errors import DecodeError, Malformed
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.marker import Marker
from aura_spec.session_negotiation import ALL_METHODS

_TEMPLATE_MARKERS: Final = frozenset({Marker.CLASSIC, Marker.TYPED, Marker.MODELLED, Marker.FUZZY})

_KEYS: Final = (
    "compressed_data",
    "method",
    "original_size",
    "compressed_size",
    "compression_ratio",
    "template_id",
)


@dataclass(frozen=True, slots=True)
class CompressionResult(Mapping[str, Any]):
    """One compressed message. Each attribute can be read by its name as a key, too.

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

    def __getitem__(self, key: str) -> Any:
        """The attribute of that name.

        Raises:
            KeyError: there is none.
        """
        if key not in _KEYS:
            raise KeyError(key)
        return getattr(self, key)

    def __iter__(self) -> Iterator[str]:
        return iter(_KEYS)

    def __len__(self) -> int:
        return len(_KEYS)


class Totals(TypedDict):
    """Sums over messages; ``bytes_saved`` is below 0 where messages grew."""

    messages: int
    original_bytes: int
    compressed_bytes: int
    compression_ratio: float
    bytes_saved: int


class Statistics(Totals):
    """Sums over all messages and by method, and counts of template frames.

    ``template_hits`` has the number of frames by template id, ``binary_count`` of all frames. Percentages are of
    all messages; as other methods code messages, too, they need not add up to 100. ``average_ratio`` is the mean of
    the messages' ratios, ``compression_ratio`` the ratio of their sums. ``total_messages`` is ``messages`` again.
    """

    total_messages: int
    average_ratio: float
    binary_count: int
    binary_percentage: float
    brotli_count: int
    brotli_percentage: float
    methods: dict[str, Totals]
    template_hits: dict[int, int]


class HybridCompressor:
    """Compresses texts and keeps statistics, as the prototype of this package did. Thread-safe.

    It is here for services that were written for the prototype; :class:`aura.Codec` is what new code uses.

    A template frame is taken only where it is ``binary_advantage_threshold`` times smaller than the best
    other candidate, so that a template must earn the work of looking it up. A higher level may find a better
    other candidate, and so give up a frame that is smaller by less; with a threshold of 1 no level gives a longer
    message than the one below. No message grows by more than one byte, or three with ``check``, unless the
    caller names its template.

    Args:
        binary_advantage_threshold: at least 1.
        min_compression_size: bytes below which only AURALITE, template frames and storing are considered.
        level: as :class:`~aura.codec.Codec` takes it.
        model: as :class:`~aura.codec.Codec` takes it.
        explicit_model: as :class:`~aura.codec.Codec` takes it.
        models: as :class:`~aura.codec.Codec` takes them.
        templates: as :class:`~aura.codec.Codec` takes them.
        max_size: bytes that a message may decode to.
        check: as :class:`~aura.codec.Codec` takes it.
        usage: counts which templates messages are sent with, and the values of their slots, if it is given.

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: an argument is out of range.

    >>> compressor = HybridCompressor()
    >>> result = compressor.compress("I don't have access to the internet.")
    >>> str(result.method), result.original_size, result.compression_ratio > 4
    ('modelled', 36, True)
    >>> compressor.decompress(result.compressed_data)
    "I don't have access to the internet."
    """

    def __init__(  # noqa: PLR0913  # those of the prototype, and those of a codec
        self,
        binary_advantage_threshold: float = 1.1,
        min_compression_size: int = 20,
        *,
        level: int = 2,
        model: Model | str | PathLike[str] | None = None,
        explicit_model: bool = False,
        models: Iterable[Model | str | PathLike[str]] = (),
        templates: TemplateLibrary | Mapping[int, str] | None = None,
        max_size: int = DEFAULT_MAX_SIZE,
        check: bool = False,
        usage: UsageRecorder | None = None,
    ) -> None:
        self.binary_advantage_threshold = number("binary_advantage_threshold", binary_advantage_threshold, 1)
        self.min_compression_size = whole_number("min_compression_size", min_compression_size, 0)
        self._codec = Codec(
            level=level,
            model=model,
            explicit_model=explicit_model,
            models=models,
            templates=templates,
            max_size=max_size,
            check=check,
        )
        self._usage = usage
        self._lock = threading.Lock()
        self.reset_statistics()

    @property
    def templates(self) -> TemplateLibrary:
        """The library; add to it with ``templates.add`` and ``templates.update``."""
        return self._codec.templates

    def compress(
        self,
        text: str | BytesLike,
        template_id: int | None = None,
        slots: SlotValues | None = None,
    ) -> CompressionResult:
        """Compress one message.

        Args:
            text: the message; bytes need not be UTF-8.
            template_id: the template that the message fills, if the caller knows it. Nothing is searched for
                then, and its smallest frame is taken, at any level and whatever its size.
            slots: its slot values, by name or in order.

        Raises:
            TypeError: the message or a slot value has a wrong type.
            EncodeError: the text has no UTF-8, the template is not held, or filling it with ``slots`` does
                not give the message.
        """
        message = to_bytes(text)
        hint = Hint.of(template_id, slots)
        otherwise = None
        if hint is None:
            match = self.templates.match(message)
            best = self._without_template(message)
            otherwise = len(best.wire)
            best = self._framed(match, message, best)
        else:
            match = self.templates.fill_to(message, hint)
            best = self._codec.smallest_frame(match)
        wire = self._codec.with_tag(best.wire, message)
        result = CompressionResult(wire, best.method, len(message), len(wire), best.template_id)
        with self._lock:
            self._count(result)
        if self._usage is not None and match is not None and best.template_id is not None:
            self._usage.record(match, sent=len(best.wire), otherwise=otherwise)
        return result

    def _without_template(self, message: bytes) -> Candidate:
        """The smallest candidate that is no template frame."""
        small = len(message) < self.min_compression_size
        return self._codec.without_template(message, WITHOUT_GENERAL if small else ALL_METHODS)

    def _framed(self, match: Match | None, message: bytes, other: Candidate) -> Candidate:
        """The smallest template frame if it beats ``other`` by the threshold, else ``other``."""
        if match is None:
            frame = self._codec.closest(message, other)
        else:
            frame = selection.smallest((*self._codec.frames(match, len(other.wire)), other))
        return frame if len(frame.wire) * self.binary_advantage_threshold <= len(other.wire) else other

    def compress_with_template(self, template_id: int, slots: SlotValues = ()) -> bytes:
        """The typed template frame alone, marker included, whatever its size; not counted in the statistics.

        Raises:
            TypeError: a slot value has a wrong type.
            EncodeError: the template is not held, or ``slots`` are not its slots.
        """
        match = self.templates.fill(template_id, slots)
        return self._codec.with_tag(self._codec.encode_frame(match), match.template.render(match.values))

    def decompress_binary_semantic(self, data: BytesLike) -> str:
        """Read a template frame as text, and refuse any other message.

        Args:
            data: a frame as :meth:`compress` and :meth:`compress_with_template` give it; or, without ``check``, a
                classic frame without its marker, as the earlier prototype gave it. What can be read as both is the
                former.

        Raises:
            TypeError: ``data`` is not bytes-like.
            DecodeError: it is neither, or not text.
        """
        frame = wire_bytes(data)
        start = tag.SIZE if self._codec.check else 0
        readings = [] if start else [bytes((Marker.CLASSIC,)) + frame]
        if len(frame) > start and frame[start] in _TEMPLATE_MARKERS:
            readings.insert(0, frame)
        if not readings:
            raise Malformed("the message is not a template frame", start, "marker")
        refusals = []
        for reading in readings:
            try:
                return self.decompress(reading)
            except DecodeError as refusal:
                refusals.append(refusal)
        raise refusals[0]

    def decompress(self, wire: BytesLike) -> str:
        """Read one message as text.

        Raises:
            TypeError: ``wire`` is not bytes-like.
            DecodeError: the message is refused, or is not text: :meth:`decompress_bytes` reads it then.
        """
        message = self.decompress_bytes(wire)
        try:
            return message.decode()
        except UnicodeDecodeError as error:
            raise Malformed(f"byte {error.start} of the message is not UTF-8") from None

    def decompress_bytes(self, wire: BytesLike) -> bytes:
        """Read one message.

        Raises:
            TypeError: ``wire`` is not bytes-like.
            DecodeError: the message is refused.
        """
        return self._codec.decompress(wire)

    def get_statistics(self) -> Statistics:
        """What was compressed since the start or the last reset, as plain dictionaries."""
        with self._lock:
            methods = {method: _totals(*sums) for method, sums in sorted(self._sums.items())}
            hits = dict(sorted(self._hits.items()))
            ratios = self._ratios
        columns = [(m["messages"], m["original_bytes"], m["compressed_bytes"]) for m in methods.values()]
        totals = _totals(*map(sum, zip(*columns, strict=True))) if columns else _totals(0, 0, 0)
        messages = totals["messages"]
        binary = sum(hits.values())
        brotli = methods[Method.BROTLI]["messages"] if Method.BROTLI in methods else 0
        return {
            **totals,
            "total_messages": messages,
            "average_ratio": ratios / messages if messages else 1.0,
            "binary_count": binary,
            "binary_percentage": 100 * binary / max(messages, 1),
            "brotli_count": brotli,
            "brotli_percentage": 100 * brotli / max(messages, 1),
            "methods": methods,
            "template_hits": hits,
        }

    def reset_statistics(self) -> None:
        """Begin counting anew."""
        with self._lock:
            self._sums: dict[str, tuple[int, int, int]] = {}
            self._hits: dict[int, int] = {}
            self._ratios = 0.0

    def _count(self, result: CompressionResult) -> None:
        messages, before, after = self._sums.get(result.method, (0, 0, 0))
        self._sums[str(result.method)] = (
            messages + 1,
            before + result.original_size,
            after + result.compressed_size,
        )
        self._ratios += result.compression_ratio
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
