"""Results of a stress test: as tables, JSON and a page, compared, and by the command."""

from __future__ import annotations

import asyncio
import copy
import io
import json
import re
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.stress.extra import needed

needed()

from rich.console import Console  # noqa: E402  # skipped before without the extra
from tests.stress.ends import model_file, result, serving  # noqa: E402
from typer.testing import CliRunner  # noqa: E402

from aura.cli import app  # noqa: E402
from aura.stress import comparison, tables  # noqa: E402
from aura.stress.errors import StressError  # noqa: E402
from aura.stress.page import page  # noqa: E402
from aura.stress.plots import VARIABLES  # noqa: E402
from aura.stress.result import Result, read, save  # noqa: E402

HOSTILE = '<script>alert("1")</script>&[bold]\x1b[31m$x^$'


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return result(warmup=20, messages=90, trace_dir=tmp_path_factory.mktemp("traces"))


def printed(show: Callable[[Console], None]) -> str:
    text = io.StringIO()
    show(Console(file=text, width=120))
    return text.getvalue()


def test_tables_show_the_figures(found: Result) -> None:
    text = printed(lambda console: tables.print_result(found, console))
    figures = found["figures"]
    assert re.search(rf"ratio +{figures['ratio']:.3f}", text)
    assert re.search(r"mismatches +0\b", text)
    assert found["warmup"]["text"][1] in text
    assert "by role" in text
    assert "traced: " in text
    for row in found["templates"][:3]:
        assert re.search(rf"^ +{row['id']} ", text, re.MULTILINE)


def test_results_are_kept(found: Result, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    save(found, path)
    assert read(path) == json.loads(json.dumps(found))


@pytest.mark.parametrize("content", ["{", "[]", '{"form": "other"}', "[" * 100_000])
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StressError, match=r"other\.json"):
        read(path)


@pytest.fixture(scope="module")
def shown(found: Result) -> str:
    return page(found)


class Page(HTMLParser):
    """What a page holds."""

    VOID = frozenset({"meta", "link", "path", "use", "rect", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_the_page_stands_by_itself(shown: str) -> None:
    seen = Page(shown)
    assert seen.open == []
    assert "script" not in seen.tags
    assert seen.tags.count("svg") == 8
    assert all(address.startswith(("#", "data:")) for address in seen.addresses)
    for colour in VARIABLES.values():
        assert colour not in shown  # a variable stands for it


def test_the_page_takes_any_text(found: Result) -> None:
    hostile = copy.deepcopy(found)
    hostile["settings"]["server"] = hostile["made"] = HOSTILE
    hostile["templates"][0]["pattern"] = HOSTILE
    hostile["methods"][0]["name"] = HOSTILE
    seen = Page(page(hostile))
    assert "script" not in seen.tags
    assert seen.open == []
    assert "[bold]" in printed(lambda console: tables.print_result(hostile, console))


def test_a_result_without_rounds_or_templates_is_shown() -> None:
    bare = result(messages=1, users=1, corpus_weight=1.0)
    assert bare["templates"] == []
    assert "0 of 128 templates used" in printed(lambda console: tables.print_result(bare, console))


def test_a_comparison_says_what_differs(found: Result) -> None:
    same = printed(lambda console: comparison.print_comparison(found, found, console))
    assert "the messages are identical" in same
    assert "different" not in same
    other = copy.deepcopy(found)
    other["figures"]["ratio"] *= 2
    other["figures"]["server_us_per_message"] = None
    other["digests"]["sizes"] = "0"
    other["settings"]["level"] = 3
    other["backend"] = "abacus"
    changed, gone = other["templates"][0], other["templates"].pop()
    changed["ratio"] *= 1.5
    text = printed(lambda console: comparison.print_comparison(found, other, console))
    assert re.search(r"ratio .*\+100\.0%", text)
    assert "their sizes on the wire are different" in text
    assert "different setting, level: 2 and 3" in text
    assert "and abacus" in text
    ordered = comparison.templates(found, other)
    assert (ordered[0][0], ordered[0][2].change) == (changed["id"], pytest.approx(0.5))
    assert (gone["id"], None) in [(number, difference.change) for number, _, difference in ordered]


def invoke(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["stress", *map(str, arguments)])


def test_the_command_runs_exports_and_compares(tmp_path: Path) -> None:
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    usual = ("--users", "2", "--messages", "12", "--model", model_file())
    ran = invoke(*usual, "--warmup", "--export", files[0], "--export", tmp_path / "a.html")
    assert ran.exit_code == 0, ran.output
    assert "mismatches" in ran.output
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    traced = invoke(*usual, "--debug", "--trace-dir", tmp_path / "traces", "--export", files[1])
    assert traced.exit_code == 0, traced.output
    assert (tmp_path / "traces" / "traces.jsonl").exists()
    compared = invoke("--compare", *files)
    assert compared.exit_code == 0
    assert "different setting, warmup: 100 and 0" in compared.output


def test_the_command_fails_where_messages_change() -> None:
    async def shouting(connection: Any) -> None:
        async for message in connection:
            await connection.send(message.upper())

    async def play() -> int:
        async with serving(shouting) as url:
            arguments = ("--url", url, "--users", "1", "--messages", "9", "--model", model_file())
            ran = await asyncio.to_thread(invoke, *arguments)
            return int(ran.exit_code)

    assert asyncio.run(play()) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("--memory", "5"), 2, "memory is 5"),
        (("--url", "ws://127.0.0.1:9"), 3, "ws://127.0.0.1:9"),
        (("--metadata", "/nowhere.json"), 1, "/nowhere.json"),
        (("--compare", "/nowhere.json", "/nowhere.json"), 1, "/nowhere.json"),
        (("--export", "/nowhere/at/all.json"), 1, "/nowhere"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: tuple[str, ...], code: int, text: str) -> None:
    ran = invoke(*arguments)
    assert (ran.exit_code, text in ran.output) == (code, True), ran.output


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("websockets", ()),
        ("matplotlib", ("--export", "page.html")),
        ("uvicorn", ("--dashboard", "8900")),
    ],
)
def test_the_command_names_missing_packages(
    monkeypatch: pytest.MonkeyPatch, module: str, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    ran = invoke(*arguments)
    assert ran.exit_code == 1
    assert f"{module} is missing; the extra" in ran.output
