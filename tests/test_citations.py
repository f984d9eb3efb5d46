"""The gate of the documentation: every rule is tested, and every vector names the rules it rests on."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path

from aura_conformance.rules import rules_in

ROOT = Path(__file__).parent.parent


def _load(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202  # an extension of Sphinx is no package
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / "_ext" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


citations = _load("citations")


RULES = {
    rule for path in (ROOT / "spec").rglob("*.py") for rule in rules_in(path.read_text(encoding="utf-8"))
}


def test_every_rule_is_tested_and_every_vector_has_rules() -> None:
    assert list(citations.faults(RULES, citations.collect(ROOT))) == []


def test_sources_cite_rules_that_exist_and_implementations_the_same() -> None:
    assert len(RULES) >= 247
    assert list(citations.source_faults(RULES, ROOT)) == []


def test_wrong_citations_in_sources_are_told(tmp_path: Path) -> None:
    def write(name: str, text: str) -> None:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    both = 'def f():\n    """Rule VAR-1."""\n\ndef g():\n    """Without a rule, in UTF-8."""\n'
    write("reference/aura_reference/x.py", f'{both}\ndef h():\n    """Rules VAR-1 and VAR-2."""\n')
    write("fast/aura_fast/x.py", f'{both}\ndef h():\n    """Rules VAR-2 and VAR-3."""\n')
    write("src/aura/x.py", "x = 1  # rule VAR-9\n")
    assert list(citations.source_faults(["VAR-1", "VAR-2", "VAR-3"], tmp_path)) == [
        "src/aura/x.py cites rule VAR-9, which no chapter states",
        "one implementation of x.h cites VAR-1, VAR-3, the other does not",
    ]


def test_what_is_missing_is_told() -> None:
    vectors = {"VAR-1": Counter(varint=2), "VAR-9": Counter(varint=1)}
    found = citations.Citations(vectors, {"VAR-2": ["a test"]}, ("varint/0007",))
    assert list(citations.faults(["VAR-1", "VAR-2", "VAR-3"], found)) == [
        "rule VAR-3 has neither a vector nor a test",
        "vectors of varint cite rule VAR-9, which no chapter states",
        "vector varint/0007 cites no rule",
    ]


def test_citations_are_found(tmp_path: Path) -> None:
    for folder in ("vectors", "tests", "spec"):
        (tmp_path / folder).mkdir()
    cases = [{"id": "x/0000", "rules": ["VAR-1"]}, {"id": "x/0001", "rules": []}]
    (tmp_path / "vectors" / "x.json").write_text(json.dumps({"groups": [{"tests": cases}]}))
    (tmp_path / "vectors" / "MANIFEST.json").write_text("{}")
    (tmp_path / "tests" / "test_x.py").write_text('def test_a_b():\n    """Rules TRI-1 to TRI-2."""\n')
    (tmp_path / "spec" / "x.py").write_text('def f():\n    """Rule VAR-1.\n\n    >>> 1\n    1\n    """\n')
    found = citations.collect(tmp_path)
    assert found.vectors == {"VAR-1": Counter(x=1)}
    assert found.aimless == ("x/0001",)
    assert found.tests == {
        "TRI-1": ["test_x.py: a b"],
        "TRI-2": ["test_x.py: a b"],
        "VAR-1": ["x.py: example of f"],
    }
