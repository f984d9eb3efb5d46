"""A page on which each character of an AURALITE or adaptive message is tinted by what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from string import Template
from typing import Final

from aura.explanation.explain import Explanation
from aura_reference.auralite import Step
from aura_reference.local_model import AdaptiveStep
from aura_spec.context_model import END

_PAGE: Final = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$title</title>
<style>
body { font: 16px/1.6 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #1b1b1b; background: #fff; }
.text { font: 18px/1.9 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
        border: 1px solid #ccc; border-radius: 6px; padding: .6rem 1rem; }
.text span { border-radius: 3px; padding: .1em 0; }
.end { border: 1px dotted #888; font-size: 70%; padding: 0 .3em; }
pre { background: #f6f6f6; padding: .6rem 1rem; overflow-x: auto; font-size: 13px; line-height: 1.4; }
.scale span { padding: .1em .7em; }
</style>
<h1>$title</h1>
<p>Each character is tinted by its cost in bits; point at one for how it was coded.</p>
<p class="scale">$scale</p>
<div class="text">$text</div>
<h2>Field by field</h2>
<pre>$dump</pre>
</html>
""")

_STEPS: Final = (0.1, 0.5, 1, 2, 4, 8)
"""Bits at which the tint changes."""


def page(explanation: Explanation) -> str:
    """The page as HTML; stands by itself."""
    size, message = explanation.size, explanation.message
    steps = () if explanation.slots else explanation.steps  # those of a template frame leave out its literals
    of = "refused" if message is None else f"for {len(message)}"
    scale = "".join(
        f'<span style="background:{_tint(bits)}">{"below " if bits < 1 else ""}{bits:g}</span>'
        for bits in _STEPS
    )
    return _PAGE.substitute(
        title=escape(f"{explanation.method}: {size} bytes {of}"),
        scale=scale,
        text=_tinted(steps) or escape((message or b"").decode("utf-8", "replace")),
        dump=escape(str(explanation)),
    )


def _tinted(steps: Sequence[Step | AdaptiveStep]) -> str:
    """Characters in spans; the bytes of one character stand together, and cost together."""
    spans = []
    pending: list[Step | AdaptiveStep] = []
    for step in steps:
        if step.symbol == END:
            spans.append(f'<span class="end" {_attributes([step])}>end</span>')
            continue
        pending.append(step)
        try:
            text = bytes(part.symbol for part in pending).decode()
        except UnicodeDecodeError:
            if len(pending) < 4:
                continue
            text = "\N{REPLACEMENT CHARACTER}" * len(pending)
        spans.append(f"<span {_attributes(pending)}>{escape(text)}</span>")
        pending = []
    if pending:
        odd = "\N{REPLACEMENT CHARACTER}" * len(pending)
        spans.insert(-1, f"<span {_attributes(pending)}>{odd}</span>")
    return "".join(spans)


def _attributes(steps: Sequence[Step | AdaptiveStep]) -> str:
    bits = sum(step.bits for step in steps)
    return f'style="background:{_tint(bits)}" title="{bits:.2f} bits: {escape("; ".join(map(_note, steps)))}"'


def _note(step: Step | AdaptiveStep) -> str:
    """What to tell of a symbol beside its cost."""
    if isinstance(step, AdaptiveStep):
        return f"{len(step.trials)} tried, {f'hit by {step.reason}' if step.reason else 'no hit'}"
    where = f"run of {step.char_run}" if step.char_run else f"order {step.order}"
    return f"{where}, {step.escapes} escapes, match {step.match}"


def _tint(bits: float) -> str:
    """From green, nearly free, to red, eight bits and more."""
    hue = 120 - 15 * min(8.0, bits)
    return f"hsl({hue:.0f} 75% 82%)"
