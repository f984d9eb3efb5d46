"""Model files, and sections of them.

In a group of sections, the wire is the content of a section of the ``type`` that the group states. It says the
same as a file with this section and those ``around`` it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol, cast

from aura import native
from aura.models import native_model
from aura_fast import model as fast
from aura_fast import template_list
from aura_reference import model as reference
from aura_spec import char_runs, prefix
from aura_spec.context_model import CharRunList, ContextModel, Prefix
from aura_spec.model import (
    CHAR_RUNS,
    DICTIONARY,
    MATCH,
    PREFIX,
    TEMPLATES,
    TRIE,
    build_file,
    build_hits,
    build_templates,
    parse_file,
)
from aura_spec.template import Template, parse_patterns
from aura_vectors.case import FAST, REFERENCE, Case, CaseType, Fields
from aura_vectors.case_types.message import MODEL

FILE: Final = "model file"
SECTION: Final = "section"


class Content(Protocol):
    """What the implementations make of a file, as they document it."""

    @property
    def model_id(self) -> bytes: ...  # noqa: D102
    @property
    def context_model(self) -> ContextModel: ...  # noqa: D102
    @property
    def templates(self) -> Mapping[int, Template]: ...  # noqa: D102
    @property
    def dictionary(self) -> bytes: ...  # noqa: D102


def _readers() -> Iterator[tuple[str, Callable[[bytes], Content]]]:
    yield REFERENCE, reference.read
    yield FAST, fast.read
    if native.is_installed():
        yield "native", _read_native


def _read_native(data: bytes) -> Content:
    return fast.read(data, native_model.read(data))


_READERS: Final[Mapping[str, Callable[[bytes], Content]]] = dict(_readers())

_PARTS: Final = parse_file(MODEL.model).sections


@dataclass(frozen=True, slots=True)
class Files(CaseType):
    """A group of whole files, which share nothing."""

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return FILE

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """All implementations."""
        return {name: partial(_summary, read, case.wire) for name, read in _READERS.items()}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """The declared structure."""
        return {REFERENCE: partial(_build, case)}


def _summary(read: Callable[[bytes], Content], data: bytes) -> Fields:
    content = read(data)
    model = content.context_model
    return {
        "model_id": content.model_id.hex(),
        "contexts": len(model.suffixes),
        "entries": len(model.symbols),
        "states_with_lists": list(model.char_runs),
        "prefix_size": len(model.prefix.text) if model.prefix else 0,
        "templates": {str(number): template.pattern for number, template in content.templates.items()},
        "dictionary_size": len(content.dictionary),
    }


def _build(case: Case) -> bytes:
    sections = cast("Mapping[str, str]", (case.encode or {})["sections"])
    return build_file({int(kind): bytes.fromhex(content) for kind, content in sections.items()})


@dataclass(frozen=True, slots=True)
class Sections(CaseType):
    """A group of sections of one type."""

    kind: int

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return SECTION

    def shared(self) -> Fields:
        """The type, and the other sections of the file."""
        return {
            "type": self.kind,
            "around": {str(kind): content.hex() for kind, content in self._around().items()},
        }

    def _around(self) -> dict[int, bytes]:
        return {kind: _PARTS[kind] for kind in (TRIE, MATCH) if kind != self.kind}

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """All implementations, which read it in a file."""
        return {name: partial(self._read, read, case.wire) for name, read in _READERS.items()}

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """What writes such a section from its value; a trie has many spellings."""
        return {
            MATCH: {REFERENCE: lambda: build_hits(_hits(case))},
            PREFIX: {REFERENCE: lambda: prefix.build_section(Prefix(_text(case), _hits(case)))},
            TEMPLATES: {
                REFERENCE: lambda: build_templates(_templates(case)),
                FAST: lambda: template_list.write(_templates(case)),
            },
            CHAR_RUNS: {REFERENCE: lambda: char_runs.build_section(_lists(case))},
        }.get(self.kind, {})

    def _read(self, read: Callable[[bytes], Content], section: bytes) -> Fields:
        content = read(build_file({**self._around(), self.kind: section}))
        model = content.context_model
        if self.kind == TRIE:
            return {
                "contexts": len(model.suffixes),
                "initial": model.initial,
                **{name: list(getattr(model, name)) for name in ("starts", "symbols", "codes")},
                **{name: list(getattr(model, name)) for name in ("following", "suffixes", "escapes")},
            }
        if self.kind == MATCH:
            return {"hits": list(model.hits)}
        if self.kind == PREFIX and model.prefix is not None:
            return {"hits": list(model.prefix.hits), "text_hex": model.prefix.text.hex()}
        if self.kind == TEMPLATES:
            patterns = {str(number): template.pattern for number, template in content.templates.items()}
            return {"templates": patterns}
        if self.kind == DICTIONARY:
            return {"dictionary_size": len(content.dictionary)}
        return {
            "lists": {
                str(state): {
                    "order": one.order,
                    "symbols": list(one.symbols),
                    "codes": list(one.codes),
                    "escape": one.escape,
                }
                for state, one in sorted(model.char_runs.items())
            }
        }

    def valid(self, comment: str, rules: tuple[str, ...], section: bytes, encode: Fields | None) -> Case:
        """A case with the content that the reference reads."""
        return Case(comment, rules, section, self._read(reference.read, section), encode=encode)


def _hits(case: Case) -> tuple[int, ...]:
    return tuple(cast("list[int]", case.value["hits"]))


def _text(case: Case) -> bytes:
    return bytes.fromhex(str(case.value["text_hex"]))


def _templates(case: Case) -> dict[int, Template]:
    patterns = cast("Mapping[str, str]", case.value["templates"])
    return parse_patterns({int(number): pattern for number, pattern in patterns.items()})


def _lists(case: Case) -> dict[int, CharRunList]:
    lists = cast("Mapping[str, Mapping[str, Any]]", case.value["lists"])
    return {
        int(state): CharRunList(one["order"], tuple(one["symbols"]), tuple(one["codes"]), one["escape"])
        for state, one in lists.items()
    }


def file(comment: str, rules: tuple[str, ...], sections: Mapping[int, bytes]) -> Case:
    """A case of a whole file, which the sections make."""
    data = build_file(sections)
    encode = {"sections": {str(kind): content.hex() for kind, content in sections.items()}}
    return Case(comment, rules, data, _summary(reference.read, data), encode=encode)
