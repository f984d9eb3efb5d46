from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from tests.messages import MESSAGES
from tests.models import knowing_nothing

import aura
from aura import HybridCompressor, Method

FRAMES = (Method.TYPED, Method.FORESEEN, Method.CLASSIC)
PLAIN = knowing_nothing()


@given(MESSAGES)
def test_results_tell_what_was_done(message: bytes) -> None:
    compressor = HybridCompressor(model=PLAIN)
    result = compressor.compress(message)
    assert compressor.decompress_bytes(result.compressed_data) == message
    assert result.original_size == len(message)
    assert result.compressed_size == len(result.compressed_data) <= len(message) + 1
    assert result.compression_ratio == result.original_size / result.compressed_size
    assert (result.template_id is None) is (result.method not in FRAMES)


def test_text_comes_back_as_text() -> None:
    compressor = HybridCompressor(model=PLAIN)
    text = "Schön, dass es läuft! 🚲"
    assert compressor.decompress(compressor.compress(text).compressed_data) == text


def test_what_is_not_text_is_not_returned_as_text() -> None:
    compressor = HybridCompressor(model=PLAIN)
    wire = compressor.compress(b"\xff\xfe").compressed_data
    with pytest.raises(aura.Malformed, match="UTF-8"):
        compressor.decompress(wire)
    assert compressor.decompress_bytes(wire) == b"\xff\xfe"


def test_a_template_frame_must_win_by_the_threshold() -> None:
    short = "Timeout after 30ms for db"
    assert HybridCompressor(model=PLAIN).compress(short).template_id == 85
    assert HybridCompressor(model=PLAIN, binary_advantage_threshold=5.3).compress(short).template_id is None
    assert HybridCompressor(model=PLAIN, binary_advantage_threshold=5.2).compress(short).template_id == 85


def test_small_messages_are_foreseen_stored_or_templates() -> None:
    text = "There is no information about the president."
    quick = HybridCompressor(model=PLAIN, min_compression_size=100)
    assert quick.compress(text).method == Method.STORED
    assert HybridCompressor(model=PLAIN).compress(text).method == Method.BROTLI
    assert HybridCompressor(model=PLAIN).compress("Yes").method == Method.TYPED


def test_level_0_only_stores() -> None:
    assert HybridCompressor(model=PLAIN, level=0).compress("Yes").method == Method.STORED
    assert HybridCompressor(model=PLAIN, level=0).compress("Yes", template_id=0).method == Method.STORED


def test_the_caller_may_name_the_template() -> None:
    compressor = HybridCompressor(model=PLAIN)
    text = "Timeout after 30ms for db"
    for slots in (["30", "db"], (30, b"db"), {"0": 30, "1": "db"}):
        assert compressor.compress(text, template_id=85, slots=slots).template_id == 85
    assert compressor.compress("Yes", template_id=0).compressed_data == b"\x06\x00"


@pytest.mark.parametrize(
    ("template_id", "slots"),
    [
        (85, ["31", "db"]),
        (85, ["30"]),
        (85, {"0": 30}),
        (85, {"0": 30, "2": "db"}),
        (85, "30"),
        (85, None),
        (999, []),
        (None, ["30", "db"]),
        (85, ["30", "\ud800"]),
    ],
)
def test_a_named_template_must_render_to_the_message(template_id: int | None, slots: object) -> None:
    with pytest.raises(aura.EncodeError):
        HybridCompressor(model=PLAIN).compress("Timeout after 30ms for db", template_id, slots)  # type: ignore[arg-type]


def test_a_frame_alone() -> None:
    compressor = HybridCompressor(model=PLAIN)
    compressor.templates.update({300: "Order #{order_id} has been {status}.", 301: "Ping"})
    wire = compressor.compress_with_template(300, {"status": "paid", "order_id": 17})
    assert compressor.decompress(wire) == "Order #17 has been paid."
    assert compressor.decompress(compressor.compress_with_template(301)) == "Ping"
    assert compressor.decompress(compressor.compress_with_template(20, "x")) == "I don't have access to x."
    assert compressor.get_statistics()["messages"] == 0
    with pytest.raises(aura.UnknownTemplate):
        HybridCompressor(model=PLAIN).decompress(wire)


def test_statistics_by_method() -> None:
    compressor = HybridCompressor(model=PLAIN)
    assert compressor.get_statistics() == {
        "messages": 0,
        "original_bytes": 0,
        "compressed_bytes": 0,
        "compression_ratio": 1.0,
        "bytes_saved": 0,
        "methods": {},
        "template_hits": {},
    }
    compressor.compress("Yes")
    compressor.compress("Yes")
    compressor.compress("hm")
    statistics = compressor.get_statistics()
    assert statistics["methods"]["typed"] == {
        "messages": 2,
        "original_bytes": 6,
        "compressed_bytes": 4,
        "compression_ratio": 1.5,
        "bytes_saved": 2,
    }
    assert statistics["methods"]["stored"]["bytes_saved"] == -1
    assert (statistics["messages"], statistics["bytes_saved"]) == (3, 1)
    assert statistics["template_hits"] == {0: 2}
    assert json.loads(json.dumps(statistics))["messages"] == 3
    compressor.reset_statistics()
    assert compressor.get_statistics()["messages"] == 0


def test_threads_count_every_message() -> None:
    compressor = HybridCompressor(model=PLAIN)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(compressor.compress, ["Yes", "hm", "Service a is b"] * 200))
    statistics = compressor.get_statistics()
    assert statistics["messages"] == 600
    assert statistics["template_hits"] == {0: 200, 77: 200}


@pytest.mark.parametrize(
    "argument",
    [
        {"binary_advantage_threshold": 0.99},
        {"binary_advantage_threshold": float("nan")},
        {"min_compression_size": -1},
        {"level": 9},
    ],
)
def test_arguments_out_of_range(argument: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="is"):
        HybridCompressor(model=PLAIN, **argument)  # type: ignore[arg-type]


def test_the_other_name() -> None:
    assert aura.ProductionHybridCompressor is HybridCompressor


def test_messages_that_name_their_model() -> None:
    small = aura.Model.load_small()
    sender = HybridCompressor(model=small, explicit_model=True)
    text = "Could you please look at the second one again?"
    wire = sender.compress(text).compressed_data
    assert wire == aura.Codec(model=small, explicit_model=True).compress(text)
    assert HybridCompressor(model=PLAIN, models=[small]).decompress(wire) == text
    with pytest.raises(aura.UnknownModel):
        HybridCompressor(model=PLAIN).decompress(wire)
