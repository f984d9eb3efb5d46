"""What is not to be recorded: functions for ``AuditOptions(redact=)``.

>>> redact_sensitive({"content": "Write to ada.lovelace@analytical.io, please."})
{'content': 'Write to [mail], please.'}
>>> withhold("content")({"user": "ada", "content": "secret"})
{'user': 'ada'}
"""

from __future__ import annotations

from aura.audit.options import Private, Redaction
from aura.models.training import sensitive


def redact_sensitive(private: Private) -> Private:
    """Replace what looks like a secret, an address, a number of a person or of an account, as training finds it.

    What has no form, such as a name in a sentence, is not found.
    """
    content = private.get("content")
    if content is None:
        return private
    text = content.encode()
    parts, end = bytearray(), 0
    for found in sorted(sensitive.find(sensitive.without_escapes(text))):
        if found.start >= end:
            parts += text[end : found.start] + f"[{found.kind}]".encode()
        end = max(end, found.end)
    parts += text[end:]
    return {**private, "content": parts.decode("utf-8", "replace")}


def withhold(*names: str) -> Redaction:
    """Make a redaction that leaves members out, such as ``content`` or ``user``.

    What is no text stands in ``content_base64``, which goes with ``content``.
    """
    left_out = {*names, "content_base64"} if "content" in names else set(names)

    def redact(private: Private) -> Private:
        return {name: value for name, value in private.items() if name not in left_out}

    return redact
