"""Which methods are tried for a message, and which result is taken.

This is the only module that knows what a level tries: codecs, sessions and event streams hand over a
:class:`Policy`. Methods that the reader does not read are left out before anything is matched, coded or settled, so
that what is tried next is decided by readable results alone. Levels:

0. store the message;
1. a quick decision tree: a typed template frame if it halves the message; else AURALITE if the message is short, or
   in its place an adaptive message if much of it repeats; and unless a message of at most 256 bytes is halved, a
   general method at a quick setting, by size and content;
2. the default: what level 1 tries, AURALITE for longer messages, beside it an adaptive message if anything repeats,
   and a modelled template frame, or if no template matches a fuzzy one, where an estimate says that it may be
   smaller; unless a message of at most 256 bytes is halved, also Zstandard 19 and Brotli 11, but beside AURALITE
   only where the quick setting comes near the smallest; Zstandard with the model's dictionary, if it has one, there
   too, and where nothing halves the message; and without AURALITE BRIO version 2, from 1 to 64 KiB;
3. everything: also an adaptive message in any case, Zstandard and Brotli at other settings, all template frames,
   and BRIO.

A level tries every method whose result may be the smallest at the level below, so that it never makes a message
longer. Storing is always tried, so that no message grows by more than its marker. Of equally small results the
first in the order of trying is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from aura.backends import Backend
from aura.content import looks_random
from aura.estimates import is_worth_approximating, is_worth_modelling, typed_size
from aura.methods import ADAPTIVE_EXPLICIT, BITS, EXPLICIT, Candidate, Method, candidate_of
from aura.policy import (
    FRAMES,
    MIN_FUZZY,
    NOTHING_TRIED,
    SETTLED,
    SHORT,
    Begun,
    Policy,
    Tried,
    fits_auralite,
    fits_fuzzy,
    tries_adaptive,
    tries_auralite,
)
from aura.templates import Match, TemplateLibrary
from aura_spec import brio
from aura_spec.classic import is_utf8
from aura_spec.context_model import ContextModel
from aura_spec.errors import EncodeError
from aura_spec.marker import Marker
from aura_spec.shared_state import SharedState

_LONG: Final = 1 << 14
"""Bytes from which Zstandard is the quicker choice for text."""

_CONTAINED: Final = range(1 << 10, (1 << 16) + 1)
"""The lengths, in bytes, for which BRIO version 2 is tried where AURALITE is not.

Beside AURALITE it hardly ever wins, and on longer messages Brotli is often ahead of level 0.
"""

_CONTAINED_LAST: Final = range(1 << 10, (1 << 20) + 1)
"""The lengths, in bytes, for which level 3 tries BRIO version 2 at its own level 1."""


def choose(
    message: bytes,
    *,
    backend: Backend,
    policy: Policy,
    shared_state: SharedState,
    templates: TemplateLibrary | None = None,
    tried: Tried | Begun | None = None,
) -> Candidate:
    """The smallest of the messages that :func:`search` finds.

    Args:
        message: to be coded.
        backend: codes it.
        policy: what may be tried.
        shared_state: what the reader holds, as for :func:`search`.
        templates: the library in which a match, or else a template close to the message, is looked up, if the
            policy tries template frames.
        tried: what was tried first, if something was.
    """
    library = templates if templates is not None and tries_frames(policy) else None
    if tried is None:
        beginning = backend.begin(policy, shared_state, None if library is None else library.snapshot())
        begun = NOTHING_TRIED if beginning is None else beginning.one(message)
        if isinstance(begun, bytes):
            return candidate_of(begun)
        tried = begun
    if isinstance(tried, Begun):
        trying = _Search(message, backend, policy, shared_state)
        trying.go_on(tried)
        return smallest(trying.found)
    found = search(
        message,
        backend=backend,
        policy=policy,
        shared_state=shared_state,
        match=None if library is None else library.match(message),
        templates=library,
        tried=tried,
    )
    return smallest(found)


def search(
    message: bytes,
    *,
    backend: Backend,
    policy: Policy,
    shared_state: SharedState,
    match: Match | None = None,
    templates: TemplateLibrary | None = None,
    tried: Tried = NOTHING_TRIED,
) -> list[Candidate]:
    """The messages that are tried, in order.

    Args:
        message: to be coded.
        backend: codes it.
        policy: what may be tried.
        shared_state: what the reader holds. Where no model is implied, an AURALITE message names one, the first of
            ``shared_state.models``.
        match: a template that gives the message, if one is to be considered.
        templates: the library in which a template close to the message is looked for, if ``match`` is None.
        tried: what was tried already, with the implied model.
    """
    trying = _Search(message, backend, policy, shared_state)
    level = policy.level
    if level == 1 and match is not None:
        trying.typed_frame(match, trying.size)
        if trying.halves:
            return trying.found
    adapts = tries_adaptive(message, policy)
    if level == 1 and adapts:
        trying.adaptive()
    if fits_auralite(message, policy, adapts=trying.has_auralite):
        trying.auralite(tried.auralite)
    if level > 1 and adapts:
        trying.adaptive()
    size = trying.size
    if level > 1 and match is not None:
        trying.typed_frame(match, size)
        settled = trying.settled  # by no modelled frame: level 1, which has none, may try more
        trying.other_frames(match, size)
    else:
        settled = trying.settled  # by no fuzzy frame, likewise
        if match is None and templates is not None:
            trying.fuzzy_frame(templates, size)
    if level == 3 or (level and not settled):
        trying.general()
    if level == 3:
        trying.everything()
    return trying.found


def smallest(candidates: Iterable[Candidate]) -> Candidate:
    """The smallest candidate, the first of equally small ones."""
    return min(candidates, key=lambda candidate: len(candidate.wire))


def frames(
    match: Match, *, backend: Backend, policy: Policy, shared_state: SharedState, size: int | None = None
) -> list[Candidate]:
    """The template frames that the policy allows: all, or those that may have less than ``size`` bytes."""
    message = match.template.render(match.values)
    tried = _Search(message, backend, policy, shared_state)
    tried.typed_frame(match, size)
    tried.other_frames(match, size)
    return tried.found[1:]


def closest(
    message: bytes,
    other: Candidate,
    templates: TemplateLibrary | None,
    *,
    backend: Backend,
    policy: Policy,
    shared_state: SharedState,
) -> Candidate:
    """The fuzzy frame of a template close to a message, if the policy allows it, or ``other`` if not larger."""
    tried = _Search(message, backend, policy, shared_state)
    if templates is not None:
        tried.fuzzy_frame(templates, len(other.wire))
    return smallest((other, *tried.found[1:]))


def tries_frames(policy: Policy) -> bool:
    """Whether the policy tries any template frame, so that a match is worth looking for."""
    return bool(policy.methods & FRAMES[policy.level])


class _Search:
    """The messages that were tried.

    Attributes:
        found: in the order of trying; the stored one first.
        size: of the smallest, in bytes.
        has_auralite: whether a model coded one of them, adaptive or not.
    """

    __slots__ = ("_backend", "_message", "_policy", "_shared_state", "found", "has_auralite", "size")

    def __init__(self, message: bytes, backend: Backend, policy: Policy, shared_state: SharedState) -> None:
        self._message = message
        self._backend = backend
        self._policy = policy
        self._shared_state = shared_state
        self.has_auralite = False
        self.found: list[Candidate] = []
        self.size = len(message) + 1
        self._add(Method.STORED, backend.encode_stored(message))

    @property
    def halves(self) -> bool:
        """Whether the smallest takes at most half the bytes of the message."""
        return 2 * self.size <= len(self._message)

    @property
    def settled(self) -> bool:
        """Whether the message is short and halved, so that no general method is likely to gain."""
        return self.halves and len(self._message) <= SETTLED

    def _reads(self, method: Method) -> bool:
        return bool(self._policy.methods & BITS[method])

    def _tries_frame(self, method: Method) -> bool:
        return bool(self._policy.methods & FRAMES[self._policy.level] & BITS[method])

    def _add(self, method: Method, wire: bytes, template_id: int | None = None) -> None:
        self.found.append(Candidate(method, wire, template_id))
        self.size = min(self.size, len(wire))

    def go_on(self, begun: Begun) -> None:
        """Try general methods, where all else was tried."""
        if begun.wire[0] != Marker.STORED:
            candidate = candidate_of(begun.wire)
            self._add(candidate.method, candidate.wire, candidate.template_id)
        self.has_auralite = begun.has_auralite
        self.general()

    def auralite(self, coded: bytes | None) -> None:
        """AURALITE, for the implied model if there is one and such messages are read, else for a named one.

        Args:
            coded: the message for the implied model; None if it is not coded yet.
        """
        backend, message = self._backend, self._message
        self._with_model(
            Method.AURALITE,
            EXPLICIT,
            lambda model: backend.encode_auralite(message, model) if coded is None else coded,
            lambda model_id, model: backend.encode_auralite_explicit(message, model_id, model),
        )

    def adaptive(self) -> None:
        """An adaptive message, as :meth:`auralite`."""
        backend, message = self._backend, self._message
        self._with_model(
            Method.ADAPTIVE,
            ADAPTIVE_EXPLICIT,
            lambda model: backend.encode_adaptive(message, model),
            lambda model_id, model: backend.encode_adaptive_explicit(message, model_id, model),
        )

    def _with_model(
        self,
        method: Method,
        explicit: int,
        encode: Callable[[ContextModel], bytes],
        encode_explicit: Callable[[bytes, ContextModel], bytes],
    ) -> None:
        held = self._shared_state
        if held.model is not None and self._reads(method):
            self._add(method, encode(held.model))
        elif held.models and self._policy.methods & explicit:
            self._add(method, encode_explicit(*next(iter(held.models.items()))))
        else:
            return
        self.has_auralite = True

    def typed_frame(self, match: Match, size: int | None) -> None:
        """The typed frame for a match, if it has less than ``size`` bytes."""
        if self._tries_frame(Method.TYPED) and (size is None or typed_size(match) < size):
            wire = self._backend.encode_typed(match.template_id, match.values, self._shared_state)
            self._add(Method.TYPED, wire, match.template_id)

    def other_frames(self, match: Match, size: int | None) -> None:
        """A modelled frame, below level 3 only if it may have less than ``size`` bytes; a classic one."""
        held, level = self._shared_state, self._policy.level
        if (
            held.model is not None
            and self._tries_frame(Method.MODELLED)
            and tries_auralite(self._message, self._policy)
            and (level == 3 or size is None or is_worth_modelling(match, size))
        ):
            with suppress(EncodeError):  # no value of the match is a text
                wire = self._backend.encode_modelled(
                    match.template_id, match.values, held.templates, held.model
                )
                self._add(Method.MODELLED, wire, match.template_id)
        if self._tries_frame(Method.CLASSIC):
            with suppress(EncodeError):  # the match does not fit the narrow fields of a classic frame
                wire = self._backend.encode_classic(match.template_id, match.values)
                self._add(Method.CLASSIC, wire, match.template_id)

    def fuzzy_frame(self, templates: TemplateLibrary, size: int) -> None:
        """A fuzzy frame, below level 3 only if it may have less than ``size`` bytes."""
        held, message, is_last = self._shared_state, self._message, self._policy.level == 3
        if (
            held.model is None
            or not (self._tries_frame(Method.FUZZY) and fits_fuzzy(message, self._policy))
            or (size < MIN_FUZZY and not is_last)
        ):
            return
        near = templates.nearest(message)
        if (
            near is not None
            and near.template_id in held.templates  # none that was added just now
            and (is_last or is_worth_approximating(near, size))
        ):
            wire = self._backend.encode_fuzzy(message, near.template_id, held.templates, held.model)
            self._add(Method.FUZZY, wire, near.template_id)

    def general(self) -> None:
        """General methods: at a quick setting; above level 1 also at their best, if that may be smallest."""
        level, quick = self._policy.level, self._quick()
        if level == 1:
            return
        # at their best they make messages smaller by a sixth, rarely by a quarter
        is_near = not self.has_auralite or (quick is not None and 3 * quick <= 4 * self.size)
        if level == 3 or is_near:
            self._zstd(19)
            self._brotli(11)
        if level == 3 or is_near or not self.halves:
            self._zstd_dictionary()
        if not self.has_auralite and len(self._message) in _CONTAINED:
            self._brio2(0)

    def _quick(self) -> int | None:
        """The general method that suits the message, or if it is not read the other; the size of what it gives."""
        message, count = self._message, len(self.found)
        if len(message) < SHORT or looks_random(message):
            return None
        if len(message) < _LONG and is_utf8(message):
            self._brotli(5)
            if len(self.found) == count:
                self._zstd(3)
        else:
            self._zstd(3)
            if len(self.found) == count:
                self._brotli(5)
        return None if len(self.found) == count else len(self.found[-1].wire)

    def everything(self) -> None:
        """Methods and settings that win rarely."""
        self._zstd(3)
        for quality in (10, 9):
            self._brotli(quality)
        outgrows_header = len(self._message) > brio.HEADER_SIZE
        if outgrows_header and self._reads(Method.BRIO):
            self._add(Method.BRIO, self._backend.encode_brio(self._message, self._shared_state))
        if len(self._message) in _CONTAINED_LAST:
            self._brio2(1)

    def _brotli(self, quality: int) -> None:
        if self._reads(Method.BROTLI):
            self._add(Method.BROTLI, self._backend.encode_brotli(self._message, quality))

    def _zstd(self, level: int) -> None:
        if self._reads(Method.ZSTD):
            self._add(Method.ZSTD, self._backend.encode_zstd(self._message, level))

    def _zstd_dictionary(self) -> None:
        dictionary = self._shared_state.dictionary
        if dictionary and self._reads(Method.ZSTD_DICTIONARY):
            wire = self._backend.encode_zstd_dictionary(self._message, dictionary, 19)
            self._add(Method.ZSTD_DICTIONARY, wire)

    def _brio2(self, level: int) -> None:
        if self._reads(Method.BRIO2):
            self._add(Method.BRIO2, self._backend.encode_brio2(self._message, level))
