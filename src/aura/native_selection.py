"""What the native core does of selection, in one call: all but general methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aura.models.native_model import native_of
from aura.policy import Begun, Policy, first_tries
from aura.templates.filing import filed_builtin, filing_of
from aura_spec.shared_state import SharedState
from aura_spec.template import Template

if TYPE_CHECKING:
    from aura_native import Chooser, TemplateLibrary


class NativeBeginning:
    """Tries messages with a model and with templates, in one call."""

    __slots__ = ("_chooser", "_templates")

    def __init__(self, chooser: Chooser, templates: TemplateLibrary | None) -> None:
        self._chooser = chooser
        self._templates = templates

    def one(self, message: bytes) -> bytes | Begun:
        """The message that the policy takes, if nothing more is to be tried, else what was tried."""
        result = self._chooser.choose(message, self._templates)
        return result if isinstance(result, bytes) else Begun(*result)

    def batch(self, messages: Sequence[bytes]) -> list[bytes | Begun]:
        """The same of many messages."""
        return [
            result if isinstance(result, bytes) else Begun(*result)
            for result in self._chooser.choose_batch(messages, self._templates)
        ]


def begin(
    policy: Policy, held: SharedState, templates: Mapping[int, Template] | None
) -> NativeBeginning | None:
    """What tries messages for a policy; None if the policy is not so simple."""
    first = first_tries(policy, held)
    if first is None or held.model is None:
        return None
    native = None
    if templates is None or templates is filed_builtin():  # models know what the built-in ones say anyway
        first = first._replace(max_fuzzy=0)
    if templates is not None:
        filed = filing_of(templates).native
        native = filed.searched if first.max_fuzzy else filed.native
    return NativeBeginning(native_of(held.model).chooser(*first), native)
