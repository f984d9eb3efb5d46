"""One case of the golden vectors, and what is asked of implementations about it.

A case has one of three results: ``canonical`` (reading the wire gives the value, writing the value gives the
wire), ``decodable`` (reading gives the value; writers may write something else) and ``invalid`` (readers
refuse the wire with the code).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from aura_spec.errors import Code, DecodeError
from aura_vectors.flags import Flag

REFERENCE = "reference"
FAST = "fast"

Fields = Mapping[str, object]
"""Part of a case as JSON has it: texts, numbers, lists and objects."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case.

    Attributes:
        comment: what it shows.
        rules: ids of the rules it rests on.
        wire: the bytes that are read.
        value: what they say, unless the case is invalid; its fields depend on the case type of the group.
        given: what a reader is told beside the wire.
        encode: how a writer makes the wire from the value, for canonical cases: the method and its arguments.
        code: the error, for invalid cases.
        flag: for invalid cases, the mistake of a decoder that would take it.
        offset: for invalid cases, the byte at which the reference refuses it (rule ERR-2), if that is told.
        trace: what happens on the way, step by step.
    """

    comment: str
    rules: tuple[str, ...]
    wire: bytes
    value: Fields = field(default_factory=dict)
    given: Fields = field(default_factory=dict)
    encode: Fields | None = None
    code: Code | None = None
    flag: Flag | None = None
    offset: int | None = None
    trace: Sequence[Fields] = ()


class CaseType(Protocol):
    """What the cases of a group are about, and what they share.

    A case type that says nothing else tells a reader the wire alone, and its groups share nothing.
    """

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""

    @property
    def given(self) -> Sequence[str]:
        """The fields of a case that a reader is told beside the wire."""
        return ()

    def shared(self) -> Fields:
        """What the cases share beside the case type, as it stands in the file."""
        return {}

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """By implementation, a function that reads the wire; absent where there is none.

        It raises a ``DecodeError`` if the wire is refused.
        """

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """By implementation, a function that writes the value of a canonical case."""


Group = tuple[CaseType, Iterable[Case]]
Groups = Iterable[Group]


def offers(implementation: str, case: Case, case_type: CaseType) -> bool:
    """Whether an implementation has something that :func:`confirm` can ask."""
    return implementation in case_type.readers(case)


def confirm(case: Case, case_type: CaseType, implementation: str = REFERENCE) -> None:
    """Ask an implementation, as far as it has what a case needs.

    Raises:
        AssertionError: it disagrees with the case.
    """
    if (read := case_type.readers(case).get(implementation)) is not None:
        try:
            value = read()
        except DecodeError as error:
            if error.code != case.code or (implementation == REFERENCE and not _is_there(error, case)):
                raise AssertionError(f"{implementation}, {case.comment}: {error}") from error
        else:
            if case.code is not None or value != case.value:
                raise AssertionError(f"{implementation}, {case.comment}: reads {value!r:.2000}")
    write = case_type.writers(case).get(implementation) if case.encode is not None else None
    if write is not None and (wire := write()) != case.wire:
        raise AssertionError(f"{implementation}, {case.comment}: writes {wire.hex()}")


def _is_there(error: DecodeError, case: Case) -> bool:
    """Whether an error has the offset that a case tells, if it does."""
    return case.offset is None or error.offset == case.offset


def placed(case: Case, case_type: CaseType) -> Case:
    """An invalid case with the offset at which the reference refuses it; a valid one as it is."""
    try:
        case_type.readers(case)[REFERENCE]()
    except DecodeError as error:
        return replace(case, offset=error.offset)
    return case


def refusal(case: Case, case_type: CaseType) -> Code | None:
    """The code with which the reference refuses the wire, if it does."""
    try:
        case_type.readers(case)[REFERENCE]()
    except DecodeError as error:
        return error.code
    return None


def refused(code: Code, rule: str, wire: str, comment: str, flag: Flag) -> Case:
    """An invalid case, its wire in hexadecimal digits."""
    return Case(comment, (rule,), bytes.fromhex(wire), code=code, flag=flag)
