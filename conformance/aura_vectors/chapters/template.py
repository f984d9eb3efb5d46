"""Templates: patterns as a model carries them, and how an encoder matches texts with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from aura_spec.errors import Code
from aura_spec.limits import MAX_PATTERN, MAX_SLOTS
from aura_spec.model import TEMPLATES, build_templates
from aura_spec.template import FIRST_APPLICATION_ID, parse_pattern
from aura_spec.varint import VarInt
from aura_vectors.case import Case, Groups
from aura_vectors.case_types.matching import Matches
from aura_vectors.case_types.model import Sections
from aura_vectors.flags import Flag

SECTION: Final = Sections(TEMPLATES)

PATTERNS: Final[Sequence[tuple[str, str, str]]] = (
    ("x", "TPL-1", "no slots"),
    ("{{}} {a}", "TPL-1", "doubled braces"),
    ("{{{0}}}", "TPL-1", "a slot in braces"),
    ("{a:x:y|z} w", "TPL-1", "a colon in an alternative"),
    ("{0}{{{1}", "TPL-4", "slots with a brace between them"),
    ("{1} {0}", "TPL-2", "numbers out of order"),
    ("{b} {a} {_c9}", "TPL-2", "names"),
    ("{0} and {0}", "TPL-3", "a slot that appears twice"),
    ("{a:int} and {a:int}", "TPL-3", "and states its type each time"),
    ("{a} and {a:text}", "TPL-3", "or has the type that need not be stated"),
    ("é{0}日", "TPL-5", "UTF-8"),
    ("{a:text} {b:word} {c:int} {d:decimal} {e:hex}", "TPL-6", "types"),
    ("{f:uuid} {g:ipv4} {h:ipv6} {i:timestamp} {j:x|y}", "TPL-6", "and the others"),
    ("x" * MAX_PATTERN, "LIM-3", "the longest pattern"),
    ("".join(f"{{{number}}}." for number in range(MAX_SLOTS)), "LIM-4", "the most slots"),
    ("".join(f"{{{number}}}." for number in (*range(MAX_SLOTS), 0)), "LIM-4", "one of them twice"),
)

BROKEN: Final[Sequence[tuple[str, str, str]]] = (
    ("{", "TPL-1", "a brace alone"),
    ("x}", "TPL-1", "a closing brace alone"),
    ("{a:x|{{y} w", "TPL-1", "a doubled brace in an alternative"),
    ("{a b} x", "TPL-2", "a name with a space"),
    ("{} x", "TPL-2", "no name"),
    ("{01} x", "TPL-2", "a number with a leading zero"),
    ("{1} x", "TPL-2", "numbers that begin at 1"),
    ("{0} {2}", "TPL-2", "numbers with a gap"),
    ("{0} {a}", "TPL-2", "a number and a name"),
    ("{a:int} and {a}", "TPL-3", "a type that is stated once only"),
    ("{a:int} and {a:hex}", "TPL-3", "two types for a slot"),
    ("{a:x|y} and {a:y|x}", "TPL-3", "alternatives in another order"),
    ("{0}{1} x", "TPL-4", "adjacent slots"),
    ("{0}", "TPL-4", "no literal"),
    ("{a:float} x", "TPL-6", "an unknown type"),
    ("{a:x|} x", "TPL-6", "an empty alternative"),
    ("{a:x|x} x", "TPL-6", "an alternative twice"),
    ("".join(f"{{{number}}}." for number in range(MAX_SLOTS + 1)), "LIM-4", "a slot too many"),
)

EMPTY: Final[Sequence[tuple[str, str, str]]] = (
    ("{a:} x", "TPL-6", "an empty type"),
    ("{a:} and {a}", "TPL-6", "an empty type of a slot that has none elsewhere"),
    ("{:int} x", "TPL-2", "a type without a name"),
    ("{a: int} x", "TPL-6", "a type behind a space"),
    ("{a:INT} x", "TPL-6", "a type in capitals"),
)

TEXTS: Final[Mapping[str, Sequence[tuple[str, str, str]]]] = {
    "Request {id:uuid} completed in {ms:int}ms": (
        ("Request 7 completed in 12ms", "TPL-7", "a value that is not of its type, in the second attempt"),
        ("Request 00112233-4455-6677-8899-aabbccddeeff completed in -3ms", "TPL-7", "values of their types"),
        ("Request  completed in ms", "TPL-7", "empty values"),
        ("request 7 completed in 12ms", "TPL-7", "another first literal"),
        ("Request 7 completed in 12 s", "TPL-7", "another last literal"),
        ("Request completed in ms", "TPL-7", "literals that overlap"),
    ),
    "{0}, {1}.": (
        ("a, b, c.", "TPL-7", "the first place of a literal"),
        ("a.", "TPL-7", "a literal too few"),
    ),
    "n{a:int} {b:word}": (
        ("n12 x", "TPL-7", "values of their types"),
        ("n1x y", "TPL-7", "no second attempt without a literal of four bytes"),
        ("n12 x y", "TPL-7", "a word with a space"),
    ),
    "{0} or {0}": (("a or a", "TPL-8", "a slot with one value"), ("a or b", "TPL-8", "and with two")),
    "{{{a:low|lower}}}": (("{lower}", "TPL-7", "the longest alternative first"), ("{lo}", "TPL-7", "none")),
}


def groups() -> Groups:
    """All groups of the chapter."""
    yield SECTION, list(_patterns())
    for pattern, texts in TEXTS.items():
        case_type = Matches(pattern)
        yield case_type, [case_type.valid(text.encode(), comment, rule) for text, rule, comment in texts]
    yield SECTION, list(_broken(EMPTY))


def _patterns() -> Iterator[Case]:
    for pattern, rule, comment in PATTERNS:
        section = build_templates({FIRST_APPLICATION_ID: parse_pattern(pattern)})
        yield SECTION.valid(comment, (rule,), section, {})
    yield from _broken(BROKEN)


def _broken(patterns: Sequence[tuple[str, str, str]]) -> Iterator[Case]:
    for pattern, rule, comment in patterns:
        encoded = pattern.encode()
        wire = b"\x01\x80\x02" + VarInt().build(len(encoded)) + encoded
        yield Case(comment, (rule,), wire, code=Code.MALFORMED, flag=Flag.LAX_PATTERN)
