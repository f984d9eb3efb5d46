"""Finding secrets and personal data that labels name, as in ``"login":"…"`` or ``password=…``.

Every match of a label begins with one of its *anchors*, fixed strings; only where one stands is the pattern tried.
As in :mod:`~aura.models.training.sensitive`, no match reaches over a zero byte.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from aura.models.training.sensitive import (
    Accept,
    Form,
    Found,
    Pattern,
    always,
    has_digit,
    is_sensitive,
    shape_of,
)


@dataclass(frozen=True, slots=True)
class Label:
    """A pattern that begins with an anchor.

    Attributes:
        pattern: matches the label and what it names; the group ``value`` is the sensitive part.
        anchors: in lower case.
    """

    pattern: Pattern
    anchors: tuple[bytes, ...]


class Labels:
    """Several labels that are searched together."""

    def __init__(self, *labels: Label) -> None:
        self.labels = labels
        by_anchor: defaultdict[bytes, list[Pattern]] = defaultdict(list)
        for label in labels:
            for anchor in label.anchors:
                by_anchor[anchor].append(label.pattern)
        self._by_anchor = tuple(by_anchor.items())

    def find(self, text: bytes) -> Iterator[Found]:
        """Each value that a label names; they may overlap."""
        lower = text.lower()
        for anchor, patterns in self._by_anchor:
            at = lower.find(anchor)
            while at >= 0:
                for pattern in patterns:
                    match = pattern.expression.match(text, at)
                    if match and is_sensitive(match["value"], pattern.accept):
                        yield Found(*match.span("value"), pattern.kind)
                at = lower.find(anchor, at + 1)


_Q: Final = rb"\\*[\"']"
"""A quotation mark in JSON, or in JSON within JSON."""

_IS: Final = _Q + rb"\s*[:=]\s*" + _Q
"""What stands between a key and a text."""

_NEXT: Final = _Q + rb",\s*" + _Q
_NAME: Final = rb"(?P<value>[^\"'\\<>@{}\d/,\0]{4,60})"


def _label(
    kind: str, anchors: str, expression: bytes, accept: Accept = always, *, cased: bool = False
) -> Label:
    flags = re.NOFLAG if cased else re.IGNORECASE
    pattern = Pattern(kind, re.compile(expression, flags), accept)
    return Label(pattern, tuple(anchor.encode() for anchor in anchors.split()))


def _is_cased(value: bytes) -> bool:
    return value.upper() != value or not value.isascii()


_ROLES: Final = frozenset(
    b"admin administrator agent anonymous assistant author bot client customer default everyone guest here human "
    b"login member moderator none nobody null owner public root self server service system team test tester "
    b"undefined unknown user username visitor "
    # after an at sign: rules of style sheets, tags of documentation, annotations of code, mentions of all
    b"apply author channel charset class constructor container deprecated describe example extend export "
    b"font-face fontface generated import include interface internal keyframes layer link media mixin namespace "
    b"override package page param private property protected readonly return returns since staticmethod "
    b"classmethod dataclass supports tailwind this throws todo type typedef version".split()
)
"""Stand where accounts do, and are no one's."""


def _is_account(value: bytes) -> bool:
    return value.lower() not in _ROLES


_KEY: Final = rb"(?:(?<=api)|(?<=api[_-])|(?<=access)|(?<=access_)|(?<=private)|(?<=private_))key"

SECRETS: Final = Labels(
    _label(
        "password",
        "password passwd pwd",
        rb"(?:password|passwd|pwd)" + _IS + rb"(?P<value>[^\"'\\\s{}<\0]{6,200})",
    ),
    _label(
        "credential",
        "key token secret signature authorization cookie",
        rb"(?:"
        + _KEY
        + rb"(?:_?id)?|token|secret|signature|authorization|cookie)"
        + _IS
        + rb"(?:(?:bearer|basic|token) )?(?P<value>[^\"'\\\s{}<\0]{8,})",
        has_digit,
    ),
    _label(
        "credential",
        "password passwd pwd key token secret",
        rb"(?:password|passwd|pwd|" + _KEY + rb"|token|secret)"
        rb"=(?P<value>(?>[A-Za-z0-9_\-+/%.~!*]{8,200}))(?![\w(\[])",
        has_digit,
    ),
    _label("credential", "bearer basic", rb"(?:bearer|basic) (?P<value>[A-Za-z0-9_\-+/=.]{8,})", has_digit),
    _label(
        "password",
        "://",
        rb"://[^\s/:@\"'\\<>\0]{1,64}:(?P<value>[^\s/:@\"'\\<>${}\0]{4,64})@",
    ),
    _label(
        "key",  # of a mail service, or a cloud's
        "sg. ya29.",
        rb"(?<![A-Za-z0-9])(?:SG|ya29)\.(?P<value>[A-Za-z0-9_\-]{12,})",
        has_digit,
        cased=True,
    ),
)
"""Values that labels tell to be secret; elsewhere a short one is an ordinary word."""


def _prefixed(*prefixes: str) -> bytes:
    """Matches after one of the words, or one and a line."""
    words = [word.encode() + line for word in prefixes for line in (b"", b"_")]
    return b"|".join(rb"(?<=\b" + word + rb")" for word in words)


def _is_handle(value: bytes) -> bool:
    return value.upper() != value and _is_account(value)


NAMES: Final = Labels(
    _label(
        "account",
        "login name user author handle",
        rb"(?:\blogin|(?:"
        + _prefixed("screen", "user", "nick")
        + rb")name|\buser_?id|\bauthor|\bhandle)"
        + _IS
        + rb"@?(?P<value>[A-Za-z0-9_.\-]{4,40})"
        + _Q,
        _is_account,
    ),
    _label(
        "person",
        "name",
        rb"(?:" + _prefixed("real", "full", "display", "first", "last") + rb")name" + _IS + _NAME + _Q,
        _is_cased,
    ),
    _label("person", "name", rb"\bname" + _IS + _NAME + _NEXT + rb"(?:email|screen_name)" + _Q, cased=True),
    _label(
        "person",
        "email",
        rb"\bemail" + _IS + rb"[^\"'\\\0]{0,64}" + _NEXT + rb"name" + _IS + _NAME + _Q,
        cased=True,
    ),
    _label(
        "number of an account",
        "login user account owner actor customer",
        rb"(?:\blogin"
        + _IS
        + rb"[^\"\\\0]{1,40}"
        + _NEXT
        + rb"id|\b(?:user|account|owner|actor|customer)_?id)"
        + _Q
        + rb"\s*:\s*(?:"
        + _Q
        + rb")?(?P<value>\d{5,})",
    ),
    _label("number of an account", "id_str", rb"\bid_str" + _IS + rb"(?P<value>\d{5,})", cased=True),
    _label(
        "handle",
        "@",
        rb"(?<![\w@./:*+\-])@(?P<value>[A-Za-z](?>[\w\-]{4,39}))(?![\w\-(/.@\n\\])",
        _is_handle,
    ),
)

LINKED_NAME: Final = Pattern(
    "account",
    re.compile(
        rb"\.com/(?:(?<=github\.com/)|(?<=githubusercontent\.com/)|(?<=twitter\.com/)|(?<=gravatar\.com/))"
        rb"(?:users/|repos/|u/)?(?P<value>(?!users/|repos/|orgs/|gists/)[A-Za-z0-9][\w\-]{3,39})(?=[/\"\\?])"
    ),
    _is_account,
)

NAMED_FORMS: Final = (
    Form(
        Pattern(
            "person",
            re.compile(
                rb"(?:^|[\0\s,\"])(?P<value>[A-Z][\w.'\-]{1,40}(?: [A-Z][\w.'\-]{0,40}){1,3}) <[^<>\s@\0]{1,64}@"
            ),
        ),
        hints=(re.compile(rb" <[^<>\s@\0]{1,64}@"),),
        before=170,
        after=68,
    ),
    Form(
        Pattern(
            "postal address",
            re.compile(
                rb"(?<![\w.,/-])(?P<value>\d{1,5} (?:[A-Z][a-z'.]{1,20} ){1,3}"
                rb"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Terrace|Square|Crescent))\b"
            ),
        ),
        hints=(b"0 A",),
        before=4,
        after=80,
        in_shape=True,
    ),
    Form(
        Pattern(
            "postal address",
            re.compile(
                rb"\b(?P<value>[A-Z][a-z\x80-\xff]{2,24}(?:stra\xc3\x9fe|strasse|str\.|platz) \d{1,4}[a-z]?)\b"
            ),
        ),
        hints=(b"stra\xc3\x9fe ", b"strasse ", b"str. ", b"platz "),
        before=25,
        after=16,
    ),
)
"""Persons before their mail addresses, and houses. Where many sources write one, it is a public one."""


def find_secrets(text: bytes) -> list[Found]:
    """Each value that a label of ``SECRETS`` names; they may overlap.

    Args:
        text: without escapes; a message, or several with ``BETWEEN`` between them.
    """
    return list(SECRETS.find(text))


def find_names(text: bytes) -> list[Found]:
    """Each value that a label of ``NAMES`` or a link names, or that has one of ``NAMED_FORMS``; they may overlap.

    Wherever else they stand, they are sensitive, too.

    Args:
        text: without escapes; a message, or several with ``BETWEEN`` between them.
    """
    shape = shape_of(text)
    return [
        *NAMES.find(text),
        *LINKED_NAME.find(text, 0, len(text)),
        *(found for form in NAMED_FORMS for found in form.find(text, shape)),
    ]
