from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from tests import models
from tests.messages import MESSAGES
from typer.testing import CliRunner

import aura
from aura.cli import app
from aura.explanation.page import page
from aura.models import model_info
from aura.models.model import Model
from aura_fast import model as model_file
from aura_reference import message as reference

RUNNER = CliRunner()
TALK = [
    f"the {what} is {state} in {room}"
    for what in ("lamp", "door")
    for state in ("on", "off")
    for room in "abc"
]
TALK = TALK * 4 + ["yes", "no", "who is there?", "the door", ""] * 3


@pytest.fixture(scope="module")
def model() -> Model:
    options = aura.TrainingOptions(max_order=6, metadata={"name": "talk"})
    return aura.train(TALK, max_bytes=64 << 10, scrub=False, options=options)


def test_a_trained_model_predicts_its_messages(model: Model) -> None:
    codec = aura.Codec(model=model)
    before = sum(len(text) for text in TALK)
    after = sum(len(codec.compress(text)) for text in TALK)
    assert before > 5 * after
    assert all(codec.decompress(codec.compress(text)).decode() == text for text in TALK)
    assert len(codec.compress("yes")) == 1


@given(MESSAGES)
def test_any_message_comes_back_with_any_model(message: bytes) -> None:
    codec = aura.Codec(model=SMALL)
    wire = codec.compress(message)
    assert codec.decompress(wire) == message
    assert len(wire) <= len(message) + 1


SMALL = Model.from_context_model(models.build([text.encode() for text in TALK]), {})


def test_training_is_deterministic(model: Model) -> None:
    again = aura.train(
        list(TALK), max_bytes=64 << 10, options=aura.TrainingOptions(max_order=6, metadata={"name": "other"})
    )
    assert again.id == model.id
    assert again.data != model.data
    assert aura.train(TALK[:-1], max_bytes=64 << 10, options=aura.TrainingOptions(max_order=6)).id != model.id


def test_the_file_keeps_to_the_size() -> None:
    texts = [f"{n * 7919 % 997:03} and {n * 104729 % 9973:04}, then {n * 31 % 89}" for n in range(3000)]
    sizes = {}
    for limit in (5_000, 9_000):
        trained = aura.train(texts, max_bytes=limit, options=aura.TrainingOptions(max_order=5))
        sizes[limit] = len(trained.data)
        assert limit * 0.8 <= len(trained.data) <= limit
    assert sizes[5_000] < sizes[9_000]


def test_what_cannot_be_trained() -> None:
    with pytest.raises(ValueError, match="no messages"):
        aura.train([])
    with pytest.raises(ValueError, match="max_bytes is 100"):
        aura.train(TALK, max_bytes=100)
    with pytest.raises(ValueError, match="no model fits"):
        aura.train(TALK, max_bytes=1000)


def test_progress_is_reported() -> None:
    seen: list[tuple[str, float]] = []
    aura.train(TALK, max_bytes=64 << 10, progress=lambda stage, done: seen.append((stage, done)))
    assert seen
    assert all(0 <= done <= 1 for _, done in seen)


def test_files_round_trip(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "talk.aura"
    model.save(path)
    loaded = Model.load(path)
    assert (loaded.id, dict(loaded.metadata), loaded.data) == (model.id, {"name": "talk"}, model.data)
    assert "context_model" not in repr(loaded)


@pytest.mark.parametrize("metadata", [b"[]", b"{", b'{"a": 1}', b'{"a": "b", "a": "c"}', b"\xff"])
def test_odd_metadata_is_malformed(model: Model, metadata: bytes) -> None:
    with pytest.raises(aura.Malformed):
        Model.from_bytes(model_file.write(model.context_model, metadata))


def test_no_metadata_is_fine(model: Model) -> None:
    assert dict(Model.from_bytes(model_file.write(model.context_model)).metadata) == {}


def test_messages_can_name_their_model(model: Model) -> None:
    wire = reference.encode_auralite_explicit(b"the lamp", bytes.fromhex(model.id), model.context_model)
    assert aura.Codec(model=model).decompress(wire) == b"the lamp"
    with pytest.raises(aura.UnknownModel):
        aura.Codec(model=SMALL).decompress(wire)
    explanation = aura.explain(wire, model=model)
    assert explanation.message == b"the lamp"
    assert len(explanation.steps) == 9


PATTERNS = {256: "the {what} is {n:int} cm wide", 300: "all is well"}


def test_a_codec_uses_the_templates_of_its_model(model: Model) -> None:
    carrying = model.with_sections(templates=PATTERNS)
    assert carrying.id != model.id
    assert {number: template.pattern for number, template in carrying.templates.items()} == PATTERNS
    codec = aura.Codec(model=carrying)
    match = codec.templates.match(b"the shelf is 90 cm wide")
    assert match is not None
    assert match.template_id == 256
    assert codec.decompress(codec.encode_frame(match)) == b"the shelf is 90 cm wide"
    assert codec.decompress(codec.compress("all is well")) == b"all is well"
    assert carrying.with_sections().data == model.data


def test_templates_of_model_and_library_stand_beside_each_other(model: Model) -> None:
    carrying = model.with_sections(templates=PATTERNS)
    library = aura.TemplateLibrary({256: PATTERNS[256], 301: "and more"}, with_builtin=False)
    codec = aura.Codec(model=carrying, templates=library)
    assert list(codec.templates) == [256, 301, 300]
    assert list(library) == [256, 301]
    with pytest.raises(aura.TemplateError, match=f"model {carrying.id} .* template 256 is published"):
        aura.Codec(model=carrying, templates=aura.TemplateLibrary({256: "another"}))


@pytest.mark.parametrize("templates", [{255: "of a peer"}, {256: "{"}, {-1: "x"}])
def test_templates_that_no_model_carries(model: Model, templates: dict[int, str]) -> None:
    with pytest.raises(aura.TemplateError):
        model.with_sections(templates=templates)


@pytest.mark.parametrize("reply", ["Yes.", "No.", "Yes", "No", "OK"])
def test_common_replies_take_one_byte(reply: str) -> None:
    assert len(aura.compress(reply)) == 1


def test_packaged_models_carry_no_templates() -> None:
    assert not Model.load_default().templates
    assert not Model.load_small().templates


def test_trained_models_carry_what_they_are_given(model: Model) -> None:
    trained = aura.train(
        TALK,
        max_bytes=64 << 10,
        options=aura.TrainingOptions(max_order=6, templates=PATTERNS, dictionary=b"the lamp is on"),
    )
    assert trained.with_sections().id == model.id
    assert trained.dictionary == b"the lamp is on"
    assert set(trained.templates) == set(PATTERNS)
    with pytest.raises(ValueError, match="max_bytes leaves"):
        aura.train(TALK, max_bytes=64 << 10, options=aura.TrainingOptions(dictionary=bytes(64 << 10)))


def test_codecs_write_messages_that_name_their_model(model: Model) -> None:
    carrying = model.with_sections(templates=PATTERNS, dictionary=b"completely different words, unheard of")
    sender = aura.Codec(model=carrying, explicit_model=True)
    texts = ["the lamp is on", "the lamp in the attic is 5 cm wide", "completely different words, unheard of"]
    markers = []
    for text in texts:
        wire = sender.compress(text)
        markers.append(wire[0])
        for reader in (sender, aura.Codec(models=[SMALL, carrying], templates=sender.templates)):
            assert reader.decompress(wire).decode() == text
    assert markers[0] == 3
    assert not {5, 8, *range(0x80, 0x100)} & set(markers)
    assert sender.compress(texts[0])[1:9].hex() == carrying.id
    implied = aura.Codec(model=carrying).compress(texts[0])
    assert sender.compress(texts[0])[9:] == implied
    assert sender.decompress(implied).decode() == texts[0]
    with pytest.raises(aura.UnknownModel):
        aura.Codec(models=[SMALL]).decompress(sender.compress(texts[0]))
    assert aura.explain(sender.compress(texts[0]), models=[carrying]).steps


def test_commands_name_models(tmp_path: Path, model: Model) -> None:
    path = tmp_path / "talk.aura"
    model.save(path)
    command = ["compress", "--model", str(path), "--explicit-model"]
    wire = RUNNER.invoke(app, command, input=b"the lamp is on").stdout_bytes
    assert wire == aura.Codec(model=model, explicit_model=True).compress("the lamp is on")
    assert wire[0] == 3
    further = ["--further-model", str(path)]
    assert RUNNER.invoke(app, ["decompress", *further], input=wire).stdout == "the lamp is on"
    assert RUNNER.invoke(app, ["explain", *further, "--hex", wire.hex()]).exit_code == 0
    assert RUNNER.invoke(app, ["explain", "--hex", wire.hex()]).exit_code == 3


def test_long_messages_are_not_predicted_at_low_levels(model: Model) -> None:
    long = ("the lamp is on in a; " * 2000).encode()
    for level in range(4):
        codec = aura.Codec(model=model, level=level)
        wire = codec.compress(long)
        assert codec.decompress(wire) == long
        assert level == 0 or len(wire) < len(long) // 10


def test_explanations_add_up(model: Model) -> None:
    wire = aura.Codec(model=model).compress("the lamp is on in the lamp is on")
    explanation = aura.explain(wire, model=model)
    bits = sum(step.bits for step in explanation.steps)
    assert len(wire) - 2 <= (bits + 1) / 8 <= len(wire) + 1
    assert {str(step.match) for step in explanation.steps} >= {"none", "hit"}
    assert "symbols," in str(explanation)


@pytest.mark.parametrize("text", ["the lamp <b>", "Köln 🚲", b"\xff\xfe the lamp", b"lamp \xf0\x9f", "yes"])
def test_pages_tint_each_character(model: Model, text: str | bytes) -> None:
    data = text.encode() if isinstance(text, str) else text
    wire = reference.encode_auralite(data, model.context_model)
    shown = page(aura.explain(wire, model=model))
    assert shown.startswith("<!doctype html>")
    assert "<b>" not in shown
    content = shown_in(shown)
    assert (content["wire"], content["length"]) == (wire.hex(), len(data))
    texts = [cell["text"] for cell in content["cells"]]
    assert "".join(texts) == data.decode("utf-8", "backslashreplace")
    if isinstance(text, str):
        assert texts == list(text)
    bits = sum(one["bits"] for one in (*content["cells"], *content["overhead"]))
    assert bits == pytest.approx(8 * len(wire))


def shown_in(html: str) -> dict[str, Any]:
    """What a page shows, as its script is given it."""
    [found] = re.findall(r'<script type="application/json" id="shown">(.*?)</script>', html)
    content: dict[str, Any] = json.loads(found)
    return content


def test_pages_for_other_methods() -> None:
    stored = page(aura.explain(reference.encode_stored(b"Hm, </script>")))
    assert "".join(cell["text"] for cell in shown_in(stored)["cells"]) == "Hm, </script>"
    refused = page(aura.explain(b"\x42<i>"))
    assert "refused" in refused
    assert "<i>" not in refused
    assert shown_in(refused) is None


def test_the_script_of_a_page_is_the_one_that_it_allows() -> None:
    html = page(aura.explain(reference.encode_stored(b"x")))
    [script] = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html


def write_corpus(path: Path) -> Path:
    lines = "".join(json.dumps({"text": text, "source": str(n % 7)}) + "\n" for n, text in enumerate(TALK))
    path.write_text(lines, encoding="utf-8")
    return path


def test_train_and_look_at_it(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "talk.jsonl")
    path = tmp_path / "talk.aura"
    result = RUNNER.invoke(
        app, ["train", str(corpus), "-o", str(path), "--max-bytes", "64KiB", "--max-order", "4"]
    )
    assert result.exit_code == 0, result.output
    model = Model.load(path)
    assert model.id in result.stdout
    shown = RUNNER.invoke(app, ["model", "info", str(path)]).stdout
    assert model.id in shown
    assert "opening" in shown
    figures = json.loads(RUNNER.invoke(app, ["model", "info", "--json", str(path)]).stdout)
    assert figures["entries"] == len(model.context_model.symbols)
    assert sum(entries for _, entries in figures["orders"]) == figures["entries"]
    assert sum(contexts for contexts, _ in figures["orders"]) == figures["contexts"]
    assert any(opening.startswith("the ") for opening in figures["openings"])
    assert figures["templates"] == {}
    evaluated = RUNNER.invoke(app, ["model", "eval", str(path), str(corpus), "--limit", "10"]).stdout
    assert "talk.jsonl: 10 messages" in evaluated
    assert float(evaluated.split()[-1]) > 3


def test_train_puts_templates_and_a_dictionary_into_the_model(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "talk.jsonl")
    path, store, dictionary = tmp_path / "talk.aura", tmp_path / "t.json", tmp_path / "dictionary"
    aura.TemplateLibrary(PATTERNS).save(store)
    dictionary.write_bytes(b"the lamp is on")
    command = ["train", str(corpus), "-o", str(path), "--max-order", "4"]
    options = ["--templates", str(store), "--dictionary", str(dictionary)]
    assert RUNNER.invoke(app, [*command, *options]).exit_code == 0
    shown = RUNNER.invoke(app, ["model", "info", str(path)]).stdout
    assert "dictionary 14" in shown
    assert "template 256 'the {what} is {n:int} cm wide'" in shown
    assert Model.load(path).dictionary == b"the lamp is on"


def test_differences_between_models(tmp_path: Path, model: Model) -> None:
    one, other = tmp_path / "one.aura", tmp_path / "other.aura"
    model.save(one)
    SMALL.save(other)
    same = RUNNER.invoke(app, ["model", "diff", str(one), str(one)])
    assert (same.exit_code, same.stdout) == (0, "the models are the same\n")
    differs = RUNNER.invoke(app, ["model", "diff", str(one), str(other)])
    assert differs.exit_code == 1
    assert "model_id" in differs.stdout
    assert list(model_info.differences(model_info.inspect(model), model_info.inspect(model))) == []


def test_commands_take_a_model(tmp_path: Path, model: Model) -> None:
    path = tmp_path / "talk.aura"
    model.save(path)
    options = ["--model", str(path)]
    wire = RUNNER.invoke(app, ["compress", *options], input=b"yes").stdout_bytes
    assert wire == aura.Codec(model=model).compress("yes")
    assert RUNNER.invoke(app, ["decompress", *options], input=wire).stdout == "yes"
    html = tmp_path / "page.html"
    result = RUNNER.invoke(app, ["explain", *options, "--hex", wire.hex(), "--json", "--html", str(html)])
    assert len(json.loads(result.stdout)["steps"]) == 4
    assert "yes" in html.read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["--max-bytes", "2GB"], ["--max-bytes", "10"], ["--max-bytes", "²"]])
def test_train_refuses_odd_sizes(tmp_path: Path, arguments: list[str]) -> None:
    corpus = write_corpus(tmp_path / "talk.jsonl")
    result = RUNNER.invoke(app, ["train", str(corpus), "-o", str(tmp_path / "x.aura"), *arguments])
    assert result.exit_code == 2
    assert not (tmp_path / "x.aura").exists()
