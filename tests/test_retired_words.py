"""The check of `make lint` that refuses retired words: what it names, and that its list can be used."""

from __future__ import annotations

import runpy
from pathlib import Path

CHECK = runpy.run_path(str(Path(__file__).parent.parent / ".ci" / "check_words.py"))
RULES = CHECK["rules"](CHECK["LIST"].read_text(encoding="utf-8"))


def test_a_retired_word_is_named_with_its_place_and_the_word_to_use() -> None:
    text = "first line\nour_Knowledge and foreknowledge\n"
    assert list(CHECK["findings"]("a.py", text, RULES)) == [
        'a.py:2: "Knowledge" is retired; write shared state'
    ]


def test_names_of_files_are_looked_at() -> None:
    assert list(CHECK["findings"]("spec/recall.py", "", RULES)) == [
        'spec/recall.py:0: "recall" is retired; write stream model (the chapter), or recent window'
    ]


def test_every_word_of_the_list_has_one_to_use() -> None:
    assert len(RULES) >= 20
    for pattern, use in RULES:
        assert use.strip() == use != ""
        assert not pattern.search(use)


def test_what_is_read_holds_the_code_and_the_texts() -> None:
    names = {name for name, _ in CHECK["read_files"]()}
    assert {"README.md", "vectors/README.md", "spec/aura_spec/varint.py", "Makefile"} <= names
    assert not {"CHANGELOG.md", "LICENSE", "vectors/LICENSE", "spec/aura_spec/units.json"} & names
