"""The form of a file of cases: JSON, with bytes as lower-case hexadecimal digits.

Lists of numbers, and steps of traces, stand on one line each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from aura_spec.errors import Code
from aura_vectors.case import Case, Fields, Form, Groups, confirm
from aura_vectors.forms import form_of

SPEC: Final = "0.1.0"

_NUMBERS: Final = re.compile(r"\[\n\s*(-?\d+(?:,\n\s*-?\d+)*)\n\s*\]")
_LINE: Final = re.compile(r'"\\u0000(\d+)"')
_OWN: Final = {"id", "comment", "rules", "result", "wire", "error", "bug", "encode", "trace"}


def dumps(content: object, lines: Sequence[Fields] = ()) -> str:
    """As JSON, indented. A text of NUL and a number stands for one of ``lines``."""
    text = json.dumps(content, indent=1, ensure_ascii=True)
    text = _NUMBERS.sub(lambda row: f"[{' '.join(row[1].split())}]", text)
    return _LINE.sub(lambda line: json.dumps(lines[int(line[1])]), text) + "\n"


def to_json(family: str, groups: Groups) -> str:
    """A file of cases, numbered; the reference confirms each."""
    written = []
    number = 0
    lines: list[Fields] = []
    for form, cases in groups:
        tests = []
        for case in cases:
            confirm(case, form)
            tests.append(_entry(f"{family}/{number:04}", case, lines))
            number += 1
        written.append({**form.shared(), "tests": tests})
    return dumps({"spec": SPEC, "family": family, "count": number, "groups": written}, lines)


def _entry(name: str, case: Case, lines: list[Fields]) -> dict[str, object]:
    head = {"id": name, "comment": case.comment, "rules": list(case.rules), **case.given}
    if case.code is not None:
        return {**head, "result": "invalid", "wire": case.wire.hex(), "error": case.code, "bug": case.bug}
    result = "decodable" if case.encode is None else "canonical"
    entry = {**head, "result": result, "wire": case.wire.hex(), **case.value}
    if case.encode is not None:
        entry["encode"] = dict(case.encode)
    if case.trace:
        entry["trace"] = [f"\0{len(lines) + number}" for number in range(len(case.trace))]
        lines += case.trace
    return entry


def from_json(text: str) -> Iterator[tuple[str, Case, Form]]:
    """The cases of a file, with their ids and forms."""
    for group in json.loads(text)["groups"]:
        form = form_of(group)
        for entry in group["tests"]:
            given = {name: entry[name] for name in form.given}
            value = {name: entry[name] for name in entry if name not in _OWN and name not in given}
            yield (
                entry["id"],
                Case(
                    comment=entry["comment"],
                    rules=tuple(entry["rules"]),
                    wire=bytes.fromhex(entry["wire"]),
                    value=value,
                    given=given,
                    encode=entry.get("encode"),
                    code=Code(entry["error"]) if "error" in entry else None,
                    bug=entry.get("bug", ""),
                    trace=entry.get("trace", ()),
                ),
                form,
            )
