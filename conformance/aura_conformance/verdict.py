"""What an answer is worth."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from aura_conformance.protocol import (
    Answer,
    Crashed,
    Decoded,
    Encoded,
    Errored,
    Refused,
    Request,
    Skipped,
    TimedOut,
    decoding,
)
from aura_conformance.suite import Check, Direction, Fields, Result


class Verdict(StrEnum):
    """What came of a check.

    ``NON_CANONICAL`` is a wire that is not the one of the specification, though it decodes to the same;
    ``UNIMPLEMENTED`` is what the implementation skips, or what it refuses as ``Unsupported`` where the case needs a
    format of others.
    """

    PASS = "PASS"  # noqa: S105  # no password
    FAIL = "FAIL"
    WRONG_CODE = "WRONG_CODE"
    NON_CANONICAL = "NON_CANONICAL"
    UNIMPLEMENTED = "UNIMPLEMENTED"
    CRASH = "CRASH"
    TIMEOUT = "TIMEOUT"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and its reasons.

    Attributes:
        verdict: of the check.
        expected: what the vectors say, for a person.
        got: what the implementation said, for a person.
    """

    verdict: Verdict
    expected: str
    got: str


def judge(check: Check, answer: Answer, ask: Callable[[Request], Answer]) -> Judgement:
    """Hold an answer against the vectors. ``ask`` puts a further request, to decode what was encoded."""
    verdict = _verdict(check, answer)
    if verdict is Verdict.FAIL and isinstance(answer, Encoded):
        again = ask(decoding(check.case, answer.wire))
        if isinstance(again, Decoded) and again.value == check.case.value:
            verdict = Verdict.NON_CANONICAL
    return Judgement(verdict, expected(check), told(answer))


def _verdict(check: Check, answer: Answer) -> Verdict:  # noqa: PLR0911  # one case an answer
    case = check.case
    match answer:
        case Crashed():
            return Verdict.CRASH
        case TimedOut():
            return Verdict.TIMEOUT
        case Skipped():
            return Verdict.UNIMPLEMENTED
        case Errored():
            return Verdict.FAIL
        case Refused("Unsupported") if case.needs and case.error != "Unsupported":
            return Verdict.UNIMPLEMENTED  # as rule MSG-2 demands of who does not have the format
        case Refused(code):
            if case.result is not Result.INVALID:
                return Verdict.FAIL
            return Verdict.PASS if code == case.error else Verdict.WRONG_CODE
        case Decoded(value):
            right = case.result is not Result.INVALID and value == case.value
            return Verdict.PASS if right else Verdict.FAIL
        case Encoded(wire):
            return Verdict.PASS if wire == case.wire else Verdict.FAIL
    assert_never(answer)


def expected(check: Check) -> str:
    """What the vectors say."""
    if check.direction is Direction.ENCODE:
        return f"wire {check.case.wire}"
    if check.case.result is Result.INVALID:
        return f"error {check.case.error}"
    return _shown(check.case.value)


def told(answer: Answer) -> str:
    """What the implementation said."""
    match answer:
        case Decoded(value):
            return _shown(value)
        case Encoded(wire):
            return f"wire {wire}"
        case Refused(code, message):
            return f"error {code}" + (f": {message}" if message else "")
        case Skipped(reason):
            return "skipped" + (f": {reason}" if reason else "")
        case Errored(message) | Crashed(message):
            return message
        case TimedOut(seconds):
            return f"no answer within {seconds:g} s"
    assert_never(answer)


def _shown(value: Fields) -> str:
    if value.keys() == {"text_hex"}:
        text = bytes.fromhex(str(value["text_hex"]))
        return f"text {value['text_hex']} {text!r}" if text else "text of no bytes"
    return f"value {json.dumps(value)}"
