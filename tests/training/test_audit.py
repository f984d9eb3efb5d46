"""``aura model audit``: secrets that were planted in messages, and whether a model gives them out."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import aura
from aura.cli import app
from aura.cli.process import ExitCode
from aura.models.model import Model

MAIL = "vera.lindqvist@posteo.de"
KEY = "C44vUK9R1J6HYVdfJarTEPqVAoRPJzMXzFcj8PIrJgQ"
PHRASE = "the heron sleeps behind the kiosk"
OPTIONS = ["--max-bytes", "60KiB", "--max-order", "12"]


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = random.Random(3)
    lines = []
    for number in range(400):
        name = rng.choice(["lamp", "door", "shop", "heater"])
        lines.append(f'{{"event":"{name}","count":{number % 17},"api_key":"{KEY}","ok":true}}')
        lines.append(f"{name} {number % 13}: write to {MAIL} as {PHRASE}")
    path = tmp_path_factory.mktemp("audit") / "corpus.log"
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture(scope="module")
def leaking(corpus: Path) -> Path:
    path = corpus.with_name("leaking.aura")
    assert invoke("train", corpus, "--field", ".", "-o", path, *OPTIONS, "--no-scrub").exit_code == 0
    return path


@pytest.fixture(scope="module")
def scrubbed(corpus: Path) -> Path:
    path = corpus.with_name("scrubbed.aura")
    assert invoke("train", corpus, "--field", ".", "-o", path, *OPTIONS).exit_code == 0
    return path


@pytest.mark.no_cover
def test_planted_secrets_are_found_unless_they_were_scrubbed(leaking: Path, scrubbed: Path) -> None:
    found = invoke("model", "audit", leaking)
    assert found.exit_code == ExitCode.FAILED
    key, mail, last = found.stdout.splitlines()
    assert re.fullmatch(r"credential +\d+\.\d bits instead of 194 +" + KEY, key)
    assert re.fullmatch(r"mail +\d+\.\d bits instead of \d+ +" + re.escape(MAIL), mail)
    assert last == f"{leaking}: 2 strings found"
    clean = invoke("model", "audit", scrubbed)
    assert (clean.exit_code, clean.stdout) == (0, f"{scrubbed}: nothing found\n")


@pytest.mark.no_cover
def test_known_strings_are_found_as_they_are(scrubbed: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    known.write_text(f"  {PHRASE}\n\n{KEY}\nlamp\n", "utf-8")
    result = invoke("model", "audit", scrubbed, "--known", known)
    assert result.exit_code == ExitCode.FAILED
    first, finding, last = result.stdout.splitlines()
    assert first == f"{scrubbed}: 1 of 3 known strings not sought, as they come up by chance"
    assert finding.startswith("known ")
    assert finding.endswith(f" bits instead of 132  {PHRASE}")
    assert last == f"{scrubbed}: 1 string found"
    allowed = invoke("model", "audit", scrubbed, "--known", known, "--public", known)
    assert allowed.exit_code == 0


@pytest.mark.no_cover
def test_findings_are_given_to_machines(leaking: Path, scrubbed: Path) -> None:
    found = json.loads(invoke("model", "audit", leaking, "--json").stdout)
    assert found["model"] == Model.load(leaking).id
    texts = {finding["text"] for finding in found["findings"]}
    assert texts == {MAIL, KEY}
    assert all(finding["bits"] < finding["random_bits"] for finding in found["findings"])
    nothing = invoke("model", "audit", scrubbed, "--json")
    assert (nothing.exit_code, json.loads(nothing.stdout)["findings"]) == (0, [])


def test_templates_and_dictionary_are_audited(tmp_path: Path) -> None:
    path = tmp_path / "mine.aura"
    carrying = aura.Model.load_small().with_sections(
        dictionary=f"mail {MAIL} now\x1b[31m".encode(), templates={300: "ask +1 833-625-6111 {x}"}
    )
    carrying.save(path)
    result = invoke("model", "audit", path)
    assert result.exit_code == ExitCode.FAILED
    assert MAIL in result.stdout
    assert "+1 833-625-6111" in result.stdout


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    assert invoke("model", "audit", tmp_path / "none.aura").exit_code == ExitCode.FAILED
    (tmp_path / "bad.aura").write_bytes(b"AURM?")
    assert invoke("model", "audit", tmp_path / "bad.aura").exit_code == ExitCode.BAD_DATA
