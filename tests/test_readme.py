"""The README's figures and examples are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import aura
from aura.cli.demo import peer_totals, run

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_table_shows_what_the_demo_measures() -> None:
    coded = run(level=2)
    messages = [turn.text.encode() for turn in coded]
    before = sum(map(len, messages))
    peers = peer_totals(messages)
    sizes = [sum(turn.result.compressed_size for turn in coded), peers["brotli-11"], peers["zstd-19"]]
    rows = re.findall(r"\| ([\w ,]+) \| (\d+) \| (\d+) \| ([\d.]+) \|", README)
    assert [(int(row[1]), int(row[2]), row[3]) for row in rows] == [
        (before, size, f"{before / size:.2f}") for size in sizes
    ]


def test_the_dump_is_what_explain_prints() -> None:
    shown = README.split("$ aura explain --hex 06553d6462\n")[1].split("```")[0]
    assert shown.strip() == str(aura.explain(bytes.fromhex("06553d6462")))


def test_the_example_runs() -> None:
    code = README.split("```python\n")[1].split("```")[0]
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102  # our own text
    assert names["text"] == "I don't have access to the internet."
    stated = re.search(r"# (\d+) bytes for 36", README)
    assert stated is not None
    assert len(names["wire"]) == int(stated[1])  # type: ignore[arg-type]
