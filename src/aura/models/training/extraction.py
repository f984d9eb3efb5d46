"""Looking in a trained model for secrets and personal data that can be read out of it.

What a model holds as text, its prefix, dictionary and templates, is searched as text. A trie is searched along its
contexts, each continued with the likeliest symbols: so texts are extracted from language models (Carlini et al.,
2021, Extracting Training Data from Large Language Models). Some string of digits follows every ``"id":"``; it
tells of the training text only if the model is far surer of it than of a random one. So what a string costs in the
model is compared with the bits of a random one of its form.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura.models.model import Model
from aura.models.training import labels, sensitive
from aura.models.training.randomness import CLEAR_CHANGES, is_mixed
from aura.models.training.survey import Strings
from aura_spec.context_model import END, ESCAPES, FREQUENCIES, TOTAL_OF_ONE, ContextModel

EXTRACTABLE: Final = 0.25
"""A string is extractable if it costs less than this share of a random one's bits."""

EXTRACTABLE_KNOWN: Final = 0.5
"""The share for strings that are looked for as they are: they do not come up by chance."""

LEAST_LEARNED: Final = 28.0
"""Bits that the model must save of a random string's; an eight-digit number has fewer."""

_LONGEST_WHOLE: Final = 32
"""Longer strings may be in no continuation as a whole."""

_CONTINUED: Final = 64
_REACHED: Final = 32
_BATCH: Final = 1 << 16
_RUN = re.compile(rb"(.)\1{3,}", re.DOTALL)
_REPEATED = re.compile(rb"(.{2,20}?)\1{2,}", re.DOTALL)
"""Such as the digits of a fraction, or what the likeliest symbols lead to when they go in circles."""
_MOMENT = re.compile(rb"1[4-7]\d{7,}")
"""Seconds since 1970, with whatever digits follow: what is likeliest after a label for times."""
_BOUNDARY: Final = 0
"""The byte between two texts."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A string that can be read out of a model.

    Attributes:
        kind: what it looks like, or ``known`` for one that was looked for as it is.
        text: the string.
        bits: that it costs in the model after what leads to it; 0 if it stands there as text.
        information: bits of a random string of its form.
    """

    kind: str
    text: bytes
    bits: float
    information: float


def scan(model: Model, known: Iterable[bytes] = (), public: Collection[bytes] = ()) -> list[Finding]:
    """Secrets and personal data that can be read out of a model; each once, by kind.

    Args:
        model: to search.
        known: strings that must not be there, such as those that were scrubbed from the training text. Those that
            are not telling are left out; longer ones than 64 bytes may not be found.
        public: strings that may be there, parts of them, and several of them together.
    """
    strings = Strings(filter(is_telling, known))
    found: dict[tuple[str, bytes], Finding] = {}

    def note(kind: str, value: bytes, bits: float) -> None:
        random_bits = information(_without(value, public))
        share = EXTRACTABLE_KNOWN if kind == "known" else EXTRACTABLE
        other = found.get((kind, value))
        if bits >= share * random_bits or random_bits - bits < LEAST_LEARNED:
            return
        if (other is None or bits < other.bits) and not any(value in text for text in public):
            found[kind, value] = Finding(kind, value, round(bits, 1), random_bits)

    prefix = model.context_model.prefix
    texts = [b"" if prefix is None else prefix.text, model.dictionary]
    texts += [template.pattern.encode() for template in model.templates.values()]
    for text in texts:
        for kind, start, end in _spans(text, strings):
            note(kind, text[start:end], 0.0)
    for text, costs in continuations(model.context_model):
        sums = np.concatenate((np.zeros(1), np.cumsum(costs, dtype=np.float64)))
        for kind, start, end in _spans(text, strings):
            if not _is_part(kind, text, start, end):
                note(kind, text[start:end], float(sums[end] - sums[start]))
    return sorted(found.values())


def is_telling(value: bytes) -> bool:
    """Whether a string has so many bits that it does not come up by chance."""
    return information(value) > LEAST_LEARNED


def _without(value: bytes, public: Collection[bytes]) -> bytes:
    """The string without the public ones in it, which look like a key where they repeat.

    The first and the last one may be cut off.
    """
    for text in public:
        value = value.replace(text, b"\0")
        if b"\0" in value:
            first, *others, last = value.split(b"\0")
            begun = next(size for size in range(len(text), -1, -1) if last.endswith(text[:size]))
            ended = next(
                size for size in range(len(text), -1, -1) if first.startswith(text[len(text) - size :])
            )
            value = b"\0".join((first[ended:], *others, last[: len(last) - begun]))
    return value


def _is_part(kind: str, text: bytes, start: int, end: int) -> bool:
    """Whether a string reaches over texts, or may be a part of an ordinary one that is cut off."""
    if _BOUNDARY in text[start:end]:
        return True
    if kind == "number" and text[start - 1] == _BOUNDARY:  # may be the end of a fraction
        return True
    if kind in {"number", "hexadecimal"} and _MOMENT.match(text, start, end):
        return True
    # after the end of a message there are two boundaries
    return end - start < _LONGEST_WHOLE and text[end] == _BOUNDARY and text[end + 1] != _BOUNDARY


def _spans(text: bytes, known: Strings) -> Iterator[tuple[str, int, int]]:
    bare = sensitive.without_escapes(text)
    for start, end, kind in (*sensitive.find(bare), *labels.find_secrets(bare)):
        # what a model gives out may be a part of what scrubbing saw, and less or more like random than the whole
        if kind != "token" or is_mixed(bare[start:end], CLEAR_CHANGES):
            yield kind, start, end
    for start, end in known.find(text):
        yield "known", start, end


def information(value: bytes) -> float:
    """Bits of a random string of the same form: digits and letters at the same places.

    A character that stands several times in a row counts once, and so does a longer part: random strings have no
    long runs, and do not repeat.
    """
    value = _REPEATED.sub(rb"\1", _RUN.sub(rb"\1", value))
    letters = 4.0 if all(chr(byte) in "0123456789abcdefABCDEF-" for byte in value) else float(np.log2(26))
    digits = 4.0 if letters == 4.0 and not value.isdigit() else float(np.log2(10))
    return sum(digits if chr(byte).isdecimal() else letters if chr(byte).isalpha() else 0.0 for byte in value)


def continuations(model: ContextModel) -> Iterator[tuple[bytes, Floats]]:
    """Texts that a model leads to: its contexts, each with the likeliest symbols after it.

    Yields:
        many texts as one, with a zero byte before each and after all, and one more for the end of a message; and
        for each of its bytes the bits that it costs. In a context, each byte costs what it does after the bytes
        of the context before it.
    """
    trie = _Trie(model)
    for first in range(0, len(trie.rows), _BATCH):
        contexts = trie.rows[first : first + _BATCH]
        symbols, costs = trie.before(contexts)
        following, following_costs = trie.after(contexts)
        symbols = np.concatenate((np.full((len(contexts), 1), _BOUNDARY), symbols, following), 1)
        costs = np.concatenate((np.zeros((len(contexts), 1), np.float32), costs, following_costs), 1)
        there = symbols >= 0
        flat = symbols[there]
        costs = np.append(costs[there], np.zeros(2, np.float32))
        yield np.where(flat == END, _BOUNDARY, flat).astype(np.uint8).tobytes() + b"\0\1", costs


class _Trie:
    """The arrays of a context model, with the parent of each context and the cost of each entry.

    Attributes:
        rows: contexts whose continuations hold those of all others.
    """

    def __init__(self, model: ContextModel) -> None:
        starts, symbols, codes, following, suffixes, escapes = (
            np.asarray(column, np.int64)
            for column in (
                model.starts,
                model.symbols,
                model.codes,
                model.following,
                model.suffixes,
                model.escapes,
            )
        )
        sizes = np.diff(starts)
        owners = np.repeat(np.arange(len(sizes)), sizes)
        frequencies = np.array(FREQUENCIES)[codes]
        totals = np.add.reduceat(frequencies, starts[:-1]) + np.array(FREQUENCIES)[escapes]
        totals[0] -= FREQUENCIES[escapes[0]]  # the root has no escape
        shares = frequencies / totals[owners]
        of_one = sizes[owners] == 1
        shares[of_one] = 1.0 - np.array(ESCAPES)[escapes[owners[of_one]]] / TOTAL_OF_ONE
        costs = -np.log2(shares).astype(np.float32)

        orders = np.zeros(len(sizes), np.int64)
        ahead = np.arange(len(sizes))
        while ahead.any():
            orders += ahead > 0
            ahead = suffixes[ahead]
        deeper = orders[following] == orders[owners] + 1
        deeper &= symbols != END
        children = following[deeper]
        self._parents = np.full(len(sizes), -1)
        self._parents[children] = owners[deeper]
        self._last = np.full(len(sizes), -1)
        self._last[children] = symbols[deeper]
        self._last_costs = np.zeros(len(sizes), np.float32)
        self._last_costs[children] = costs[deeper]
        self._order = int(orders.max())
        # lists are in the order of probability
        self._likeliest = symbols[starts[:-1]]
        self._likeliest_costs = costs[starts[:-1]]
        self._next = following[starts[:-1]]
        self.rows = self._choose_rows()

    def _choose_rows(self) -> Ints:
        """What the likeliest symbol leads to another context continues as that one does."""
        begun = np.ones(len(self._next), np.bool_)
        begun[self._next] = False
        reached = begun.copy()
        ahead = np.flatnonzero(begun)
        for _ in range(_REACHED):
            ahead = np.unique(self._next[ahead])
            ahead = ahead[~reached[ahead]]
            reached[ahead] = True
        return np.flatnonzero(begun | ~reached)

    def before(self, contexts: Ints) -> tuple[Ints, Floats]:
        """The bytes of contexts and their costs, at the right; -1 where there is none."""
        symbols = np.full((len(contexts), self._order), -1)
        costs = np.zeros(symbols.shape, np.float32)
        at = contexts.copy()
        for column in range(self._order - 1, -1, -1):
            inside = at >= 0
            symbols[inside, column] = self._last[at[inside]]
            costs[inside, column] = self._last_costs[at[inside]]
            at[inside] = self._parents[at[inside]]
        return symbols, costs

    def after(self, contexts: Ints) -> tuple[Ints, Floats]:
        """The likeliest symbols after contexts and their costs; -1 after an end."""
        symbols = np.full((len(contexts), _CONTINUED), -1)
        costs = np.zeros(symbols.shape, np.float32)
        at = contexts
        going = np.ones(len(contexts), np.bool_)
        for column in range(_CONTINUED):
            symbols[going, column] = self._likeliest[at[going]]
            costs[going, column] = self._likeliest_costs[at[going]]
            going = going & (self._likeliest[at] != END)
            at = self._next[at]
        return symbols, costs
