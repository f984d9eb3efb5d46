r"""A record of the audit log as a line of JSON, and its place in the chain of hashes.

A line has its members in this order::

    {"seq":7,"kind":"message","time":"…", …,"digest":"…","chain":"…","private":{"salt":"…","user":"…", …}}

``digest`` is the SHA-256 of the object ``private``, byte for byte. ``chain`` is the SHA-256 of the chain before, 32
bytes, and of all bytes of the line that stand before ``,"chain":``, or with a key their HMAC-SHA-256. So the chain
covers the object by its digest alone, and the object can be erased: ``"private":null``. Nothing can be guessed from
a digest that stays, as a random salt goes with the object. What has nothing private has ``"digest":null``.

>>> body = line_body("message", 0.25, ',"plain":5')
>>> line, chain = build_line(0, body, b'{"salt":"00","content":"hello"}', START, None)
>>> parsed = parse_line(line)
>>> parsed.seq, parsed.kind, parsed.chain == chain == chain_of(parsed.covered, START, None)
(0, 'message', True)
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from binascii import hexlify
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from aura_spec.errors import AuraError

START: Final = bytes(32)
"""The chain before the first record."""

_LINE: Final = re.compile(
    rb'(\{"seq":(0|[1-9][0-9]{0,18}),"kind":"([a-z]+)","time":"([0-9T:.\-]{26}Z)"[^\n]*?'
    rb',"digest":(?:"([0-9a-f]{64})"|null)),"chain":"([0-9a-f]{64})","private":(\{[^\n]*\}|null)\}\n'
)


class AuditError(AuraError, ValueError):
    """A file is no audit log, or a record of it is damaged."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, taken apart but not read.

    Attributes:
        seq: number of the record in the log, from 0.
        kind: of the record.
        time: in UTC, as ISO 8601 spells it, with microseconds and Z.
        covered: what the chain covers.
        digest: of ``private``, 32 bytes; None if the record has nothing private.
        chain: after this record, 32 bytes.
        private: a JSON object; None if it was erased, or there was none.
    """

    seq: int
    kind: str
    time: str
    covered: bytes
    digest: bytes | None
    chain: bytes
    private: bytes | None

    @property
    def is_erased(self) -> bool:
        """Whether there was something private."""
        return self.digest is not None and self.private is None

    @property
    def is_private_sound(self) -> bool:
        """Whether what is private is what was written, or erased."""
        if self.private is None:
            return True
        return self.digest is not None and hashlib.sha256(self.private).digest() == self.digest


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the log.

    Attributes:
        seq: its number in the log, from 0.
        kind: ``"message"``, ``"refusal"``, or one of those that the log writes about itself.
        time: in UTC, as ISO 8601 spells it.
        fields: its other members, by name.
        private: ``role``, ``user``, ``conversation`` and ``content``, as far as they are known; empty if erased.
        is_erased: whether what was private was erased.
    """

    seq: int
    kind: str
    time: str
    fields: Mapping[str, Any]
    private: Mapping[str, Any]
    is_erased: bool = False

    @property
    def content(self) -> str | None:
        """The message as text; None if it was erased, withheld or no text."""
        content = self.private.get("content")
        return content if isinstance(content, str) else None

    def as_dictionary(self) -> dict[str, Any]:
        """All members in one dictionary, but for those of the chain and the salt."""
        private = {name: value for name, value in self.private.items() if name != "salt"}
        erased = {"erased": True} if self.is_erased else {}
        return {"seq": self.seq, "kind": self.kind, "time": self.time, **self.fields, **private, **erased}


def time_text(seconds: float) -> str:
    """A time in UTC.

    >>> time_text(0.25)
    '1970-01-01T00:00:00.250000Z'
    """
    whole, part = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{_second(whole)}.{part:06d}Z"


@lru_cache(maxsize=16)  # as events of one second come together
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).isoformat()[:19]


def line_body(kind: str, time: float, members: str) -> bytes:
    """What a record says in the clear, but for its number.

    Args:
        kind: of the record, in small letters.
        time: seconds since 1970.
        members: further ones as JSON, each with a comma before it.
    """
    return f',"kind":"{kind}","time":"{time_text(time)}"{members}'.encode()


def build_line(
    seq: int, body: bytes, private: bytes | None, before: bytes, key: bytes | None
) -> tuple[bytes, bytes]:
    """A line, and the chain after it.

    Args:
        seq: number of the record.
        body: of :func:`line_body`.
        private: a JSON object, or None.
        before: the chain before, 32 bytes.
        key: of the chain, if it has one.
    """
    if private is None:
        private = b"null"
        covered = b'{"seq":%d%s,"digest":null' % (seq, body)
    else:
        covered = b'{"seq":%d%s,"digest":"%s"' % (seq, body, hexlify(hashlib.sha256(private).digest()))
    chain = chain_of(covered, before, key)
    return b'%s,"chain":"%s","private":%s}\n' % (covered, hexlify(chain), private), chain


def chain_of(covered: bytes, before: bytes, key: bytes | None) -> bytes:
    """The chain after a record."""
    if key is None:
        return hashlib.sha256(before + covered).digest()
    return hmac.digest(key, before + covered, "sha256")


def parse_line(line: bytes) -> Line:
    """Take a line apart, its line feed included.

    Raises:
        AuditError: it is none of an audit log.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        raise AuditError("not a record of an audit log")
    covered, seq, kind, time, digest, chain, private = found.groups()
    return Line(
        int(seq),
        kind.decode(),
        time.decode(),
        covered,
        None if digest is None else bytes.fromhex(digest.decode()),
        bytes.fromhex(chain.decode()),
        None if private == b"null" else private,
    )


def members_of(line: Line) -> dict[str, Any]:
    """What a record says in the clear.

    Raises:
        AuditError: it is no JSON.
    """
    return _object(line.covered + b"}")


def read_record(line: bytes) -> Record:
    """Read a line, its line feed included.

    Raises:
        AuditError: it is none of an audit log.
    """
    parsed = parse_line(line)
    members = members_of(parsed)
    for name in ("seq", "kind", "time", "digest"):
        del members[name]
    private = {} if parsed.private is None else _object(parsed.private)
    return Record(parsed.seq, parsed.kind, parsed.time, members, private, parsed.is_erased)


def erased(line: bytes) -> bytes:
    """A line without what is private.

    Raises:
        AuditError: it is none of an audit log.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        raise AuditError("not a record of an audit log")
    return line[: found.start(7)] + b"null}\n"


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise AuditError("a record is no JSON") from None
    if not isinstance(value, dict):
        raise AuditError("a record is no JSON object")
    return value
