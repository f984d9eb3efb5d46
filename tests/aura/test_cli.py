from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.models import knowing_nothing
from typer.testing import CliRunner

import aura
from aura import cli, conversation
from aura.cli import app
from aura.cli.demo import _shortened

RUNNER = CliRunner()


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
    assert result.exit_code == 1
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
    assert RUNNER.invoke(app, ["--version"]).stdout == f"aura {aura.__version__}\n"


@pytest.mark.parametrize("arguments", [["compress", "/nowhere/at/all"], ["decompress", "--hex"]])
def test_errors_are_one_line_and_status_1(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["aura", *arguments])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"42")))
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_a_terminal_gets_hexadecimal_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Yes")))
    monkeypatch.setattr(sys, "stdout", Terminal(buffer))
    cli.transform.compress()
    assert buffer.getvalue() == aura.compress("Yes").hex().encode() + b"\n"


def test_the_installed_command() -> None:
    command = Path(sys.executable).with_name("aura")
    if not command.exists():
        pytest.fail("the package is not installed beside this interpreter: use make test")
    result = subprocess.run([command, "compress"], input=b"Yes", capture_output=True, check=True)  # noqa: S603
    assert result.stdout == aura.compress("Yes")
