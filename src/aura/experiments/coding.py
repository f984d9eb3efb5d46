"""The codec of a user in an experiment: it codes with the variant that the user has at each message."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from aura.codec_base import CodecBase, CodecWrapper
from aura.experiments.trial import Trial, TrialObserver
from aura.observation import Direction, MessageEvent, RefusalEvent, current_labels, tell
from aura.observed import ObservedCodec
from aura.templates import Match
from aura_spec.errors import DecodeError, Malformed

if TYPE_CHECKING:
    from aura.experiments.assignment import Slot
    from aura.experiments.experiment import Assigned, Experiment

Result = TypeVar("Result")


class CodecFault(Malformed):
    """A candidate's codec has failed on a message that it should have coded."""


class ExperimentCodec(CodecWrapper[CodecBase]):
    """Codes with the variant that the user has at each message, and counts. Thread-safe.

    A candidate that raises an error on coding is counted with an error, and the control codes the message.

    Args:
        experiment: which says the variant.
        user: the user id; None takes that of the labels.
    """

    def __init__(self, experiment: Experiment, user: str | None) -> None:
        super().__init__(experiment.control.variant.codec)
        self._experiment = experiment
        self._slot = None if user is None else experiment.slot_of(user)
        self._observed: dict[str, ObservedCodec] = {}  # of this user's slot, by variant

    def _assigned(self) -> Assigned:
        slot: Slot | None = self._slot
        if slot is None and (user := current_labels().user) is not None:
            slot = self._experiment.slot_of(user)
        return self._experiment.assigned(slot)

    def encode_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        """Code messages that are checked already, in order."""
        assigned = self._assigned()
        if assigned.shadow is not None and assigned.slot is not None:
            _measure(assigned.shadow, assigned.slot.bucket, messages)
        return self._coded(assigned, lambda codec: codec.encode_messages(messages), messages)

    def encode_match(self, match: Match, message: bytes) -> bytes:
        """Code a message as the smallest frame of a template that gives it."""
        return self._coded(self._assigned(), lambda codec: codec.encode_match(match, message), (message,))

    def _coded(
        self, assigned: Assigned, code: Callable[[CodecBase], Result], messages: Sequence[bytes]
    ) -> Result:
        trial, slot = assigned.trial, assigned.slot
        if slot is None:
            return code(trial.variant.codec)
        try:
            return code(self._counting(trial, slot))
        except Exception as error:
            if trial is self._experiment.control:
                raise
            _count_fault(trial, slot.bucket, messages, error)
            return code(self._counting(self._experiment.control, slot))

    def decode_wire(self, wire: bytes, max_size: int) -> bytes:
        """Read one compressed message.

        Raises:
            DecodeError: the message is refused.
        """
        return self._reading().decode_wire(wire, max_size)

    def decode_wires(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError]:
        """Read compressed messages, in order; in place of one that is refused there is the error."""
        return self._reading().decode_wires(wires, max_size)

    def _reading(self) -> CodecBase:
        """The codec that reads. A shadow experiment counts what is coded alone, as that is all it can measure."""
        assigned = self._assigned()
        if assigned.slot is None or self._experiment.is_shadow:
            return assigned.trial.variant.codec
        return self._counting(assigned.trial, assigned.slot)

    def _counting(self, trial: Trial, slot: Slot) -> ObservedCodec:
        """The codec of a variant, which counts the messages of a slot."""
        if self._slot is None:
            return ObservedCodec(trial.variant.codec, TrialObserver(trial, slot.bucket))
        made = self._observed.get(trial.name)
        if made is None:
            made = ObservedCodec(trial.variant.codec, TrialObserver(trial, slot.bucket))
            self._observed[trial.name] = made
        return made

    def close(self) -> None:
        """Close the codecs of all variants; they can be used further."""
        for trial in (self._experiment.control, *self._experiment.candidates):
            trial.variant.codec.close()


def _measure(trial: Trial, bucket: int, messages: Sequence[bytes]) -> None:
    """Code messages with a candidate, read them back, and count; what it makes of them is dropped."""
    codec = trial.variant.codec
    for message in messages:
        start = time.perf_counter()
        try:
            wire = codec.encode_message(message)
            duration = time.perf_counter() - start
            if codec.decode_wire(wire, max(len(message), 1)) != message:
                raise CodecFault("a message that was read back is another one")  # noqa: TRY301  # one of several
        except Exception as error:  # noqa: BLE001  # whatever it is, the control codes the message
            _count_fault(trial, bucket, (message,), error)
            continue
        event = MessageEvent(time.time(), Direction.OUT, message, len(wire), duration, "shadow")
        tell(TrialObserver(trial, bucket).on_message, event)


def _count_fault(trial: Trial, bucket: int, messages: Sequence[bytes], error: Exception) -> None:
    fault = error if isinstance(error, DecodeError) else CodecFault(f"{type(error).__name__}: {error}")
    for message in messages:
        tell(TrialObserver(trial, bucket).on_refusal, RefusalEvent(time.time(), len(message), fault))
