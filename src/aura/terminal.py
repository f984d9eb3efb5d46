"""Text of others on a terminal, which takes some characters for commands."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Text on one line: characters that do not show, such as those of control, are spelled as Python spells them.

    >>> print(printable("red: \x1b[31m, next line: \n, right to left: \u202e"))
    red: \x1b[31m, next line: \n, right to left: \u202e
    """
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def printable_lines(text: str) -> str:
    r"""As :func:`printable`, but line feeds and tabs stay.

    >>> print(printable_lines("one\ntwo\x07"))
    one
    two\x07
    """
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))
