"""Tables of what ``aura_spec`` assigns: markers, slot types, sections, tags, codes, constants and templates."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from structure import rows
from tables import Cell, table

from aura_spec import errors, model, slot, template, token
from aura_spec.marker import ADAPTIVE_COMPACT, AURALITE_COMPACT, Marker, name_of

_CHAPTERS: dict[int, str] = {
    Marker.CLASSIC: "classic",
    Marker.BROTLI: "brotli",
    Marker.BRIO: "brio",
    Marker.ZSTANDARD: "zstd",
    Marker.ZSTANDARD_DICTIONARY: "zstd",
    Marker.TYPED: "typed",
    Marker.MODELLED: "modelled",
    Marker.FUZZY: "fuzzy",
    Marker.STORED: "stored",
    Marker.AURALITE_EXPLICIT: "auralite",
    Marker.ADAPTIVE_EXPLICIT: "local_model",
    **dict.fromkeys(ADAPTIVE_COMPACT, "local_model"),
    **dict.fromkeys(AURALITE_COMPACT, "auralite"),
}


class _Registry(SphinxDirective, ABC):
    head: ClassVar[Sequence[str]]

    @abstractmethod
    def cells(self) -> Sequence[Sequence[Cell]]: ...

    def run(self) -> list[nodes.Node]:
        return [table(self.head, self.cells(), self.env.docname)]


class Markers(_Registry):
    """All 256 values of the first byte, in ranges of the same name."""

    head = ("Marker", "Method", "Chapter")

    def cells(self) -> Sequence[Sequence[Cell]]:
        """One row a range."""
        ranges: list[tuple[int, int]] = []
        for marker in range(256):
            if ranges and name_of(ranges[-1][0]) == name_of(marker):
                ranges[-1] = (ranges[-1][0], marker)
            else:
                ranges.append((marker, marker))
        return [(self._range(*ends), name_of(ends[0]), self._chapter(ends[0])) for ends in ranges]

    @staticmethod
    def _range(first: int, last: int) -> str:
        return f"`0x{first:02X}`" + (f" to `0x{last:02X}`" if last > first else "")

    @staticmethod
    def _chapter(marker: int) -> str:
        if name_of(marker) == "unassigned":
            return "refused as `Unsupported`"
        return f"chapter:{_CHAPTERS[marker]}"


class SlotTypes(_Registry):
    """The slot types, with the heads and the fields that each has on the wire."""

    head = ("Type", "Head", "After the head")

    def cells(self) -> Sequence[Sequence[Cell]]:
        """One row a type."""
        return [(f"`{kind}`", *self._spelling(kind)) for kind in template.Kind]

    @staticmethod
    def _spelling(kind: template.Kind) -> tuple[str, str]:
        if kind is template.Kind.ENUM:
            return "1 to the number of alternatives", "nothing"
        if kind in (template.Kind.TEXT, template.Kind.WORD):
            return "none", "the text"
        found = list(rows(slot.declaration(template.Slot("value", kind), last=False)))
        maximum = re.search(r"larger than (\d+)", found[0].meaning)
        parts = [row.name.split(".")[-1].strip("`") for row in found if row.meaning.startswith("unless")]
        return f"1 to {int(maximum[1]):,}" if maximum else "", ", ".join(
            f"`{part}`" for part in parts
        ) or "nothing"


class Sections(_Registry):
    """The types of sections of a model file, assigned or not."""

    head = ("Type", "Section", "If it is missing", "Chapter")

    def cells(self) -> Sequence[Sequence[Cell]]:
        """One row a type, or a range that is not assigned."""
        optional = model.FIRST_OPTIONAL
        assigned = {
            model.TRIE: ("trie of contexts", "`Malformed`", "chapter:trie"),
            model.MATCH: ("probabilities of hits", "`Malformed`", "chapter:match"),
            model.PREFIX: ("prefix", "none", "chapter:prefix"),
            model.TEMPLATES: ("templates", "none", "chapter:model"),
            model.DICTIONARY: ("dictionary of marker 0x05", "none", "chapter:zstd"),
            model.CHAR_RUNS: ("lists for character runs", "none", "chapter:char_runs"),
            model.METADATA: ("metadata", "none", "chapter:model"),
        }
        if {kind for kind in assigned if kind < optional} != set(model.KNOWN):
            raise ValueError("a known type of section is not listed")
        free = [
            (f"{max(model.KNOWN) + 1} to {optional - 1}", "not assigned: refused as `Unsupported`", "", "")
        ]
        rest = [(f"{model.METADATA + 1} to 255", "not assigned: passed over", "", "")]
        listed = [(str(kind), *row) for kind, row in assigned.items()]
        return [
            ("0", "not assigned: refused as `Unsupported`", "", ""),
            *listed[:-1],
            *free,
            listed[-1],
            *rest,
        ]


class Tags(_Registry):
    """The tags of tokens in a BRIO container of version 1."""

    head = ("Tag", "Token", "Fields")

    def cells(self) -> Sequence[Sequence[Cell]]:
        """One row a tag."""
        names = {
            token.LITERAL: "literal",
            token.PHRASE: "dictionary phrase",
            token.MATCH: "match",
            token.TEMPLATE: "template",
        }
        found = [row for row in rows(token.TOKEN) if row.meaning.startswith("if `tag`")]
        fields = {tag: [row.name for row in found if f"= {tag}:" in row.meaning] for tag in names}
        listed = [(f"`0x{tag:02X}`", name, ", ".join(fields[tag])) for tag, name in names.items()]
        return [*listed, (f"`0x{len(names):02X}` to `0xFF`", "not assigned: refused as `Malformed`", "")]


class Codes(_Registry):
    """The error codes, with the one-line description of the exception that carries each."""

    head = ("Code", "Raised when")

    def cells(self) -> Sequence[Sequence[Cell]]:
        """One row a code."""
        kinds = {kind.code: kind for kind in errors.DecodeError.__subclasses__()}
        return [(f"`{code}`", (kinds[code].__doc__ or "").strip()) for code in errors.Code]


class Constants(_Registry):
    """The constants of a chapter; takes the name of its module, and their names one a line."""

    head = ("Constant", "Value")
    required_arguments = 1
    has_content = True

    def cells(self) -> Sequence[Sequence[Cell]]:
        """One row a constant."""
        module = import_module(self.arguments[0])
        return [(f"`{name}`", _shown(attrgetter(name)(module))) for name in self.content]


def _shown(value: int | bytes | tuple[int, ...] | Mapping[int, int]) -> str:
    """A number with its thousands apart, bytes, a row of numbers, or what numbers stand for."""
    if isinstance(value, bytes):
        return f"`{value.hex(' ')}`"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {number}" for key, number in value.items())
    return f"{int(value):,}" if isinstance(value, int) else ", ".join(map(str, value))


class Templates(_Registry):
    """The built-in templates."""

    head = ("Id", "Pattern")

    def cells(self) -> Sequence[Sequence[Cell]]:
        """One row a template; line feeds are shown escaped."""
        return [
            (str(template_id), nodes.literal(text=one.pattern.replace("\n", "\\n")))
            for template_id, one in template.builtin().items()
        ]


class Characters(_Registry):
    """What the characters of each slot type are."""

    head = ("Type", "Characters")

    def cells(self) -> Sequence[Sequence[Cell]]:
        """One row a type."""
        patterns = template.CHARACTERS
        return [(f"`{kind}`", nodes.literal(text=one.pattern.decode())) for kind, one in patterns.items()]


class FileDigest(SphinxDirective):
    """The SHA-256 of a file, which is named as seen from the folder of the documentation."""

    required_arguments: ClassVar = 1

    def run(self) -> list[nodes.Node]:
        """Make one line of code."""
        path = Path(self.env.srcdir) / self.arguments[0]
        self.env.note_dependency(str(path))
        digest = sha256(path.read_bytes()).hexdigest()
        return [nodes.literal_block(digest, digest, language="none")]


class Digest(SphinxDirective):
    """The digest of the built-in templates."""

    def run(self) -> list[nodes.Node]:
        """Make one line of code."""
        digest = template.digest(template.builtin().items())
        return [nodes.literal_block(digest, digest, language="none")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Entry point of the extension."""
    app.add_directive("markers", Markers)
    app.add_directive("slot-types", SlotTypes)
    app.add_directive("model-sections", Sections)
    app.add_directive("token-tags", Tags)
    app.add_directive("codes", Codes)
    app.add_directive("constants", Constants)
    app.add_directive("builtin-templates", Templates)
    app.add_directive("slot-characters", Characters)
    app.add_directive("builtin-digest", Digest)
    app.add_directive("file-digest", FileDigest)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
