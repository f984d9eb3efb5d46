"""What the native core does of selection: the messages that are tried first, in one call (:mod:`aura.policy`)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from aura.models.native_model import native_of
from aura.policy import Policy, Tried, first_tries
from aura.templates.cold import ColdTemplates
from aura_spec.shared_state import SharedState
from aura_spec.template import Kind, Template

if TYPE_CHECKING:
    from aura_native import Chooser, TemplateFilter

_MAX_FILTERED: Final = 1 << 10
"""Templates that are worth a look each; a matcher finds more of them sooner."""

_MAX_FILTERS: Final = 16
"""Filters that are kept: one for each set of templates in use."""

_DIGITS: Final = b"0123456789"
_HEX: Final = _DIGITS + b"abcdefABCDEF"
_BEGINNINGS: Final = {
    Kind.WORD: bytes(byte for byte in range(256) if byte not in b" \t\n\r\f\v"),
    Kind.INT: _DIGITS + b"-",
    Kind.DECIMAL: _DIGITS + b"-",
    Kind.HEX: _HEX,
    Kind.UUID: _HEX + b"-",
    Kind.IPV4: _DIGITS,
    Kind.IPV6: _HEX + b":.",
    Kind.TIMESTAMP: _DIGITS,
}
"""The bytes that characters of a type may begin with (rule TPL-7)."""


class NativeBeginning:
    """Tries the messages of a policy that are tried first, in one call."""

    __slots__ = ("_chooser", "_filter")

    def __init__(self, chooser: Chooser, templates: TemplateFilter | bool | None) -> None:
        self._chooser = chooser
        self._filter = templates

    def one(self, message: bytes) -> bytes | Tried:
        """The message that the policy takes, if that is found at once, else what was tried."""
        result = self._chooser.choose(message, self._filter)
        return result if isinstance(result, bytes) else Tried(*result)

    def batch(self, messages: Sequence[bytes]) -> list[bytes | Tried]:
        """The same of many messages."""
        return [
            result if isinstance(result, bytes) else Tried(*result)
            for result in self._chooser.choose_batch(messages, self._filter)
        ]


def begin(
    policy: Policy, held: SharedState, templates: Mapping[int, Template] | None
) -> NativeBeginning | None:
    """What tries the first messages of a policy; None if the policy is not so simple."""
    first = first_tries(policy, held)
    if first is None or held.model is None:
        return None
    chooser = native_of(held.model).chooser(
        first.max_auralite,
        first.max_adaptive,
        first.min_repeats,
        first.repeats_share,
        first.is_instead,
        first.max_settled,
        first.min_general,
    )
    return NativeBeginning(chooser, filter_of(templates))


_filters: Final[OrderedDict[int, tuple[Mapping[int, Template], TemplateFilter | bool]]] = OrderedDict()
"""By the identity of the templates, which stay as long as they are here; the last used last."""


def filter_of(templates: Mapping[int, Template] | None) -> TemplateFilter | bool | None:
    """What tells quickly that a message matches none of these templates, which do not change.

    True where that is not worth it, None without templates.
    """
    if templates is None:
        return None
    key = id(templates)
    try:
        found = _filters[key]
        _filters.move_to_end(key)
    except KeyError:  # also where another thread has just removed it
        found = _filters[key] = templates, _make(templates)
        while len(_filters) > _MAX_FILTERS:
            _filters.popitem(last=False)
    return found[1]


def _make(templates: Mapping[int, Template]) -> TemplateFilter | bool:
    if isinstance(templates, ColdTemplates) or len(templates) > _MAX_FILTERED:
        return True
    from aura_native import TemplateFilter  # noqa: PLC0415  # only there where a compiler was

    return TemplateFilter(tuple(map(_look_at, templates.values())))


def _look_at(template: Template) -> tuple[bytes, bytes, bytes, int, bytes, bool]:
    """What a message that matches begins with, ends with and holds, as ``aura_native`` takes it."""
    literals = template.literals
    return (
        literals[0],
        literals[-1],
        max(literals, key=len),
        sum(map(len, literals)),
        _beginning(template),
        not template.slots,
    )


def _beginning(template: Template) -> bytes:
    """The bytes that the first slot may begin with, as a set of 256 bits; empty if any will do."""
    if template.is_anchored or not template.places:
        return b""
    slot = template.slots[template.places[0]]
    if slot.kind is Kind.ENUM:
        begins = bytes(choice[0] for choice in slot.choices)
    else:
        begins = _BEGINNINGS.get(slot.kind, b"")
    if not begins:
        return b""
    bits = sum(1 << byte for byte in set(begins))
    return bits.to_bytes(32, "little")
