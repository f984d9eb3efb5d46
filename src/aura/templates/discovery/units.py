r"""A text as units, from which it can be put together again: words, and what stands behind each.

Log parsers such as Drain cut a line at white space and forget it. Here nothing is lost:

>>> cut = units('{"id":17} from 10.0.0.1')
>>> [(unit.word, unit.gap, unit.mask) for unit in cut]
[('', '{"', ''), ('id', '":', ''), ('17', '} ', '<number>'), ('from', ' ', ''), ('10.0.0.1', '', '<address>')]
>>> "".join(unit.word + unit.gap for unit in cut)
'{"id":17} from 10.0.0.1'
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

MASKS: Final = ("<time>", "<uuid>", "<address>", "<number>", "<numbered>")
"""What words with values look like to a clustering algorithm."""

_TIME, _UUID, _ADDRESS, _NUMBER, _NUMBERED = MASKS

_CLOCK: Final = r"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d(?::?\d\d)?)?"
_DAY: Final = "(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?"
_MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE: Final = (
    rf"(?:{_DAY}{_MONTH} {{1,2}}\d{{1,2}}|{_DAY}\d{{1,2}}[ /-]{_MONTH}[ /-]\d{{4}}"
    r"|\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/.]\d\d[-/.]\d{2,4}|\d\d[-/.]\d\d(?= \d\d:\d\d:\d\d))"
)
_MOMENT: Final = rf"(?:{_DATE}(?:(?:[T:]|,? ){_CLOCK})?(?: \d{{4}}(?!\w))?|{_CLOCK})"

# No repetition within a repetition reads the same characters in two ways, so that cutting is linear.
_WORD: Final = re.compile(
    rf"(?P<time>(?<![\w.]){_MOMENT}(?![\w.]\w))"
    r"|(?P<uuid>(?<!\w)[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?!\w))"
    r"|(?P<ipv6>(?<![\w:])[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){7}(?![\w:])"
    r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,5})?::"
    r"(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,5})?(?![\w:]))"
    r"|(?P<ipv4>(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]))"
    r"|(?P<number>(?:(?<!\w)-)?\d+(?:\.\d+)?(?![\w.-]))"
    r"|(?P<word>(?:(?<!\w)-(?=\d))?\w+(?:[.-]\w+)*)",
    re.ASCII,
)
_MASK_OF: Final = {"time": _TIME, "uuid": _UUID, "ipv4": _ADDRESS, "ipv6": _ADDRESS, "number": _NUMBER}
_DIGIT: Final = re.compile(r"\d", re.ASCII)


class Unit(NamedTuple):
    """A word and the gap behind it.

    Attributes:
        word: a value or a word; empty only in the first unit, before a text that begins with a gap.
        gap: the characters up to the next word, if any.
        mask: one of :data:`MASKS`, if the word is a value or has a digit; else empty.
    """

    word: str
    gap: str
    mask: str

    @property
    def is_moment(self) -> bool:
        """Whether the word is a time of day, with or without a date: tomorrow it is another one."""
        return self.mask == _TIME and ":" in self.word

    @property
    def shape(self) -> str:
        """What two units have in common that may stand for each other: the mask, or the word itself."""
        return self.mask or self.word


def units(text: str) -> list[Unit]:
    """Cut a text into units; together they are the text."""
    cut = []
    word, mask, end = "", "", 0
    for found in _WORD.finditer(text):
        if end or found.start():
            cut.append(Unit(word, text[end : found.start()], mask))
        word, end = found[0], found.end()
        kind = found.lastgroup or ""
        mask = _MASK_OF.get(kind) or (_NUMBERED if _DIGIT.search(word) else "")
    if end or text:
        cut.append(Unit(word, text[end:], mask))
    return cut


def line_of(cut: Iterable[Unit]) -> str:
    """What a clustering algorithm is given: the shapes with spaces between them."""
    return " ".join([unit.shape for unit in cut if unit.word])
