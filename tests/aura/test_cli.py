from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.models import knowing_nothing
from typer.main import get_command
from typer.testing import CliRunner

import aura
from aura import cli, native
from aura.cli import app
from aura.cli.demo import _shortened
from aura.cli.process import ExitCode
from aura.models.model import Model
from aura.server import conversation

RUNNER = CliRunner()


def test_the_help_without_commands_is_that_with_all_of_them() -> None:
    listed, built = (RUNNER.invoke(each, ["--help"]) for each in (cli.listing(), app))
    assert (listed.exit_code, listed.stdout) == (0, built.stdout)


@pytest.mark.parametrize("option", ["-h", "--help", "--version"])
def test_help_and_version_load_no_command(option: str) -> None:
    program = (
        "import atexit, sys; from aura.cli import main; sys.argv = ['aura', sys.argv[1]];"
        " atexit.register(lambda: print(*sys.modules, file=sys.stderr)); main()"
    )
    done = subprocess.run(  # noqa: S603  # ours
        [sys.executable, "-c", program, option], check=True, capture_output=True, text=True
    )
    assert ("compress " in done.stdout) is (option != "--version")
    loaded = {name for name in done.stderr.split() if name.startswith("aura")}
    assert loaded <= {
        "aura",
        "aura.cli",
        "aura.cli.process",
        "aura.errors",
        "aura.native",
        "aura.terminal",
        "aura_native",
        "aura_spec",
        "aura_spec.errors",
    }


def test_compress_and_decompress_through_pipes() -> None:
    wire = RUNNER.invoke(app, ["compress"], input=b"Timeout after 30ms for db").stdout_bytes
    assert wire == aura.compress("Timeout after 30ms for db")
    result = RUNNER.invoke(app, ["decompress", "-"], input=wire)
    assert (result.exit_code, result.stdout_bytes) == (0, b"Timeout after 30ms for db")


def test_compress_and_decompress_through_files(tmp_path: Path) -> None:
    plain, packed, back = (tmp_path / name for name in ("plain", "packed", "back"))
    plain.write_bytes(b"\x00\xff" * 100)
    assert RUNNER.invoke(app, ["compress", str(plain), "-o", str(packed), "--level", "3"]).exit_code == 0
    assert RUNNER.invoke(app, ["decompress", str(packed), "-o", str(back)]).exit_code == 0
    assert back.read_bytes() == plain.read_bytes()
    assert len(packed.read_bytes()) < 50


def test_hexadecimal_digits_both_ways() -> None:
    result = RUNNER.invoke(app, ["compress", "--hex"], input=b"Yes")
    assert result.stdout == aura.compress("Yes").hex() + "\n"
    assert RUNNER.invoke(app, ["decompress", "--hex"], input=b"0x06 00\n").stdout == "Yes"
    result = RUNNER.invoke(app, ["decompress", "--hex"], input=b"zz")
    assert result.exit_code == 2


def test_own_templates(tmp_path: Path) -> None:
    store = tmp_path / "templates.json"
    aura.TemplateLibrary({300: "door {0} is open"}).save(store)
    model = tmp_path / "nothing.aura"
    knowing_nothing().save(model)
    options = ["--templates", str(store), "--model", str(model)]
    wire = RUNNER.invoke(app, ["compress", *options], input=b"door 7 is open").stdout_bytes
    assert wire == bytes.fromhex("06ac0237")
    assert RUNNER.invoke(app, ["decompress", *options], input=wire).stdout == "door 7 is open"
    assert "door {0}" in RUNNER.invoke(app, ["explain", "--hex", wire.hex(), *options]).stdout


def test_explain_prints_fields_or_json() -> None:
    result = RUNNER.invoke(app, ["explain", "--hex", "06553d6462"])
    assert result.exit_code == 0
    assert "slot   {0} is '30' (int)" in result.stdout
    result = RUNNER.invoke(app, ["explain", "--json"], input=bytes.fromhex("06553d6462"))
    data = json.loads(result.stdout)
    assert data["fields"][1] == {
        "offset": 1,
        "bytes": "55",
        "field": "template_id",
        "value": "85 'Timeout after {0:int}ms for {1}'",
        "doc": "which pattern to fill",
    }
    assert data["slots"][1] == {"name": "1", "type": "text", "value_hex": "6462"}
    assert bytes.fromhex(data["message_hex"]) == b"Timeout after 30ms for db"


def test_explain_reports_what_is_refused() -> None:
    result = RUNNER.invoke(app, ["explain", "--json", "--hex", "0685"])
    assert result.exit_code == 3
    assert json.loads(result.stdout)["error"]["code"] == "Truncated"
    assert RUNNER.invoke(app, ["explain", "--hex", "0"]).exit_code == 2


def test_the_demo_verifies_every_message() -> None:
    result = RUNNER.invoke(app, ["demo"])
    assert result.exit_code == 0
    count = len(conversation.load())
    assert f"{count} of {count} messages came back identical." in result.stdout
    assert "zstd-19" in result.stdout
    assert "brotli-11" in result.stdout
    data = json.loads(RUNNER.invoke(app, ["demo", "--json", "--level", "1"]).stdout)
    assert len(data["messages"]) == count
    assert all(message["identical"] for message in data["messages"])
    assert data["original_bytes"] == sum(message["original_size"] for message in data["messages"])


def test_the_demo_fails_if_a_message_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aura.HybridCompressor, "decompress", lambda *_: "something else")
    result = RUNNER.invoke(app, ["demo"])
    assert result.exit_code == 1
    assert "DIFFERS" in result.stdout
    assert "0 of" in result.stdout


def test_the_demo_cuts_long_messages_to_one_line() -> None:
    assert _shortened("a\nb\x1b[31m", 40) == "a\\nb\\x1b[31m"
    assert _shortened("x" * 100, 10) == "x" * 9 + "…"
    assert _shortened("你好" * 10, 9) == "你好你好…"
    assert _shortened("\n" * 9, 10) == "\\n" * 4 + "\\…"


def test_the_conversation_looks_like_traffic() -> None:
    turns = conversation.load()
    assert len(turns) >= 30
    assert {turn.role for turn in turns} == {"system", "user", "assistant", "tool", "log"}
    assert any(not turn.text.isascii() for turn in turns)
    assert max(len(turn.text) for turn in turns) > 1500


def test_version() -> None:
    choice = native.choose()
    expected = f"aura {aura.__version__}\nbackend {choice.backend}: {choice.reason}\n"
    assert RUNNER.invoke(app, ["--version"]).stdout == expected


@pytest.mark.parametrize("arguments", [["--version"], ["compress", "-"], ["model", "info", "none.aura"]])
def test_a_backend_that_is_not_there_is_a_plain_error(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AURA_BACKEND", "quick")
    result = RUNNER.invoke(app, arguments, input=b"")
    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert result.stderr == "error: AURA_BACKEND is 'quick', not auto, native, fast, reference\n"


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch, command: Callable[[], object], stdin: bytes) -> bytes:
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
    monkeypatch.setattr(sys, "stdout", Terminal(buffer))
    command()
    return buffer.getvalue()


def test_a_terminal_gets_hexadecimal_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = on_terminal(monkeypatch, cli.transform.compress, b"Yes")
    assert shown == aura.compress("Yes").hex().encode() + b"\n"


def test_a_terminal_gets_no_control_characters_of_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    message = "tab\t, \x1b]0;title\x07, \x9b, \u202e\r\n".encode() + b"\xff"
    shown = on_terminal(monkeypatch, cli.transform.decompress, aura.compress(message))
    assert shown.decode() == "tab\t, \\x1b]0;title\\x07, \\x9b, \\u202e\\r\n\\xff"


def test_metadata_and_templates_of_a_model_are_spelled_out(tmp_path: Path) -> None:
    path = tmp_path / "hostile.aura"
    metadata = {"name": "\x1b[31mred\n\x9b2J", "\x1b[2J": "\u202e"}
    model = Model.from_context_model(knowing_nothing().context_model, metadata)
    model.with_sections(templates={256: "\x1b[31m {0} \u202e"}).save(path)
    knowing_nothing().save(tmp_path / "other.aura")
    for arguments in (["info", str(path)], ["diff", str(path), str(tmp_path / "other.aura")]):
        shown = RUNNER.invoke(app, ["model", *arguments]).stdout
        assert "\\x1b[31m" in shown
        assert all(char.isprintable() for char in shown.replace("\n", ""))
    wire = aura.Codec(model=Model.load(path)).compress("\x1b[31m \x1b[32m \u202e")
    for arguments in ([], ["--json"]):
        options = ["--model", str(path), "--hex", wire.hex(), *arguments]
        shown = RUNNER.invoke(app, ["explain", *options]).stdout
        assert "x1b[31m" in shown or "1b5b33316d" in shown
        assert all(char.isprintable() for char in shown.replace("\n", ""))


def test_the_model_of_the_package_can_be_looked_at() -> None:
    shown = RUNNER.invoke(app, ["model", "info"]).stdout.splitlines()
    rows = [
        line.split(maxsplit=1) for line in shown[: next(n for n, line in enumerate(shown) if "order" in line)]
    ]
    assert ["id", Model.load_default().id] in rows
    assert len({line.index(text) for line, (_, text) in zip(shown, rows, strict=False)}) == 1  # aligned


def test_a_message_that_few_will_read_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.transform, "DEFAULT_MAX_SIZE", 1 << 20)
    for size, noted in ((1 << 20, False), ((1 << 20) + 1, True)):
        result = RUNNER.invoke(app, ["compress", "--level", "1", "--no-chunked"], input=bytes(size))
        assert aura.decompress(result.stdout_bytes) == bytes(size)
        assert ("--max-size" in result.stderr) == noted


def test_a_large_input_becomes_a_chunked_file_by_itself(tmp_path: Path) -> None:
    path, wire = tmp_path / "large", tmp_path / "wire"
    for size in ((1 << 20), (1 << 20) + 1):
        path.write_bytes(bytes(size))
        result = RUNNER.invoke(app, ["compress", "--level", "1", str(path), "-o", str(wire)])
        assert (result.exit_code, result.stderr) == (0, "")
        assert (wire.read_bytes()[:4] == b"AURC") == (size > 1 << 20)
        assert RUNNER.invoke(app, ["decompress", str(wire), "-o", str(wire)]).exit_code == 0
        assert wire.read_bytes() == bytes(size)


@pytest.mark.parametrize("options", [[], ["--hex"]])
def test_chunked_files_are_written_if_asked_for_and_recognised(options: list[str]) -> None:
    text = "Grüße, " * 30_000
    packed = RUNNER.invoke(app, ["compress", "--chunked", *options], input=text.encode())
    expected = b"".join(aura.compress_iter([text.encode()]))
    assert packed.stdout_bytes == (expected.hex().encode() + b"\n" if options else expected)
    assert RUNNER.invoke(app, ["decompress", *options], input=packed.stdout_bytes).stdout == text
    limited = RUNNER.invoke(app, ["decompress", "--max-size", "1KiB", *options], input=packed.stdout_bytes)
    assert (limited.exit_code, limited.stdout) == (ExitCode.BAD_DATA, "")


def test_a_damaged_chunked_file_leaves_no_output(tmp_path: Path) -> None:
    (tmp_path / "cut").write_bytes(b"".join(aura.compress_iter([b"hi" * 99_999]))[:-1])
    result = RUNNER.invoke(app, ["decompress", str(tmp_path / "cut"), "-o", str(tmp_path / "out")])
    assert result.exit_code == ExitCode.BAD_DATA
    assert "Truncated" in result.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["cut"]


def test_a_terminal_gets_chunked_files_as_text_without_control_characters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "é\x1b" * 40_000  # the characters of which blocks cut
    wire = b"".join(aura.compress_iter([b"x" + text.encode()]))
    assert on_terminal(monkeypatch, cli.transform.decompress, wire).decode() == "x" + text.replace(
        "\x1b", "\\x1b"
    )
    shown = on_terminal(monkeypatch, lambda: cli.transform.compress(chunked=True), b"x" + text.encode())
    assert shown == wire.hex().encode() + b"\n"


def test_errors_spell_out_control_characters() -> None:
    result = RUNNER.invoke(app, ["compress", "gone\x1b[31m"])
    assert (result.exit_code, result.stderr) == (1, "error: gone\\x1b[31m: No such file or directory\n")


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (["compress", "gone"], b"", ExitCode.FAILED),
        (["compress", "-o", "gone/out"], b"", ExitCode.FAILED),
        (["compress", "-o", "."], b"", ExitCode.FAILED),
        (["model", "info", "gone"], b"", ExitCode.FAILED),
        (["explain", "--hex", "0600", "--html", "gone/page.html"], b"", ExitCode.FAILED),
        (["compress", "--level", "4"], b"", ExitCode.USAGE),
        (["compress", "--templates"], b"", ExitCode.USAGE),
        (["decompress", "--max-size", "2GB"], b"", ExitCode.USAGE),
        (["unknown"], b"", ExitCode.USAGE),
        (["decompress", "--hex"], b"42", ExitCode.BAD_DATA),
        (["decompress", "--max-size", "1KiB"], aura.compress(bytes(1025)), ExitCode.BAD_DATA),
        (["decompress", "--templates", "bad"], b"", ExitCode.BAD_DATA),
        (["compress", "--model", "bad"], b"", ExitCode.BAD_DATA),
        (["model", "info", "bad"], b"", ExitCode.BAD_DATA),
        (["explain", "--hex", "42"], b"", ExitCode.BAD_DATA),
    ],
)
def test_exit_codes_tell_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], stdin: bytes, code: ExitCode
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad").write_bytes(b"neither a model nor a store")
    result = RUNNER.invoke(app, arguments, input=stdin)
    assert result.exit_code == code, result.output
    assert [entry.name for entry in tmp_path.iterdir()] == ["bad"]


def test_every_exit_code_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "guide" / "cli.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d+) \|", page, re.MULTILINE) == [str(code.value) for code in ExitCode]


def commands(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    yield path, group
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", [path for path, _ in commands(get_command(app))], ids=" ".join)
def test_help_is_plain_and_names_what_is_taken_in_one_form(path: tuple[str, ...]) -> None:
    shown = RUNNER.invoke(app, [*path, "-h"], env={"COLUMNS": "200"}).stdout
    assert "--help" in shown
    assert "╭" not in shown
    if "serve" in path:
        assert 'pip install ".[serve]"' in shown
    assert not re.search(r"^ +--.*<(int|str|path|file|int range)>", shown, re.MULTILINE)
    listed = shown.partition("Commands:")[2]
    assert "..." not in "".join(line for line in listed.splitlines() if "serve" not in line)


def test_the_installed_command() -> None:
    command = Path(sys.executable).with_name("aura")
    if not command.exists():
        pytest.fail("the package is not installed beside this interpreter: use make test")
    result = subprocess.run([command, "compress"], input=b"Yes", capture_output=True, check=True)  # noqa: S603
    assert result.stdout == aura.compress("Yes")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_installed(shell: str, tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("aura")
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1", "HOME": str(tmp_path)}
    for option in ("--show-completion", "--install-completion"):
        result = subprocess.run(  # noqa: S603
            [command, option, shell], env=environment, capture_output=True, check=True, text=True
        )
        assert "_AURA_COMPLETE" in result.stdout or "completion installed" in result.stdout
    completions = {
        **environment,
        "_AURA_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": "aura de",
        "COMP_CWORD": "1",
    }
    completions |= {"_TYPER_COMPLETE_ARGS": "aura de", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    offered = subprocess.run([command], env=completions, capture_output=True, check=False, text=True).stdout  # noqa: S603
    assert "decompress" in offered
    assert "demo" in offered
