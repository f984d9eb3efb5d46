"""``check``: codecs, compressors, explanations and commands that write and read tags."""

from __future__ import annotations

import pickle
from itertools import product

import pytest
from hypothesis import given
from tests.messages import MESSAGES
from tests.models import knowing_nothing
from typer.testing import CliRunner

import aura
from aura.backend import BACKENDS
from aura.cli import app
from aura.codec_base import CodecBase
from aura_spec import tag
from aura_spec.errors import QUESTION, ChecksumMismatch, DecodeError, Malformed, Truncated, UnknownModel
from aura_spec.tag import build_tagged

SMALL = aura.Model.load_small()
OTHER = knowing_nothing()
TEXT = b"Is there anything else I can help you with?"
CODECS = [aura.Codec(model=SMALL, level=level, check=True) for level in range(4)]
PLAIN = [aura.Codec(model=SMALL, level=level) for level in range(4)]


@pytest.mark.parametrize("level", range(4))
@given(message=MESSAGES)
def test_any_bytes_come_back_and_grow_by_at_most_three_bytes(level: int, message: bytes) -> None:
    """Rules TAG-2 and TAG-3."""
    wire = CODECS[level].compress(message)
    assert wire[0] == bytes.fromhex(SMALL.id)[0]
    assert wire[tag.SIZE :] == PLAIN[level].compress(message)
    assert CODECS[level].decompress(wire) == message
    assert len(wire) <= len(message) + 3


def test_another_model_is_refused_before_anything_is_decoded() -> None:
    """Rule TAG-5."""
    reader = aura.Codec(model=OTHER, check=True)
    assert OTHER.id[:2] != SMALL.id[:2]
    with pytest.raises(UnknownModel, match="another model or templates"):
        reader.decompress(CODECS[2].compress(TEXT))


def test_other_templates_under_the_same_id_are_told_by_the_check() -> None:
    """Rule TAG-7."""
    writer = aura.Codec(model=SMALL, templates={300: "Order {0:int} has been shipped."}, check=True)
    reader = aura.Codec(model=SMALL, templates={300: "Order {0:int} has been cancelled."}, check=True)
    wire = writer.compress("Order 123456789 has been shipped.")
    assert wire[tag.SIZE] == 6
    with pytest.raises(ChecksumMismatch, match="another model or templates"):
        reader.decompress(wire)


def test_messages_that_name_their_model_are_read_by_who_implies_another() -> None:
    """Rule TAG-5."""
    writer = aura.Codec(model=SMALL, explicit_model=True, check=True)
    reader = aura.Codec(model=OTHER, models=[SMALL], check=True)
    texts = ["Yes", TEXT.decode() + " Thank you!", "x" * 2000]
    for text, wire in zip(texts, writer.compress_batch(texts), strict=True):
        assert wire[0] == 0
        assert reader.decompress(wire).decode() == writer.decompress(wire).decode() == text


@pytest.mark.parametrize("codec", [CODECS[2], aura.CachedCodec(CODECS[2], size=10)], ids=["codec", "cached"])
def test_batches_and_caches_give_what_single_messages_give(codec: CodecBase) -> None:
    messages = [TEXT, b"", b"Yes", TEXT]
    wires = codec.compress_batch(messages)
    assert wires == [CODECS[2].compress(message) for message in messages] == codec.compress_batch(messages)
    damaged = wires[0][:1] + bytes((wires[0][1] ^ 1,)) + wires[0][2:]
    results = codec.decompress_batch([*wires, damaged, b"\x00", wires[0]], errors="return")
    assert [result for result in results if isinstance(result, bytes)] == [*messages, TEXT]
    assert [type(result) for result in results[4:6]] == [ChecksumMismatch, Truncated]
    with pytest.raises(ChecksumMismatch) as caught:
        codec.decompress_batch([wires[1], damaged, damaged])
    assert caught.value.__notes__ == ["message 1 of the batch"]
    assert codec.decompress(wires[0]) == TEXT


def test_a_copy_for_another_process_tags_as_well() -> None:
    copy = pickle.loads(pickle.dumps(CODECS[1]))  # noqa: S301  # our own bytes
    assert copy.compress(TEXT) == CODECS[1].compress(TEXT)
    error = pickle.loads(pickle.dumps(copy.decompress_batch([b""], errors="return")[0]))  # noqa: S301  # our own bytes
    assert isinstance(error, Truncated)
    assert copy.decompress_batch(copy.compress_batch([TEXT])) == [TEXT]


def test_check_is_true_or_false() -> None:
    for wrong in ("yes", 1, None):
        with pytest.raises(TypeError, match="check is True or False"):
            aura.Codec(check=wrong)  # type: ignore[arg-type]  # which is the mistake
    with pytest.raises(TypeError, match="tagged is True or False"):
        aura.explain(b"", tagged=2)  # type: ignore[arg-type]  # which is the mistake


def test_streams_take_no_codec_that_writes_tags() -> None:
    with pytest.raises(ValueError, match="no tags"):
        aura.Stream(SMALL, role="client", codec=CODECS[2])


def test_a_compressor_tags_every_kind_of_message() -> None:
    compressor = aura.HybridCompressor(model=SMALL, check=True)
    plain = aura.HybridCompressor(model=SMALL)
    for text in ("Yes", "ok", TEXT.decode(), "Timeout after 30ms for db", "a" * 3000):
        result = compressor.compress(text)
        assert result.compressed_data[tag.SIZE :] == plain.compress(text).compressed_data
        assert result.compressed_size == len(result.compressed_data)
        assert compressor.decompress(result.compressed_data) == text
    frame = compressor.compress_with_template(85, ["30", "db"])
    named = compressor.compress("Timeout after 30ms for db", template_id=85, slots=["30", "db"])
    assert frame == named.compressed_data
    assert compressor.decompress_binary_semantic(frame) == "Timeout after 30ms for db"
    assert plain.decompress_binary_semantic(frame[tag.SIZE :]) == "Timeout after 30ms for db"
    for wire in (b"", frame[: tag.SIZE], compressor.compress("ok").compressed_data, frame[tag.SIZE :]):
        with pytest.raises(DecodeError):
            compressor.decompress_binary_semantic(wire)


def test_an_explanation_shows_the_tag_and_counts_from_it() -> None:
    wire = CODECS[0].compress(b"hi")
    shown = aura.explain(wire, model=SMALL, tagged=True)
    assert (shown.breakdown.overhead[0].name, shown.breakdown.overhead[0].bits) == ("tag", 16)
    assert [(row.offset, row.field) for row in shown.rows] == [
        (0, "model_tag"),
        (1, "check"),
        (2, "marker"),
        (3, "text"),
    ]
    assert (shown.size, shown.message, shown.error, shown.method) == (5, b"hi", None, "stored")
    assert shown.rows[0].data == bytes.fromhex(SMALL.id)[:1]


@pytest.mark.parametrize(
    ("rest", "kind", "offset", "rows"),
    [
        (b"", Truncated, 1, 1),
        (b"\xcc\x07hi", ChecksumMismatch, 1, 4),
        (b"\xcd\x06\x03\x61", Malformed, 4, 4),
    ],
)
def test_an_explanation_shows_a_refused_message_as_far_as_it_goes(
    rest: bytes, kind: type[DecodeError], offset: int, rows: int
) -> None:
    wire = bytes.fromhex(SMALL.id)[:1] + rest
    shown = aura.explain(wire, model=SMALL, tagged=True)
    assert isinstance(shown.error, kind)
    assert (shown.error.offset, shown.message, shown.size) == (offset, None, len(wire))
    assert len(shown.rows) == rows
    with pytest.raises(kind) as caught:
        CODECS[2].decompress(wire)
    assert caught.value.code == shown.error.code


def test_an_explanation_of_a_message_for_another_model_shows_the_tag() -> None:
    other = bytes((bytes.fromhex(SMALL.id)[0] ^ 1,))
    for wire in (other + b"\xcd", other + b"\xcd\x07hi"):
        shown = aura.explain(wire, model=SMALL, tagged=True)
        assert (type(shown.error), len(shown.rows), shown.message) == (UnknownModel, 2, None)
    assert isinstance(aura.explain(b"", tagged=True).error, Truncated)


def test_the_commands_tag_if_they_are_told() -> None:
    run = CliRunner().invoke
    wire = run(app, ["compress", "--check", "--hex"], input=TEXT).stdout
    assert bytes.fromhex(wire)[0] == bytes.fromhex(aura.Model.load_default().id)[0]
    assert run(app, ["decompress", "--check", "--hex"], input=wire).stdout_bytes == TEXT
    shown = run(app, ["explain", "--check", "--hex", wire.strip()])
    assert "model_tag" in shown.stdout
    damaged = f"{wire[:2]}{int(wire[2:4], 16) ^ 1:02x}{wire[4:]}"
    assert run(app, ["explain", "--check", "--hex", damaged.strip()]).exit_code == 3


def test_the_wrong_model_asks_without_a_tag_too() -> None:
    """In a sample of messages for another model, those that are refused ask whether it was the right one."""
    texts = [f"{TEXT.decode()} {number}" for number in range(100)]
    results = aura.Codec(model=OTHER).decompress_batch(PLAIN[2].compress_batch(texts), errors="return")
    errors = [result for result in results if isinstance(result, DecodeError)]
    assert errors
    assert all(QUESTION in str(error) for error in errors)


@pytest.mark.no_cover
@given(message=MESSAGES)
def test_all_backends_write_and_read_the_same(message: bytes) -> None:
    codecs = [aura.Codec(backend=name, model=OTHER, check=True) for name in BACKENDS]
    for writer, reader in product(codecs, repeat=2):
        assert reader.decompress(writer.compress(message[:200])) == message[:200]


def test_a_message_for_no_model_is_read_only_if_it_needs_none() -> None:
    """Rule TAG-5."""
    wire = PLAIN[2].compress(TEXT + b" I have got all I need.")
    assert wire[0] >= 0x80
    with pytest.raises(UnknownModel):
        CODECS[2].decompress(build_tagged(wire, TEXT, b""))
