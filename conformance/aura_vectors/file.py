"""The format of a file of cases: JSON, with bytes as lower-case hexadecimal digits.

What is short stands on one line, as do lists of numbers or texts, and what is in the fields of a case: steps of
traces, and rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from aura_spec.errors import Code
from aura_vectors.case import Case, CaseType, Groups, confirm
from aura_vectors.case_types import case_type_of
from aura_vectors.flags import NOTES, Flag, flags_of
from aura_vectors.profiles import requires, result_of

SPEC: Final = "0.1.0"

_SHORT: Final = 100
_DEPTH: Final = 6
"""The indentation of what is in a field of a case."""

_OWN: Final = frozenset(
    ("id", "comment", "flags", "rules", "requires", "result", "wire", "error", "offset", "encode", "trace")
)


def dumps(content: object) -> str:
    """As JSON."""
    return _lines(content, 0) + "\n"


def _lines(content: object, depth: int) -> str:
    line = json.dumps(content)
    if len(line) <= _SHORT or depth >= _DEPTH or not isinstance(content, (Mapping, Sequence)):
        return line
    if isinstance(content, Mapping):
        parts = [f"{json.dumps(name)}: {_lines(value, depth + 1)}" for name, value in content.items()]
        return _block("{", parts, "}", depth)
    if isinstance(content, str) or not any(isinstance(part, (Mapping, list, tuple)) for part in content):
        return line
    return _block("[", [_lines(part, depth + 1) for part in content], "]", depth)


def _block(opening: str, parts: Sequence[str], closing: str, depth: int) -> str:
    margin = "\n" + " " * depth
    return opening + ",".join(f"{margin} {part}" for part in parts) + margin + closing


def to_json(chapter: str, groups: Groups) -> str:
    """A file of cases, numbered; the reference confirms each.

    What is derived may meet what was written by hand: a case that is only read, of a wire that stands already, is
    passed over.
    """
    written = []
    number = 0
    rules: dict[Flag, set[str]] = {}
    seen: set[tuple[str, bytes]] = set()
    for case_type, cases in groups:
        tests = []
        shared = case_type.shared()
        for case in cases:
            asked = repr((case_type.name, shared, case.given)), case.wire
            if case.encode is None and asked in seen:
                continue
            seen.add(asked)
            confirm(case, case_type)
            tests.append(_entry(f"{chapter}/{number:04}", case, case_type))
            number += 1
            for flag in _flags(case):
                rules.setdefault(flag, set()).update(case.rules)
        if tests:
            written.append({"case_type": case_type.name, **shared, "tests": tests})
    notes = {
        flag: {"bug": note.bug, "effect": note.effect, "rules": sorted(rules[flag])}
        for flag, note in NOTES.items()
        if flag in rules
    }
    head = {"schema": "schemas/cases.json", "spec": SPEC, "chapter": chapter, "count": number}
    return dumps({**head, "notes": notes, "groups": written})


def _flags(case: Case) -> list[Flag]:
    return list(flags_of(case.rules)) if case.flag is None else [case.flag]


def _entry(name: str, case: Case, case_type: CaseType) -> dict[str, object]:
    head: dict[str, object] = {
        "id": name,
        "comment": case.comment,
        "flags": _flags(case),
        "rules": list(case.rules),
    }
    if needs := requires(case, case_type):
        head["requires"] = list(needs)
    head |= {**case.given, "result": result_of(case), "wire": case.wire.hex()}
    if case.code is not None:
        place = {} if case.offset is None else {"offset": case.offset}
        return {**head, "error": case.code, **place}
    entry = {**head, **case.value}
    if case.encode is not None:
        entry["encode"] = dict(case.encode)
    if case.trace:
        entry["trace"] = list(case.trace)
    return entry


def from_json(text: str) -> Iterator[tuple[str, Case, CaseType]]:
    """The cases of a file, with their ids and case types."""
    for group in json.loads(text)["groups"]:
        case_type = case_type_of(group)
        for entry in group["tests"]:
            given = {name: entry[name] for name in case_type.given}
            value = {name: entry[name] for name in entry if name not in _OWN and name not in given}
            code = Code(entry["error"]) if "error" in entry else None
            yield (
                entry["id"],
                Case(
                    comment=entry["comment"],
                    rules=tuple(entry["rules"]),
                    wire=bytes.fromhex(entry["wire"]),
                    value=value,
                    given=given,
                    encode=entry.get("encode"),
                    code=code,
                    flag=Flag(entry["flags"][0]) if code else None,
                    offset=entry.get("offset"),
                    trace=entry.get("trace", ()),
                ),
                case_type,
            )
