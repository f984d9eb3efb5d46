"""What rests on the rules of the specification: golden vectors, tests and documented examples.

A vector names its rules in the field ``rules``. A test names them in its docstring, ``Rule VAR-2.`` or ``Rules
RNG-4 and RNG-7.``, where ``CTX-1 to CTX-7`` stands for all seven; so does a documented example of a function of the
specification, the reference or the fast implementation.
"""

import ast
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aura_conformance.rules import place, rules_in

_SOURCES = ("spec", "reference", "fast")


@dataclass(frozen=True, slots=True)
class Citations:
    """Who cites what.

    Attributes:
        vectors: for each rule, how many cases of each chapter.
        tests: for each rule, the tests and examples, as readable names.
        aimless: ids of cases that cite no rule.
    """

    vectors: Mapping[str, Counter[str]] = field(default_factory=dict)
    tests: Mapping[str, list[str]] = field(default_factory=dict)
    aimless: tuple[str, ...] = ()


def faults(rules: Iterable[str], citations: Citations) -> Iterator[str]:
    """What is wrong with these citations of these rules, a sentence each."""
    known = set(rules)
    for rule in sorted(known, key=place):
        if rule not in citations.vectors and rule not in citations.tests:
            yield f"rule {rule} has neither a vector nor a test"
    for rule, chapters in sorted(citations.vectors.items()):
        if rule not in known:
            yield f"vectors of {', '.join(sorted(chapters))} cite rule {rule}, which no chapter states"
    for case in citations.aimless:
        yield f"vector {case} cites no rule"


def source_faults(rules: Iterable[str], root: Path) -> Iterator[str]:
    """What is wrong with the citations in the sources of a checkout, a sentence each.

    Rules that are cited exist. Where the reference and the fast implementation have a function or class of the same
    name in the same module, and both cite rules, they cite the same.
    """
    known = set(rules)
    for source in (*_SOURCES, "src", "conformance", "bench", "models"):
        for path in sorted((root / source).rglob("*.py")):
            for rule in sorted(rules_in(path.read_text(encoding="utf-8")) - known):
                yield f"{path.relative_to(root).as_posix()} cites rule {rule}, which no chapter states"
    fast = _cited(root / "fast" / "aura_fast")
    for name, cited in _cited(root / "reference" / "aura_reference").items():
        if differing := sorted(cited ^ fast.get(name, cited), key=place):
            yield f"one implementation of {name} cites {', '.join(differing)}, the other does not"


def _cited(folder: Path) -> dict[str, set[str]]:
    """The rules that each function and class cites, under its qualified name, as ``range_coder.Decoder.take``."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        module = ".".join(path.relative_to(folder).with_suffix("").parts)
        _note_cited(found, ast.parse(path.read_text(encoding="utf-8")), module)
    return found


def _note_cited(found: dict[str, set[str]], parent: ast.Module | ast.ClassDef, prefix: str) -> None:
    for node in parent.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            name = f"{prefix}.{node.name}"
            if rules := rules_in(ast.get_docstring(node) or ""):
                found[name] = rules
            if isinstance(node, ast.ClassDef):
                _note_cited(found, node, name)


def collect(root: Path) -> Citations:
    """The citations in a checkout."""
    vectors, aimless = _of_vectors(root / "vectors")
    tests: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((root / "tests").rglob("test_*.py")):
        for name, text in _functions(path):
            if name.startswith("test_"):
                _note(tests, text, f"{path.relative_to(root / 'tests').as_posix()}: {_spoken(name)}")
    for source in _SOURCES:
        for path in sorted((root / source).rglob("*.py")):
            for name, text in _functions(path):
                if ">>>" in text:
                    _note(tests, text, f"{path.relative_to(root / source).as_posix()}: example of {name}")
    return Citations(vectors, dict(tests), aimless)


def _note(tests: Mapping[str, list[str]], text: str, name: str) -> None:
    for rule in rules_in(text):
        tests[rule].append(name)


def _spoken(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def _functions(path: Path) -> Iterator[tuple[str, str]]:
    """Name and docstring of each function and class that has one."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and (text := ast.get_docstring(node)):
            yield node.name, text


def _of_vectors(folder: Path) -> tuple[dict[str, Counter[str]], tuple[str, ...]]:
    vectors: defaultdict[str, Counter[str]] = defaultdict(Counter)
    aimless = []
    for path in sorted(folder.glob("*.json")):
        for group in json.loads(path.read_text(encoding="ascii")).get("groups", ()):
            for case in group["tests"]:
                for rule in case["rules"]:
                    vectors[rule][path.stem] += 1
                if not case["rules"]:
                    aimless.append(case["id"])
    return dict(vectors), tuple(aimless)
