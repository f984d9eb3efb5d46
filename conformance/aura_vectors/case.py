"""One case of the golden vectors, and the form in which cases are written.

A case has one of three results: ``canonical`` (decoding gives the text, encoding gives the wire),
``decodable`` (decoding gives the text; encoders may write something else) and ``invalid`` (decoders refuse
the wire with the code). Bytes are lower-case hexadecimal, integers decimal strings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from aura_reference import message
from aura_reference import model as model_file
from aura_spec.errors import Code, DecodeError
from aura_spec.knowledge import Knowledge
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.template import parse_patterns

SPEC: Final = "0.1.0"


@dataclass(frozen=True, slots=True)
class Setting:
    """What both ends hold, and the limit, for a group of cases."""

    patterns: Mapping[int, str] = field(default_factory=dict)
    phrases: Mapping[int, bytes] = field(default_factory=dict)
    max_size: int = DEFAULT_MAX_SIZE
    model: bytes = b""

    def knowledge(self) -> Knowledge:
        """As a decoder takes it: exactly these templates and those of the model file, no built-in ones."""
        templates = parse_patterns(self.patterns)
        if not self.model:
            return Knowledge(templates, self.phrases)
        held = _read_model(self.model)
        return Knowledge(
            {**templates, **held.templates},
            self.phrases,
            held.context_model,
            {held.model_id: held.context_model},
            held.dictionary,
        )


_read_model = cache(model_file.read)


@dataclass(frozen=True, slots=True)
class Case:
    """One case.

    Attributes:
        comment: what it shows.
        rules: ids of the rules it rests on.
        wire: the message.
        text: what it decodes to, unless it is invalid.
        encode: how an encoder makes the wire from the text, for canonical cases: the method and its
            arguments.
        code: the error, for invalid cases.
        bug: for invalid cases, the mistake in a decoder that would accept it.
    """

    comment: str
    rules: tuple[str, ...]
    wire: bytes
    text: bytes = b""
    encode: Mapping[str, object] | None = None
    code: Code | None = None
    bug: str = ""


def confirm(case: Case, setting: Setting) -> None:
    """Ask the reference.

    Raises:
        AssertionError: the reference disagrees with the case.
    """
    try:
        text = message.decode(case.wire, setting.knowledge(), setting.max_size)
    except DecodeError as error:
        if error.code != case.code:
            raise AssertionError(f"{case}: {error}") from error
    else:
        if case.code is not None or text != case.text:
            raise AssertionError(f"{case}: decodes to {text!r}")
    if case.encode is not None and (wire := encoded(case, setting)) != case.wire:
        raise AssertionError(f"{case}: encodes to {wire.hex()}")


def encoded(case: Case, setting: Setting) -> bytes:
    """What the reference writes for a canonical case."""
    how = case.encode or {}
    match how["method"]:
        case "stored":
            return message.encode_stored(case.text)
        case "brio":
            return message.encode_brio(case.text, setting.knowledge(), metadata=bool(how.get("metadata")))
        case "brio2":
            return message.encode_brio2(case.text, int(str(how["effort"])))
        case "typed":
            return message.encode_typed(int(str(how["template_id"])), _slots(how), setting.knowledge())
        case "foreseen":
            held = _read_model(setting.model)
            templates = setting.knowledge().templates
            return message.encode_foreseen(
                int(str(how["template_id"])), _slots(how), templates, held.context_model
            )
        case _:
            return message.encode_classic(int(str(how["template_id"])), _slots(how))


def _slots(how: Mapping[str, object]) -> list[bytes]:
    slots = how["slots"]
    return [bytes.fromhex(str(value)) for value in slots] if isinstance(slots, list) else []


def invalid_variants(cases: Iterable[Case], setting: Setting) -> Iterator[Case]:
    """Cases that must be refused, derived from valid ones: every truncation, and a byte too many.

    Where a shorter message happens to be valid, as with text that runs to the end, there is no case.
    """
    seen: set[bytes] = set()
    for case in cases:
        cuts = [
            (case.wire[:size], f"cut after {size} bytes: {case.comment}") for size in range(len(case.wire))
        ]
        longer = case.wire + b"\0", f"a byte too many: {case.comment}"
        for wire, comment in (*cuts, longer):
            code = _refusal(wire, setting)
            if code is not None and wire not in seen:
                seen.add(wire)
                bug = "reads past the end" if wire != longer[0] else "ignores what follows the structure"
                yield Case(comment, case.rules, wire, code=code, bug=bug)


def _refusal(wire: bytes, setting: Setting) -> Code | None:
    try:
        message.decode(wire, setting.knowledge(), setting.max_size)
    except DecodeError as error:
        return error.code
    return None


def to_json(family: str, groups: Iterable[tuple[Setting, Iterable[Case]]]) -> str:
    """A file of cases, numbered; the reference confirms each."""
    written = []
    number = 0
    for setting, cases in groups:
        tests = []
        for case in cases:
            confirm(case, setting)
            tests.append(_entry(f"{family}/{number:04}", case))
            number += 1
        written.append(
            {
                "templates": {str(key): value for key, value in sorted(setting.patterns.items())},
                "phrases": {str(key): value.hex() for key, value in sorted(setting.phrases.items())},
                "max_size": str(setting.max_size),
                **({"model": setting.model.hex()} if setting.model else {}),
                "tests": tests,
            }
        )
    content = {"spec": SPEC, "family": family, "count": number, "groups": written}
    return json.dumps(content, indent=1, ensure_ascii=True) + "\n"


def _entry(name: str, case: Case) -> dict[str, object]:
    entry: dict[str, object] = {"id": name, "comment": case.comment, "rules": list(case.rules)}
    if case.code is not None:
        return {**entry, "result": "invalid", "wire": case.wire.hex(), "error": case.code, "bug": case.bug}
    result = "decodable" if case.encode is None else "canonical"
    entry |= {"result": result, "wire": case.wire.hex(), "text_hex": case.text.hex()}
    return entry if case.encode is None else {**entry, "encode": dict(case.encode)}


def from_json(text: str) -> Iterator[tuple[str, Case, Setting]]:
    """The cases of a file, with their ids and settings."""
    for group in json.loads(text)["groups"]:
        setting = Setting(
            {int(key): value for key, value in group["templates"].items()},
            {int(key): bytes.fromhex(value) for key, value in group["phrases"].items()},
            int(group["max_size"]),
            bytes.fromhex(group.get("model", "")),
        )
        for entry in group["tests"]:
            code = Code(entry["error"]) if "error" in entry else None
            yield (
                entry["id"],
                Case(
                    entry["comment"],
                    tuple(entry["rules"]),
                    bytes.fromhex(entry["wire"]),
                    bytes.fromhex(entry.get("text_hex", "")),
                    entry.get("encode"),
                    code,
                    entry.get("bug", ""),
                ),
                setting,
            )
