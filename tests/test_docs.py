"""What can be imported from ``aura`` is documented."""

from __future__ import annotations

import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import pytest

import aura

DOCS = Path(__file__).parent.parent / "docs"
_DIRECTIVE = re.compile(r"^\.\. (?:auto(?:class|function|exception)|py:data):: ([\w.]+)", re.MULTILINE)


def _resolve(dotted: str) -> object:
    """What a dotted name stands for: names of a package come before its modules, as with ``aura.train``."""
    first, *rest = dotted.split(".")
    found: object = import_module(first)
    path = first
    for name in rest:
        path = f"{path}.{name}"
        found = getattr(found, name) if hasattr(found, name) else import_module(path)
        if inspect.isfunction(found) and path != dotted:
            found = import_module(path)
    return found


DOCUMENTED = [
    _resolve(name)
    for page in DOCS.rglob("*.md")
    for name in _DIRECTIVE.findall(page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("name", aura.__all__)
def test_every_name_is_documented(name: str) -> None:
    assert any(getattr(aura, name) is found for found in DOCUMENTED), f"no page documents aura.{name}"


@pytest.mark.parametrize("name", aura.__all__)
def test_every_name_is_mentioned_in_the_api(name: str) -> None:
    """As the name of a directive or as code; a word of the prose does not count."""
    code = rf"^\.\. [\w:]+:: aura\.{name}(\(|$)|`(aura\.)?{name}(\([^`]*\))?`"
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    assert re.search(code, text, re.MULTILINE), f"not in api.md: {name}"


@pytest.mark.parametrize("name", [name for name in aura.__all__ if name != "__version__"])
def test_every_name_explains_itself(name: str) -> None:
    assert (getattr(aura, name).__doc__ or "").strip()


EXAMPLES = [
    pytest.param(code, id=f"{page.relative_to(DOCS.parent)}: {number}")
    for page in (*sorted(DOCS.rglob("*.md")), DOCS.parent / "README.md")
    for number, code in enumerate(
        re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    )
]


@pytest.mark.parametrize("code", EXAMPLES)
def test_every_example_is_python(code: str) -> None:
    compile(dedent(code), "example", "exec")


def test_nothing_is_said_to_be_on_a_package_index() -> None:
    pages = (*DOCS.rglob("*.md"), DOCS.parent / "README.md")
    assert not [page for page in pages if re.search(r"install\W+aura", page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", ["vectors/README.md", "docs/conformance/running.md"])
def test_tables_of_profiles_say_what_the_manifest_says(page: str) -> None:
    manifest = json.loads((DOCS.parent / "vectors" / "MANIFEST.json").read_text(encoding="utf-8"))
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", (DOCS.parent / page).read_text(encoding="utf-8"))
    table = text.split("| profile | an implementation that |\n|---|---|\n")[1].split("\n\n")[0]
    told = dict(re.findall(r"^\| `([^`]+)` \| ([^|;]+?)(?:; [^|]*)? \|$", table, re.MULTILINE))
    assert told == {name: profile["about"] for name, profile in manifest["profiles"].items()}
