"""The subprotocols of the opening handshake (rule SES-1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aura_spec.session_negotiation import PLAIN, application_of, token


def offers(subprotocols: Sequence[str]) -> list[str]:
    """What a client offers that speaks these subprotocols, with AURA and without.

    >>> offers([]), offers(["chat"])
    (['aura.plain', 'aura.v1'], ['chat', 'aura.v1+chat'])
    """
    if not subprotocols:
        return [PLAIN, token()]
    return [name for wanted in subprotocols for name in (wanted, token(wanted))]


def for_application(offered: Iterable[str]) -> list[str]:
    """What the application is offered where a client offers this: nothing that names AURA.

    >>> for_application(["aura.plain", "aura.v1"]), for_application(["chat", "aura.v1+chat", "aura.v1+news"])
    ([], ['chat', 'news'])
    """
    names = (name if (inner := application_of(name)) is None else inner for name in offered if name != PLAIN)
    return list(dict.fromkeys(filter(None, names)))


def answer(selected: str | None, offered: Iterable[str]) -> str | None:
    """What the server answers if the application selects this: the same with AURA, if the client offers that.

    >>> answer("chat", ["chat", "aura.v1+chat"]), answer(None, ["aura.plain", "aura.v1"]), answer("chat", ["chat"])
    ('aura.v1+chat', 'aura.v1', 'chat')
    """
    with_aura = token(selected or "")
    return with_aura if with_aura in offered else selected


def selected_by(answered: str | None) -> str | None:
    """The application's subprotocol in the server's answer.

    >>> selected_by("aura.v1+chat"), selected_by("aura.v1"), selected_by("aura.plain"), selected_by("chat")
    ('chat', None, None, 'chat')
    """
    if answered is None or answered == PLAIN:
        return None
    inner = application_of(answered)
    return answered if inner is None else inner or None
