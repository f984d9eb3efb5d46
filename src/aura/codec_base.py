"""What all codecs have in common: the calls for single messages and for batches, and the checks of what they take.

:class:`aura.Codec` does the work. :class:`aura.PooledCodec` and :class:`aura.CachedCodec` wrap a codec, so that
workers share the work or results are kept, and are used as the codec is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Generic, Literal, Self, TypeVar, overload

from aura import arguments
from aura.arguments import BytesLike, to_bytes, wire_bytes
from aura.templates import Hint, Match, SlotValues, TemplateLibrary
from aura_spec.errors import DecodeError


class CodecBase(ABC):
    """A codec of single messages, or a wrapper around one."""

    @property
    @abstractmethod
    def templates(self) -> TemplateLibrary:
        """The templates that the codec holds."""

    @property
    @abstractmethod
    def max_size(self) -> int:
        """Bytes that a message may decode to, unless a call says otherwise."""

    @abstractmethod
    def encode_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        """Code messages that are checked already, in order."""

    def encode_message(self, message: bytes) -> bytes:
        """Code a message that is checked already."""
        return self.encode_messages([message])[0]

    @abstractmethod
    def encode_match(self, match: Match, message: bytes) -> bytes:
        """Code a message as the smallest frame of a template that gives it."""

    @abstractmethod
    def decode_wires(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError]:
        """Read compressed messages that are bytes, in order; in place of one that is refused there is the error."""

    def decode_wire(self, wire: bytes, max_size: int) -> bytes:
        """Read one compressed message.

        Raises:
            DecodeError: the message is refused.
        """
        [result] = self.decode_wires([wire], max_size)
        if isinstance(result, DecodeError):
            raise result
        return result

    def close(self) -> None:  # noqa: B027  # most codecs have nothing to end
        """End the threads or processes that work for the codec, if there are any; it can be used further."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def compress(
        self, data: str | BytesLike, *, template_id: int | None = None, slots: SlotValues | None = None
    ) -> bytes:
        """Code one message. The result is at most one byte longer than the message, with ``check`` at most three.

        Args:
            data: a text, taken as UTF-8; or bytes, a ``bytearray``, a ``memoryview`` or another one-dimensional
                buffer of single bytes.
            template_id: the template that the message fills, if the caller knows it. Nothing is searched for then,
                and the smallest frame of this template is taken, at any level and whatever its size, so that
                :func:`aura.peek` finds the id.
            slots: the values of the template's slots, by name or in order.

        Raises:
            TypeError: the message or a slot value has a wrong type.
            EncodeError: the text holds a lone surrogate, for which there is no UTF-8; or the template is not held,
                or filling it with ``slots`` does not give the message.

        >>> import aura
        >>> aura.Codec().compress("Request 1e4f7d8e-54f0-4a0f-9f4b-0c1d2e3f4a5b completed in 12ms").hex()
        '0648011e4f7d8e54f04a0f9f4b0c1d2e3f4a5b19'
        """
        message = to_bytes(data)
        hint = None if template_id is None and slots is None else Hint.of(template_id, slots)
        if hint is None:
            return self.encode_message(message)
        return self.encode_match(self.templates.fill_to(message, hint), message)

    def decompress(self, wire: BytesLike, *, max_size: int | None = None) -> bytes:
        """Read one message.

        Args:
            wire: what :meth:`compress` gave; bytes-like, as there.
            max_size: bytes that the result may have; the codec's own limit if None.

        Raises:
            TypeError: ``wire`` is not bytes-like.
            ValueError: ``max_size`` is below 0.
            DecodeError: the message is refused; there is no partial result.
        """
        return self.decode_wire(wire_bytes(wire), self._limit(max_size))

    def compress_batch(self, messages: Iterable[str | BytesLike]) -> list[bytes]:
        """Code messages, in order; each as :meth:`compress` codes it, but faster.

        Raises:
            TypeError: ``messages`` is one message, or one of them has a wrong type; its place is named.
            EncodeError: a text holds a lone surrogate; its place is named.
        """
        return self.encode_messages(arguments.batch(messages, to_bytes))

    @overload
    def decompress_batch(
        self, wires: Iterable[BytesLike], *, max_size: int | None = None, errors: Literal["raise"] = "raise"
    ) -> list[bytes]: ...

    @overload
    def decompress_batch(
        self, wires: Iterable[BytesLike], *, max_size: int | None = None, errors: Literal["return"]
    ) -> list[bytes | DecodeError]: ...

    def decompress_batch(
        self,
        wires: Iterable[BytesLike],
        *,
        max_size: int | None = None,
        errors: Literal["raise", "return"] = "raise",
    ) -> list[bytes] | list[bytes | DecodeError]:
        """Read messages, in order.

        Args:
            wires: what :meth:`compress` or :meth:`compress_batch` gave.
            max_size: bytes that each result may have; the codec's own limit if None.
            errors: ``"raise"`` refuses the batch for the first message that is refused; ``"return"`` reads all
                others, and returns the error in the place of the message.

        Raises:
            TypeError: ``wires`` is one message, or one of them is not bytes-like; its place is named. Or another
                argument has a wrong type.
            ValueError: ``max_size`` is below 0, or ``errors`` is neither of the two.
            DecodeError: a message is refused, the first of those that are, and a note tells its place in the
                batch; there is no partial result. Not with ``errors="return"``.
        """
        if not isinstance(errors, str):
            raise TypeError(f"errors is 'raise' or 'return', not {errors!r} ({type(errors).__name__})")
        if errors not in {"raise", "return"}:
            raise ValueError(f"errors is {errors!r}, not 'raise' or 'return'")
        results = self.decode_wires(arguments.batch(wires, wire_bytes), self._limit(max_size))
        if errors == "return":
            return results
        messages = []
        for place, result in enumerate(results):
            if isinstance(result, DecodeError):
                result.add_note(f"message {place} of the batch")
                raise result
            messages.append(result)
        return messages

    def _limit(self, max_size: int | None) -> int:
        """Bytes that a message may decode to; the codec's own limit if None."""
        return self.max_size if max_size is None else arguments.whole_number("max_size", max_size, 0)


Wrapped = TypeVar("Wrapped", bound=CodecBase)


class CodecWrapper(CodecBase, Generic[Wrapped]):
    """A codec that leaves the work to another, whose templates and limit are its own."""

    def __init__(self, codec: Wrapped) -> None:
        self._codec = codec

    @property
    def codec(self) -> Wrapped:
        """The codec that does the work."""
        return self._codec

    def encode_match(self, match: Match, message: bytes) -> bytes:
        """Code a message as the smallest frame of a template that gives it."""
        return self._codec.encode_match(match, message)

    @property
    def templates(self) -> TemplateLibrary:
        """The templates that the codec holds; add further ones to it."""
        return self._codec.templates

    @property
    def max_size(self) -> int:
        """Bytes that a message may decode to, unless a call says otherwise."""
        return self._codec.max_size
