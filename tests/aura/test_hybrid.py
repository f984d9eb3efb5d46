from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from tests.messages import MESSAGES
from tests.models import knowing_nothing

import aura
from aura import HybridCompressor, Method

FRAMES = (Method.TYPED, Method.MODELLED, Method.CLASSIC)
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


def test_small_messages_are_predicted_stored_or_templates() -> None:
    text = "There is no information about the president."
    quick = HybridCompressor(model=PLAIN, min_compression_size=100)
    assert quick.compress(text).method == Method.STORED
    assert HybridCompressor(model=PLAIN).compress(text).method == Method.BROTLI
    assert HybridCompressor(model=PLAIN).compress("Yes").method == Method.TYPED


def test_level_0_only_stores() -> None:
    assert HybridCompressor(model=PLAIN, level=0).compress("Yes").method == Method.STORED


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


TOTALS = {
    "messages": 0,
    "original_bytes": 0,
    "compressed_bytes": 0,
    "compression_ratio": 1.0,
    "bytes_saved": 0,
}


def test_statistics_before_the_first_message() -> None:
    assert HybridCompressor(model=PLAIN).get_statistics() == {
        **TOTALS,
        "total_messages": 0,
        "average_ratio": 1.0,
        "binary_count": 0,
        "binary_percentage": 0.0,
        "brotli_count": 0,
        "brotli_percentage": 0.0,
        "methods": {},
        "template_hits": {},
    }


def test_statistics_by_method() -> None:
    compressor = HybridCompressor(model=PLAIN)
    compressor.compress("Yes")
    compressor.compress("Yes")
    compressor.compress("hm")
    text = "There is no information about the president."
    brotli = compressor.compress(text)
    statistics = compressor.get_statistics()
    assert statistics["methods"]["typed"] == {
        "messages": 2,
        "original_bytes": 6,
        "compressed_bytes": 4,
        "compression_ratio": 1.5,
        "bytes_saved": 2,
    }
    assert statistics["methods"]["stored"]["bytes_saved"] == -1
    assert statistics["messages"] == statistics["total_messages"] == 4
    assert statistics["bytes_saved"] == 2 - 1 + len(text) - brotli.compressed_size
    assert statistics["template_hits"] == {0: 2}
    assert (statistics["binary_count"], statistics["binary_percentage"]) == (2, 50.0)
    assert (statistics["brotli_count"], statistics["brotli_percentage"]) == (1, 25.0)
    assert statistics["average_ratio"] == pytest.approx((1.5 + 1.5 + 2 / 3 + brotli.compression_ratio) / 4)
    assert json.loads(json.dumps(statistics))["messages"] == 4
    compressor.reset_statistics()
    assert compressor.get_statistics() == HybridCompressor(model=PLAIN).get_statistics()


def test_results_by_key() -> None:
    result = HybridCompressor(model=PLAIN).compress("Timeout after 30ms for db")
    keys = [
        "compressed_data",
        "method",
        "original_size",
        "compressed_size",
        "compression_ratio",
        "template_id",
    ]
    assert list(result) == list(result.keys()) == keys
    assert dict(result) == {**result} == {key: getattr(result, key) for key in keys}
    assert (result["template_id"], result.get("template_id"), result.get("slots")) == (85, 85, None)
    assert ("method" in result, "compress" in result, len(result)) == (True, False, 6)
    for key in ("slots", "keys", "__len__"):
        with pytest.raises(KeyError):
            result[key]
    assert len({result, HybridCompressor(model=PLAIN).compress("Timeout after 30ms for db")}) == 1


@pytest.mark.parametrize("level", range(4))
def test_a_named_template_is_used_whatever_its_size(level: int) -> None:
    compressor = HybridCompressor(model=aura.Model.load_small(), level=level)
    compressor.templates.update({1001: "Order #{order_id} has been {status}.", 1 << 31: "a {b}"})
    for text, number, slots in (
        ("Order #12345 has been shipped.", 1001, ["12345", "shipped"]),
        (compressor.templates[3].pattern, 3, []),  # which AURALITE codes as short, and before a frame
        ("a b", 1 << 31, ["b"]),  # whose frame is longer than the message
    ):
        result = compressor.compress(text, template_id=number, slots=slots)
        assert result["template_id"] == result.template_id == number
        assert result.method in FRAMES
        assert compressor.decompress(result.compressed_data) == text
        assert compressor.get_statistics()["template_hits"][number] == 1


REPLIES = {
    1: "Certainly. Which part of it would you like to hear about?",
    6: "You would like to know about {0}.",
    8: "The manual says that {0}",
    13: "Shall I go on?",
}


def test_the_replies_of_an_earlier_service_keep_their_ids() -> None:
    library = aura.TemplateLibrary(REPLIES, with_builtin=False)
    compressor = HybridCompressor(model=PLAIN, templates=library)
    assert compressor.decompress(b"\x00\x01\x00") == REPLIES[1]
    for number, slots in ((1, []), (6, ["sharks"]), (8, ["it is off."]), (13, [])):
        text = REPLIES[number].format(*slots)
        assert compressor.compress(text).template_id == number
        wire = compressor.compress(text, template_id=number, slots=slots)["compressed_data"]
        assert compressor.decompress(wire) == text
        with pytest.raises(aura.TemplateError, match="with_builtin=False"):
            aura.TemplateLibrary(REPLIES)
    assert library.digest != aura.TemplateLibrary().digest
    with pytest.raises(aura.TemplateError, match="differ"):
        library.check_digest(aura.TemplateLibrary().digest)


def test_template_frames_with_a_marker_or_without() -> None:
    compressor = HybridCompressor(
        model=aura.Model.load_small(), templates=aura.TemplateLibrary(REPLIES, with_builtin=False)
    )
    classic = aura.codec.backends.get("reference").encode_classic
    for number, slots in ((1, []), (6, ["sharks"]), (8, ["it is off."]), (13, [])):
        text = REPLIES[number].format(*slots)
        values = [slot.encode() for slot in slots]
        frames = (
            compressor.compress_with_template(number, slots),
            compressor.compress(text, number, slots).compressed_data,
            classic(number, values),
            memoryview(classic(number, values))[1:],
        )
        for frame in frames:
            assert compressor.decompress_binary_semantic(frame) == text


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (b"", aura.Truncated),
        (b"\x07hello", aura.DecodeError),
        (b"\x00\x01", aura.Truncated),
        (b"\x06\x01\x00", aura.Malformed),
        (b"\x06\x63", aura.UnknownTemplate),
        (b"\x06\x06\x01\xff", aura.Malformed),
        (b"\x02\x00", aura.UnknownTemplate),
    ],
)
def test_what_is_no_template_frame_is_refused(frame: bytes, error: type[aura.DecodeError]) -> None:
    compressor = HybridCompressor(model=PLAIN, templates=aura.TemplateLibrary(REPLIES, with_builtin=False))
    with pytest.raises(error):
        compressor.decompress_binary_semantic(frame)


def test_threads_count_every_message() -> None:
    compressor = HybridCompressor(model=PLAIN)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(compressor.compress, ["Yes", "hm", "Service a is b"] * 200))
    statistics = compressor.get_statistics()
    assert statistics["messages"] == sum(m["messages"] for m in statistics["methods"].values()) == 600
    assert statistics["original_bytes"] == 200 * (3 + 2 + 14)
    assert statistics["template_hits"] == {0: 200, 77: 200}
    assert statistics["binary_count"] == 400


def test_statistics_are_consistent_while_others_count_and_reset() -> None:
    compressor = HybridCompressor(model=PLAIN)
    texts = ["Yes", "hm", "Service a is b"] * 100

    def count(text: str) -> None:
        compressor.compress(text)
        statistics = compressor.get_statistics()
        assert statistics["messages"] == sum(m["messages"] for m in statistics["methods"].values())
        assert statistics["binary_count"] == statistics["methods"].get("typed", TOTALS)["messages"]
        if text == "hm":
            compressor.reset_statistics()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, texts))
    compressor.reset_statistics()
    assert compressor.get_statistics()["messages"] == 0


@pytest.mark.parametrize(
    "argument",
    [
        {"binary_advantage_threshold": 0.99},
        {"binary_advantage_threshold": float("nan")},
        {"min_compression_size": -1},
        {"level": 9},
        {"max_size": -1},
    ],
)
def test_arguments_out_of_range(argument: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="is"):
        HybridCompressor(model=PLAIN, **argument)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "argument",
    [
        {"binary_advantage_threshold": "1.1"},
        {"binary_advantage_threshold": None},
        {"min_compression_size": 2.5},
        {"model": b"x"},
        {"templates": [1]},
    ],
)
def test_arguments_of_wrong_types(argument: dict[str, object]) -> None:
    with pytest.raises(TypeError, match=r"binary_advantage_threshold|min_compression_size|model|patterns"):
        HybridCompressor(**{"model": PLAIN, **argument})  # type: ignore[arg-type]


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
