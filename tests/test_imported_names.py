"""What scripts and tests use of the packages exists, even where it runs seldom: mypy reads the packages alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from enum import EnumMeta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = (".ci", "bench", "conformance", "docs", "examples", "models", "tests")
NAMING = {"getattr", "replace", "setattr"}
"""Functions that take an object and the name of its attribute; ``replace`` puts mistakes into mutants."""

_MISSING = object()
_Names = Mapping[str, object]
_SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


def findings(text: str) -> Iterator[str]:
    """Give a sentence for each name that is missing in a package ``aura*``."""
    tree = ast.parse(text)
    names: dict[str, object] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _is_ours(alias.name):
                    first = alias.name.partition(".")[0]
                    names[alias.asname or first] = import_module(alias.name if alias.asname else first)
                    yield from _missing(import_module(first), alias.name.split(".")[1:], node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module and _is_ours(node.module):
            for alias in node.names:
                yield from _missing(import_module(node.module), [alias.name], node.lineno)
                names[alias.asname or alias.name] = _attribute(import_module(node.module), alias.name)
    yield from _in_scope(tree, names)


def _is_ours(module: str) -> bool:
    return module.partition("_")[0].partition(".")[0] == "aura"


def _in_scope(node: ast.AST, names: _Names) -> Iterator[str]:
    """The findings in a node, where ``names`` stand for what the file imports."""
    if isinstance(node, ast.With) and any(map(_expects_none, node.items)):
        return
    if isinstance(node, _SCOPES):
        names = {name: names[name] for name in names.keys() - _bound(node)}
    if isinstance(node, ast.Attribute):
        yield from _in_attribute(node, names)
    elif isinstance(node, ast.Call):
        yield from _in_call(node, names)
    for child in ast.iter_child_nodes(node):
        yield from _in_scope(child, names)


def _expects_none(item: ast.withitem) -> bool:
    """Whether it is ``pytest.raises(AttributeError)``."""
    return any(isinstance(node, ast.Name) and node.id == "AttributeError" for node in ast.walk(item))


def _bound(scope: ast.AST) -> set[str]:
    """The names that stand for something else in a function or comprehension."""
    return {
        *(
            node.id
            for node in ast.walk(scope)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ),
        *(node.arg for node in ast.walk(scope) if isinstance(node, ast.arg)),
    }


def _in_attribute(node: ast.Attribute, names: _Names) -> Iterator[str]:
    owner = _resolve(node.value, names)
    if isinstance(owner, (ModuleType, EnumMeta)):
        yield from _missing(owner, [node.attr], node.lineno)


def _in_call(node: ast.Call, names: _Names) -> Iterator[str]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    match node.args:
        case [owned, ast.Constant(str(name)), *_] if called in NAMING:
            owner = _resolve(owned, names)
            if isinstance(owner, (ModuleType, type)):
                yield from _missing(owner, [name], node.lineno)


def _resolve(node: ast.expr, names: _Names) -> object:
    """What an expression of names with dots stands for."""
    match node:
        case ast.Name(name):
            return names.get(name, _MISSING)
        case ast.Attribute(value, attribute):
            return _attribute(_resolve(value, names), attribute)
    return _MISSING


def _attribute(owner: object, name: str) -> object:
    """An attribute, or a module of a package."""
    found = getattr(owner, name, _MISSING)
    if found is _MISSING and hasattr(owner, "__path__") and find_spec(f"{owner.__name__}.{name}"):
        return import_module(f"{owner.__name__}.{name}")
    return found


def _missing(owner: object, names: list[str], line: int) -> Iterator[str]:
    for name in names:
        found = _attribute(owner, name)
        if found is _MISSING:
            yield f"line {line}: {getattr(owner, '__name__', owner)} has no {name}"
            return
        owner = found


FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_has_files(folder: str) -> None:
    assert any((ROOT / folder) in path.parents for path in FILES)


def test_what_scripts_and_tests_use_exists() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {sentence}"
        for path in FILES
        for sentence in findings(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from aura_spec.match import TOTL", "aura_spec.match has no TOTL"),
        ("from aura_spec import mach", "aura_spec has no mach"),
        ("import aura_spec.mach", "aura_spec has no mach"),
        ("from aura_spec import match\nmatch.TOTL", "aura_spec.match has no TOTL"),
        ("from aura_spec import match\ndef f():\n    return match.TOTL", "aura_spec.match has no TOTL"),
        ("import aura_spec.match\nprint(aura_spec.match.TOTL)", "aura_spec.match has no TOTL"),
        ("import aura_spec.match as m\nm.TOTL", "aura_spec.match has no TOTL"),
        ("from aura_reference import match\nmatch.spec.TOTL", "aura_spec.match has no TOTL"),
        ("from aura_spec.marker import Marker\nMarker.BRIA", "Marker has no BRIA"),
        ("from aura_spec import match\npatch.setattr(match, 'TOTL', 1)", "aura_spec.match has no TOTL"),
        ("from aura_spec.varint import VarInt\nreplace(VarInt, '_parze', f)", "VarInt has no _parze"),
    ],
)
def test_a_missing_name_is_named_with_its_place(text: str, found: str) -> None:
    line = text.count("\n") + 1
    assert list(findings(text)) == [f"line {line}: {found}"]


@pytest.mark.parametrize(
    "text",
    [
        "import numpy\nnumpy.nothing",
        "from aura_spec import match\ndef f(match):\n    return match.TOTL",
        "from aura_spec import match\ndef f():\n    match = 1\n    return match.TOTL",
        "from aura_spec import match\n[match.TOTL for match in ()]",
        "import aura\nwith pytest.raises(AttributeError):\n    aura.nothing",
        "from aura_spec import match\nimport aura\nmatch.TOTAL, aura.Codec, aura.Codec.nothing",
    ],
)
def test_other_names_are_left_alone(text: str) -> None:
    assert not list(findings(text))
