"""Finding secrets and personal data in text, by form and by label.

Some strings tell by their *form* what they are: mail addresses, telephone numbers, hexadecimal numbers, tokens,
keys. Others tell only by the *label* beside them, as in ``"login":"…"``; what a label names is sensitive wherever
else it stands, too.

These are heuristics for training text. They rather take too much than too little, and cannot find what has
neither form nor label, such as a name in a sentence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

MIN_DISTINCT: Final = 4
"""Different characters of a random string: ``00000000`` and ``AAAAAAAA`` are no one's."""


def _always(_value: bytes) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of sensitive string.

    Attributes:
        name: for reports.
        pattern: matches it; the group ``value``, if there is one, is the sensitive part.
        accept: tells whether a value that matches is one, where the pattern alone cannot.
    """

    name: str
    pattern: re.Pattern[bytes]
    accept: Callable[[bytes], bool] = _always

    def spans(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Start and end of each sensitive string of this kind, in order."""
        group = "value" if "value" in self.pattern.groupindex else 0
        for match in self.pattern.finditer(text):
            if len(set(match[group])) >= MIN_DISTINCT and self.accept(match[group]):
                yield match.span(group)


_NO_PERSON = re.compile(
    rb"(?:[@.]example(?:\.(?:com|net|org))?|\.(?:test|invalid|localhost))$"  # RFC 2606
    rb"|^(?:no-?reply|reply|git|support|info)@",
    re.IGNORECASE,
)


def _is_personal_address(value: bytes) -> bool:
    return not _NO_PERSON.search(value)


def _has_digit(value: bytes) -> bool:
    return any(48 <= byte <= 57 for byte in value)


def _class_of(byte: int) -> str:
    character = chr(byte)
    if character.isdecimal():
        return "digit"
    if not character.isascii() or not character.isalpha():
        return "other"
    return "upper" if character.isupper() else "lower"


_MIXED: Final = 0.2
"""Changes of class a character, of random letters and digits; joined words have fewer."""


def _is_random(value: bytes) -> bool:
    """Whether letters and digits are mixed as in random strings, and not as in words that are joined."""
    classes = [_class_of(byte) for byte in value]
    if "digit" not in classes or not {"upper", "lower"} & set(classes):
        return False
    changes = sum(
        one != other and (one, other) != ("upper", "lower")  # a capital begins a word
        for one, other in pairwise(classes)
        if "other" not in (one, other)
    )
    return changes >= _MIXED * (len(classes) - classes.count("other"))


_DATE = re.compile(rb"\d{4}-\d\d-\d\dT")


def _is_token(value: bytes) -> bool:
    return _is_random(value) and not _DATE.match(value)


_LONG: Final = 40
"""Characters that no joined words have in base64, so that all of it is taken for random."""

_PATH_SEGMENT = re.compile(rb"(?:^|/)[A-Z]?[a-z]{4,}(?:/|$)")


def _is_key(value: bytes) -> bool:
    is_long = len(value) >= _LONG and {"digit", "upper", "lower"} <= {_class_of(byte) for byte in value}
    return (is_long or _is_random(value)) and not _PATH_SEGMENT.search(value)


def _is_cased(value: bytes) -> bool:
    return value.upper() != value or not value.isascii()


def _is_hexadecimal(value: bytes) -> bool:
    return _has_digit(value) and any(byte > 57 for byte in value)


_MOMENT = re.compile(rb"1\d{9}(?:\d{3}){0,3}$|(?:19|20)\d\d(?:0\d|1[012])[0-3]\d\d*$")
"""Seconds to nanoseconds since 1970, from 2001 to 2033; or a date, perhaps with a time."""


def _is_identifier(value: bytes) -> bool:
    return not _MOMENT.match(value)


def _is_telephone_number(value: bytes) -> bool:
    return sum(48 <= byte <= 57 for byte in value) >= 10


def _is_public_host(value: bytes) -> bool:
    parts = [int(part) for part in value.split(b".")]
    return max(parts) < 256 and parts[0] not in (0, 10, 127, 192, 255)


def _kind(name: str, pattern: bytes, accept: Callable[[bytes], bool] = _always) -> Kind:
    return Kind(name, re.compile(pattern), accept)


FORMS: Final = (
    _kind(
        "mail address",
        rb"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,12}\b",
        _is_personal_address,
    ),
    _kind(
        "key with a prefix",
        rb"(?<![A-Za-z0-9])(?:sk|pk|rk|phc|phx|gh[pousr]|github_pat|glpat|xox[abeprs]|hf|npm|whsec|SG|ya29)[-_.]"
        rb"(?P<value>[A-Za-z0-9_\-]{12,})",
        _has_digit,
    ),
    _kind(
        "key of a cloud",
        rb"(?<![A-Za-z0-9])(?P<value>(?:AKIA|ASIA|A[GINR][DOPS]A)[A-Z0-9]{12,17}|AIza[\w-]{30,})",
        _has_digit,
    ),
    _kind("key", rb"(?<![A-Za-z0-9+/])(?P<value>[A-Za-z0-9+/]{24,}={0,2})", _is_key),
    _kind(
        "token",
        rb"(?<![A-Za-z0-9_\-])(?>(?:[A-Za-z]{2,40}[_\-]){0,3})(?P<value>[A-Za-z0-9_\-]{12,}={0,2})",
        _is_token,
    ),
    _kind(
        "identifier",
        rb"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])",
    ),
    _kind(
        "hexadecimal",
        rb"(?<![0-9A-Za-z.])(?:0x)?(?P<value>[0-9a-f]{12,}|[0-9A-F]{12,})(?![0-9A-Za-z])",
        _is_hexadecimal,
    ),
    _kind(
        "telephone number",
        rb"(?<![\w.+-])(?:\+[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)|\d{1,4})(?:[ .-]?\d{2,4}){2,4}"
        rb"|\(\d{3}\)[ .-]?\d{3}[ .-]\d{4}|\d{3}([ .-])\d{3}\1\d{4}|\d{5} \d{6})(?![\w-])",
        _is_telephone_number,
    ),
    _kind("long number", rb"(?<![\w.])\d{9,}(?![\w.])", _is_identifier),
    _kind("host", rb"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])", _is_public_host),
)
"""Strings that tell by their form what they are."""

_Q: Final = rb"\\*[\"']"
"""A quotation mark in JSON, or in JSON within JSON."""

_IS: Final = _Q + rb"\s*[:=]\s*" + _Q
"""What stands between a key and a text."""

CREDENTIALS: Final = (
    _kind("password", rb"(?i)(?:password|passwd|pwd)" + _IS + rb"(?P<value>[^\"'\\\s{}<]{6,200})"),
    _kind(
        "credential",
        rb"(?i)(?:api[_-]?key|token|secret|access_?key(?:_?id)?|private_?key|signature|authorization|cookie)"
        + _IS
        + rb"(?:(?:bearer|basic|token) )?(?P<value>[^\"'\\\s{}<]{8,})",
        _has_digit,
    ),
    _kind("credential", rb"(?i)\b(?:bearer|basic) (?P<value>[A-Za-z0-9_\-+/=.]{8,})", _has_digit),
)
"""Values that labels tell to be secret; elsewhere a short one is an ordinary word."""

_NEXT: Final = _Q + rb",\s*" + _Q
_NAME: Final = rb"(?P<value>[^\"'\\<>@{}\d/,]{4,60})"

LABELLED: Final = (
    _kind(
        "account",
        rb"(?i)\b(?:login|screen_?name|user_?name|user_?id|nick_?name|author|handle)"
        + _IS
        + rb"@?(?P<value>[A-Za-z0-9_.\-]{4,40})"
        + _Q,
    ),
    _kind(
        "account",
        rb"(?:github(?:usercontent)?\.com/(?:users/|repos/)?|twitter\.com/|gravatar\.com/)"
        rb"(?P<value>(?!users/|repos/|orgs/|gists/)[A-Za-z0-9][\w\-]{3,39})(?=[/\"\\?])",
    ),
    _kind("account", rb"(?<![\w@./:*+\-])@(?P<value>[A-Za-z][\w\-]*[a-z][\w\-]{3,37})(?![\w\-(/.@\n\\])"),
    _kind(
        "person",
        rb"(?i)\b(?:real_?name|full_?name|display_?name|first_?name|last_?name)" + _IS + _NAME + _Q,
        _is_cased,
    ),
    _kind("person", rb"\bname" + _IS + _NAME + _NEXT + rb"(?:email|screen_name)" + _Q),
    _kind("person", rb"\bemail" + _IS + rb"[^\"'\\]{0,64}" + _NEXT + rb"name" + _IS + _NAME + _Q),
    _kind("person", rb"(?:^|[\s,\"])(?P<value>[A-Z][\w.'\-]+(?: [A-Z][\w.'\-]*){1,3}) <[^<>\s@]{1,64}@"),
    _kind(
        "number of an account",
        rb"(?i)(?:\blogin"
        + _IS
        + rb"[^\"\\]{1,40}"
        + _NEXT
        + rb"id|\b(?:user|account|owner|actor|customer)_?id)"
        + _Q
        + rb"\s*:\s*(?:"
        + _Q
        + rb")?(?P<value>\d{5,})",
    ),
    _kind("number of an account", rb"\bid_str" + _IS + rb"(?P<value>\d{5,})"),
    _kind("number of an account", rb"(?:githubusercontent|gravatar)\.com/u/(?P<value>\d{4,})"),
)
"""Values that are sensitive wherever they stand, once a label has told what they are."""


_WORD = re.compile(rb"[A-Za-z0-9\x80-\xff]+")


class Strings:
    """Finds any of many strings where they stand as words of their own."""

    def __init__(self, values: Iterable[bytes]) -> None:
        self._by_word: defaultdict[bytes, set[bytes]] = defaultdict(set)
        for value in values:
            word = _WORD.search(value)
            if word is not None:
                self._by_word[word[0]].add(value[word.start() :].rstrip())

    def spans(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Start and end of each place where one of the strings stands."""
        for word in _WORD.finditer(text):
            for value in self._by_word.get(word[0], ()):
                end = word.start() + len(value)
                if text.startswith(value, word.start()) and not _WORD.match(text, end):
                    yield word.start(), end
