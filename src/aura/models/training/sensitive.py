"""Finding secrets and personal data that tell by their form: addresses, numbers, tokens, keys.

These are heuristics for training text. They rather take too much than too little, and cannot find what has no
form, such as a name in a sentence; :mod:`~aura.models.training.labels` finds what labels name.

Regular expressions are slow where there is nothing to find, which is almost everywhere. So a form has *hints*, of
which one is in every match, and its pattern is tried near them alone. Keys, tokens and numbers stand within a *run*
of certain characters, and their patterns are tried in long runs alone. No match reaches over a zero byte: messages
that are joined by ``BETWEEN`` have the matches that they have one by one, and are searched faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from typing import Final, NamedTuple

from aura.models.training.randomness import MIN_DISTINCT, are_random_letters, has_all_classes, is_mixed

BETWEEN: Final = b"\0"
"""Separates messages that are searched together."""


class Found(NamedTuple):
    """A place in a text with something sensitive of some kind."""

    start: int
    end: int
    kind: str


Accept = Callable[[bytes], bool]


def always(_value: bytes) -> bool:
    """Accept what a pattern matches."""
    return True


def is_sensitive(value: bytes, accept: Accept) -> bool:
    """Whether a value that matches is accepted, and not of a few characters over and over."""
    return len(set(value)) >= MIN_DISTINCT and accept(value)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Strings of a kind.

    Attributes:
        kind: for reports.
        expression: matches one.
        accept: tells whether a value that matches is one, where the expression alone cannot.
        group: of the expression that is the sensitive part; 0 is all of it.
    """

    kind: str
    expression: re.Pattern[bytes]
    accept: Accept = always
    group: str | int = "value"

    def find(self, text: bytes, start: int, end: int) -> list[Found]:
        """Each sensitive string between two places, in order."""
        return [
            Found(*match.span(self.group), self.kind)
            for match in self.expression.finditer(text, start, end)
            if is_sensitive(match[self.group], self.accept)
        ]


@dataclass(frozen=True, slots=True)
class Form:
    """A pattern that is tried near hints.

    Attributes:
        pattern: no match is longer than ``before`` and ``after`` together.
        hints: one of them is in every match.
        before: bytes of a match that are before the first byte of a hint, at most.
        after: bytes of a match from there on, at most, and one more.
        in_shape: whether the hints are in the shape of the text.
    """

    pattern: Pattern
    hints: tuple[bytes | re.Pattern[bytes], ...]
    before: int
    after: int
    in_shape: bool = False

    def find(self, text: bytes, shape: bytes) -> Iterator[Found]:
        """Each sensitive string of this form, in order."""
        for start, end in self._regions(shape if self.in_shape else text):
            yield from self.pattern.find(text, start, end)

    def _regions(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Where to search: around hints, and whole where these regions meet."""
        places = [place for hint in self.hints for place in _places(hint, text)]
        if not places:
            return
        places.sort()
        start = max(0, places[0] - self.before)
        end = places[0] + self.after
        for place in places:
            if place - self.before > end:
                yield start, end
                start = place - self.before
            end = place + self.after
        yield start, end


def _places(hint: bytes | re.Pattern[bytes], text: bytes) -> Iterator[int]:
    if not isinstance(hint, bytes):
        yield from (match.start() for match in hint.finditer(text))
        return
    place = text.find(hint)
    while place >= 0:
        yield place
        place = text.find(hint, place + 1)


_NO_PERSON = re.compile(
    rb"(?:[@.]example(?:\.(?:com|net|org))?|\.(?:test|invalid|localhost))$"  # RFC 2606
    rb"|^(?:no-?reply|reply|git|support|info)@",
    re.IGNORECASE,
)


def _is_personal_address(value: bytes) -> bool:
    return not _NO_PERSON.search(value)


_DIGIT = re.compile(rb"\d")


def has_digit(value: bytes) -> bool:
    """Whether a digit is in the value."""
    return _DIGIT.search(value) is not None


_LONG: Final = 40
"""Characters that no joined words have in base64, so that all of it is taken for random."""

_DATE = re.compile(rb"\d{4}-\d\d-\d\dT")
_JOINED = re.compile(rb"[_-]")
_NO_TOKEN = re.compile(rb"[+/]")
_PATH_SEGMENT = re.compile(rb"(?:^|/)[A-Z]?[a-z]{4,}(?:/|$)")


def _is_random(value: bytes) -> bool:
    return is_mixed(value) or (len(value) >= _LONG and has_all_classes(value) and not _JOINED.search(value))


def _is_token(value: bytes) -> bool:
    return _is_random(value) and not _DATE.match(value)


def _is_base64(value: bytes) -> bool:
    return bool(_NO_TOKEN.search(value)) and not _PATH_SEGMENT.search(value) and _is_random(value)


def _is_hexadecimal(value: bytes) -> bool:
    return has_digit(value) and not value.isdigit()


_MOMENT = re.compile(rb"1\d{9}(?:\d{3}){0,3}$|(?:19|20)\d\d(?:0\d|1[012])[0-3]\d\d*$")
"""Seconds to nanoseconds since 1970, from 2001 to 2033; or a date, perhaps with a time."""


def _is_number(value: bytes) -> bool:
    """Whether digits may name someone: they are no time, and no limit such as 2^31 - 1 or 10^9."""
    if _MOMENT.match(value) or len(value.rstrip(b"0")) < len(value) / 2:
        return False
    number = int(value[:20])
    return number & (number - 1) != 0 and number & (number + 1) != 0


def _is_phone(value: bytes) -> bool:
    return len(_DIGIT.findall(value)) >= 10


def _is_public_host(value: bytes) -> bool:
    parts = [int(part) for part in value.split(b".")]
    is_private = parts[0] in (0, 10, 127, 192, 255) or (parts[0] == 172 and 16 <= parts[1] < 32)
    return max(parts) < 256 and not is_private


def _is_host_of_someone(value: bytes) -> bool:
    try:
        address = IPv6Address(value.decode())
    except AddressValueError:
        return False
    return address.is_global or address.is_link_local


_SHAPES: Final = bytearray(b"x" * 256)
"""What the shape of a text has for each byte: ``0`` for digits, ``A`` for capitals, a space for what separates."""
for _characters, _class in (
    (b"0123456789", b"0"),
    (bytes(range(65, 91)), b"A"),
    (b" .-/", b" "),
    (b"+", b"+"),
):
    for _byte in _characters:
        _SHAPES[_byte] = _class[0]


def shape_of(text: bytes) -> bytes:
    """The classes of the bytes of a text, in which some hints are."""
    return text.translate(_SHAPES)


def _pattern(kind: str, expression: bytes, accept: Accept = always) -> Pattern:
    compiled = re.compile(expression)
    return Pattern(kind, compiled, accept, "value" if "value" in compiled.groupindex else 0)


_HEX: Final = rb"[0-9a-fA-F]"

FORMS: Final = (
    Form(
        _pattern(
            "mail",
            rb"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,12}\b",
            _is_personal_address,
        ),
        hints=(b"@",),
        before=64,
        after=340,
    ),
    Form(
        _pattern(
            "phone",
            rb"(?<![\w.+-])(?:\+[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)|\d{1,4})(?:[ .-]?\d{2,4}){2,4}"
            rb"|\(\d{3}\)[ .-]?\d{3}[ .-]\d{4}|\d{3}([ .-])\d{3}\1\d{4}"  # North America
            rb"|0[1-9]([ .])\d\d(?:\2\d\d){3}|0\d{2,4}[ /-]\d{5,8})(?![\w-])",  # France; Germany, Britain
            _is_phone,
        ),
        hints=(b"+0", b"000 0000", b"00 00 00 00 00"),
        before=8,
        after=34,
        in_shape=True,
    ),
    Form(
        _pattern("IP address", rb"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])", _is_public_host),
        hints=(re.compile(rb"\.\d{1,3}\.\d"),),
        before=3,
        after=14,
    ),
    Form(
        _pattern(
            "IP address",
            rb"(?i)(?<![\w:.])(?=[0-9a-f]|::[0-9a-f])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])",
            _is_host_of_someone,
        ),
        hints=(re.compile(rb":(?::|(?:" + _HEX + rb"{1,4}:){3})"),),
        before=34,
        after=42,
    ),
    Form(
        _pattern(
            "MAC address",
            rb"(?<![\w:-])" + _HEX + rb"{2}([:-])" + _HEX + rb"{2}(?:\1" + _HEX + rb"{2}){4}(?![\w:-])",
            _is_hexadecimal,
        ),
        hints=(re.compile(rb":(?:" + _HEX + rb"{2}:){4}"), re.compile(rb"-(?:" + _HEX + rb"{2}-){4}")),
        before=2,
        after=17,
    ),
)
"""Strings whose form tells what they are."""


class Run:
    """Strings that stand within a run of certain characters.

    Attributes:
        characters: of the run, as a class of a regular expression.
        shortest: bytes of the shortest run with such a string.
        needed: each of them matches in every run with such a string.
        patterns: of the strings; they are tried in order until one takes the whole run. A match may end with two
            bytes ``=`` after it.
    """

    def __init__(
        self, characters: bytes, shortest: int, needed: Iterable[bytes], patterns: Iterable[Pattern]
    ) -> None:
        self.characters = characters
        self.shortest = shortest
        self.needed = tuple(map(re.compile, needed))
        self.patterns = tuple(patterns)
        is_in = re.compile(characters).match
        self._shape = bytes(120 if is_in(bytes((byte,))) else 32 for byte in range(256))
        self._least = b"x" * shortest

    def places(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Start and end of each run that is not too short."""
        shape = text.translate(self._shape)
        start = shape.find(self._least)
        while start >= 0:
            end = shape.find(b" ", start)
            if end < 0:
                end = len(text)
            yield start, end
            start = shape.find(self._least, end)

    def find(self, text: bytes, start: int, end: int) -> list[Found]:
        """Each sensitive string in a run; they may overlap."""
        every: list[Found] = []
        for expression in self.needed:
            if not expression.search(text, start, end):
                return every
        for pattern in self.patterns:
            found = pattern.find(text, start, end + 2)
            every += found
            if found and found[0].start == start and found[0].end >= end:
                break
        return every


TOKENS: Final = Run(
    rb"[A-Za-z0-9_\-]",
    12,
    [rb"\d"],
    (
        _pattern(
            "hexadecimal",
            rb"(?<![0-9A-Za-z.])(?:0x)?(?P<value>[0-9a-f]{12,}|[0-9A-F]{12,})(?![0-9A-Za-z])",
            _is_hexadecimal,
        ),
        _pattern(
            "UUID",
            rb"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])",
            has_digit,
        ),
        _pattern(
            "token",
            rb"(?<![A-Za-z0-9_\-])(?>(?:[A-Za-z]{2,40}[_\-]){0,3})(?P<value>[A-Za-z0-9_\-]{12,}={0,2})",
            _is_token,
        ),
        _pattern(
            "key",
            rb"(?<![A-Za-z0-9])(?:(?:sk|pk|rk|phc|phx|gh[pousr]|github_pat|glpat|xox[abeprs]|hf|npm|whsec)[-_]"
            rb"|(?=(?:AKIA|ASIA|A[GINR][DOPS]A)[A-Z0-9]{12}|AIza[\w-]{30}))(?P<value>[A-Za-z0-9_\-]{12,})",
            has_digit,
        ),
    ),
)
"""Those whose characters stand in names of variables, too."""

BASE64: Final = Run(
    rb"[A-Za-z0-9+/]",
    24,
    [rb"\d", rb"[+/]"],
    [_pattern("key", rb"(?<![A-Za-z0-9+/])(?P<value>[A-Za-z0-9+/]{24,}={0,2})", _is_base64)],
)
"""Those that are no tokens."""

NUMBERS: Final = Run(rb"[0-9]", 9, [], [_pattern("number", rb"(?<![\w.])\d{9,}(?![\w.])", _is_number)])

LETTERS: Final = Run(
    rb"[A-Za-z]", 20, [], [_pattern("random letters", rb"[A-Za-z]{20,}", are_random_letters)]
)

_ESCAPED_SPACE: Final = ((b"\\n", b"\n\n"), (b"\\r", b"\n\n"), (b"\\t", b"\n\n"))
_ESCAPED = re.compile(rb"\\u[0-9a-fA-F]{4}")


def without_escapes(text: bytes) -> bytes:
    """The text with white space for the escapes of JSON within it, whose letters belong to no string."""
    if b"\\" not in text:
        return text
    for escape, space in _ESCAPED_SPACE:
        text = text.replace(escape, space)
    return _ESCAPED.sub(b"\n" * 6, text) if b"\\u" in text else text


def find(text: bytes) -> list[Found]:
    """Each string whose form is sensitive; they may overlap.

    Args:
        text: without escapes; a message, or several with ``BETWEEN`` between them.
    """
    shape = shape_of(text)
    found = [found for form in FORMS for found in form.find(text, shape)]
    for run in (TOKENS, BASE64, NUMBERS, LETTERS):
        for start, end in run.places(text):
            found += run.find(text, start, end)
    return found
