"""A page on which each character of a message is tinted by what it cost, and says how it was coded.

The view is that of the chat of ``aura serve`` and of the playground, from ``js/pages``; the page holds all that it
needs. What a message holds is put into it as data, and never as markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from html import escape
from importlib import resources
from string import Template
from typing import Final

from aura.explanation.explain import Explanation
from aura.explanation.parts import Part

_PAGE: Final = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src $inline; script-src $hash">
<title>$title</title>
<style>
$style</style>
</head>
<body>
<main class="column">
<h1>A message in AURA</h1>
<div id="view">$error</div>
<details$open>
<summary>Field by field</summary>
<pre tabindex="0">$dump</pre>
</details>
</main>
<script type="application/json" id="shown">$shown</script>
<script>$script</script>
</body>
</html>
""")

_LENGTHS: Final = ((0xF5, 1), (0xF0, 4), (0xE0, 3), (0xC2, 2))
"""By the least first byte, the bytes of a character; below the last, 1."""


def page(explanation: Explanation) -> str:
    """The page as HTML; stands by itself."""
    size, message = explanation.size, explanation.message
    of = "refused" if message is None else f"for {len(message)}"
    folder = resources.files("aura").joinpath("data/pages")
    script = folder.joinpath("explanation.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return _PAGE.substitute(
        title=escape(f"{explanation.method}: {size} bytes {of}"),
        inline="'unsafe-inline'",  # lengths of bars
        hash=f"'sha256-{digest}'",
        style=folder.joinpath("pages.css").read_text(encoding="utf-8"),
        error=f"<p>{escape(str(explanation.error))}</p>" if explanation.error else "",
        open=" open" if explanation.error else "",
        dump=escape(str(explanation)),
        shown=json.dumps(_shown(explanation)).replace("<", "\\u003c"),
        script=script,
    )


def _shown(explanation: Explanation) -> dict[str, object] | None:
    """A message as the view takes it; None if it is refused."""
    message = explanation.message
    if message is None:
        return None
    return {
        "method": explanation.method,
        "size": explanation.size,
        "length": len(message),
        "wire": b"".join(row.data for row in explanation.rows).hex(),
        "cells": _cells(message, explanation.breakdown.parts),
        "overhead": [{"name": one.name, "bits": one.bits} for one in explanation.breakdown.overhead],
    }


def _cells(message: bytes, parts: Sequence[Part]) -> list[dict[str, object]]:
    """Characters and longer pieces, in order; pieces of one byte that make up a character are one cell."""
    cells: list[dict[str, object]] = []
    place = 0
    while place < len(parts):
        joined = _character(message, parts[place : place + 4])
        data = message[joined[0].start : joined[-1].end]
        notes = dict.fromkeys(part.note for part in joined)
        bits = sum(part.bits for part in joined)
        cells.append({"text": _text(data), "bits": bits, "note": "; ".join(notes)})
        place += len(joined)
    return cells


def _character(message: bytes, parts: Sequence[Part]) -> Sequence[Part]:
    """Those of the next parts that make up a character: the first one if it is longer, or none begins with it."""
    start = parts[0].start
    if parts[0].end - start > 1:
        return parts[:1]
    length = next((length for least, length in _LENGTHS if message[start] >= least), 1)
    joined = parts[:length]
    if joined[-1].end != start + length or not _is_text(message[start : start + length]):
        return parts[:1]
    return joined


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _text(data: bytes) -> str:
    """A piece as text; bytes that are no UTF-8 as digits."""
    return data.decode() if _is_text(data) else "".join(f"\\x{byte:02x}" for byte in data)
