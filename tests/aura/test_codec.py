from __future__ import annotations

import asyncio
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.messages import MESSAGES, rendered
from tests.models import knowing_nothing

import aura
import aura_reference.auralite
from aura import content, selection
from aura.methods import Method
from aura.policy import Policy
from aura_spec.shared_state import SharedState

CODECS = [aura.Codec(level=level) for level in range(4)]
PLAIN = [aura.Codec(level=level, model=knowing_nothing()) for level in range(4)]
PHRASES = {1: b"How much wood "}
MIXED = [
    codec.compress(message)
    for codec in PLAIN
    for message in (
        b"Timeout after 30ms for db",
        b"words " * 90,
        b"There is no such thing as a perfect morning.",
    )
] + [aura.Stream(knowing_nothing(), role="client").send("Yes, please.")]


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: f"level {codec.level}")
@given(message=MESSAGES)
@example(message=b"")
@example(message=b"\x80\xff")
@example(message=bytes(range(256)) * 300)
def test_any_bytes_come_back_and_never_grow_by_more_than_the_marker(
    codec: aura.Codec, message: bytes
) -> None:
    wire = codec.compress(message)
    assert codec.decompress(wire) == message
    assert len(wire) <= len(message) + 1


@given(st.text(max_size=100))
def test_text_is_taken_as_utf8(text: str) -> None:
    assert aura.decompress(aura.compress(text)).decode() == text
    assert aura.compress(text) == aura.compress(text.encode())


def method_of(codec: aura.Codec, message: bytes) -> int:
    return codec.compress(message)[0]


@pytest.mark.parametrize(
    ("message", "marker"),
    [
        (b"Yes", 6),
        (b"Timeout after 30ms for db", 6),
        (b"nothing fits this", 7),
        (b"There is no such thing as a perfect morning, but this one comes close to what I wanted.", 1),
        (b"The quick brown fox jumps over the lazy dog. " * 1000, 4),
        (random.Random(1).randbytes(500), 7),
        (bytes(random.Random(4).choices(b"\xff\xfe\xfd", k=400)), 4),
        (b"The " + b"long and winding road of words " * 200 + b" is here.", 1),
    ],
)
def test_level_1_picks_a_method_by_size_and_content(message: bytes, marker: int) -> None:
    assert method_of(PLAIN[1], message) == marker


def test_level_3_tries_brio_and_classic_frames() -> None:
    backend = aura.codec.backends.get("reference")
    codec = PLAIN[3]
    message = b"x" * 600

    def methods(message: bytes) -> list[Method]:
        policy = Policy(3)
        found = selection.search(message, backend=backend, policy=policy, shared_state=codec.shared_state)
        return [candidate.method for candidate in found]

    tried = {Method.STORED, Method.AURALITE, Method.ADAPTIVE, Method.ZSTD, Method.BROTLI, Method.BRIO}
    assert set(methods(message)) == tried
    assert methods(b"x" * 1500)[-1] is Method.BRIO2
    match = codec.templates.match(b"Service a is b")
    assert match is not None
    assert [frame.method for frame in codec.frames(match)] == [Method.TYPED, Method.MODELLED, Method.CLASSIC]


def test_level_2_tries_brio_where_there_is_no_model() -> None:
    backend = aura.codec.backends.get("fast")

    def methods(message: bytes, shared_state: SharedState) -> set[Method]:
        policy = Policy(2)
        found = selection.search(message, backend=backend, policy=policy, shared_state=shared_state)
        return {candidate.method for candidate in found}

    message = random.Random(3).randbytes(1 << 10)
    assert Method.BRIO2 in methods(message, SharedState())
    assert Method.BRIO2 not in methods(message[:-1], SharedState())
    assert Method.BRIO2 not in methods(message, PLAIN[2].shared_state)
    assert Method.BRIO2 not in methods(bytes((1 << 16) + 1), SharedState())


def test_the_dictionary_of_a_model_is_tried_where_the_model_does_not_halve_a_message() -> None:
    dictionary = random.Random(5).randbytes(300)
    codec = aura.Codec(model=knowing_nothing().with_sections(dictionary=dictionary))
    wire = codec.compress(dictionary[50:250])
    assert (wire[0], len(wire) < 30) == (5, True)
    assert codec.decompress(wire) == dictionary[50:250]
    assert aura.explain(wire, model=codec.model).message == dictionary[50:250]
    with pytest.raises(aura.UnknownModel):
        PLAIN[2].decompress(wire)
    predicted = aura.Codec(
        model=aura.Model.load_default().with_sections(dictionary=b"Where can I find the keys?")
    )
    assert predicted.compress("Where can I find the keys?")[0] >= 0x80
    assert aura.Codec(level=1, model=codec.model).compress(dictionary[50:250])[0] == 7


ORDERS = {300: "Order {id:uuid} of {who} was packed at {at:timestamp} in {hall}."}
ORDER = "Order 1e4f7d8e-54f0-4a0f-9f4b-0c1d2e3f4a5b of Ann Miller was packed at 2026-03-01T06:30:00Z in hall three."


@pytest.mark.parametrize("level", range(4))
def test_texts_in_template_frames_are_predicted_where_that_is_smaller(level: int) -> None:
    codec = aura.Codec(level=level, templates=aura.TemplateLibrary(ORDERS))
    wire = codec.compress(ORDER)
    assert codec.decompress(wire).decode() == ORDER
    assert wire[0] == (7, 6, 8, 8)[level]
    match = codec.templates.match(ORDER.encode())
    assert match is not None
    sizes = {frame.method: len(frame.wire) for frame in codec.frames(match)}
    if level >= 2:
        assert len(wire) == sizes[Method.MODELLED] < sizes[Method.TYPED] - 8
        with pytest.raises(aura.UnknownTemplate):
            aura.decompress(wire)


def test_frames_without_texts_and_long_ones_are_not_modelled() -> None:
    codec = aura.Codec(templates=aura.TemplateLibrary({300: "n {n:int}", 301: "text {0} end"}))
    for message in (b"n 5", b"text " + bytes(1 << 16) + b" end"):
        match = codec.templates.match(message)
        assert match is not None
        assert [frame.method for frame in codec.frames(match)] == [Method.TYPED]


@given(rendered())
def test_modelled_frames_of_builtin_templates_come_back(message: bytes) -> None:
    match = CODECS[2].templates.match(message)
    for frame in () if match is None else CODECS[2].frames(match):
        assert CODECS[2].decompress(frame.wire) == message
        assert frame.template_id == match.template_id


@pytest.mark.no_cover
def test_a_match_that_no_classic_frame_holds_is_still_a_typed_frame() -> None:
    codec = aura.Codec(level=3)
    codec.templates.add("blob <<{0}>> end", id=300)
    message = b"blob <<" + bytes(random.Random(2).randbytes(70_000)) + b">> end"
    assert codec.decompress(codec.compress(message)) == message
    match = codec.templates.match(message)
    assert match is not None
    assert [frame.method for frame in codec.frames(match)] == [Method.TYPED, Method.MODELLED]


def test_phrases_are_used_and_needed() -> None:
    backend = aura.codec.backends.get("reference")
    holder = aura.Codec(phrases=PHRASES)
    wire = backend.encode_brio(b"How much wood ", holder.shared_state)
    assert holder.decompress(wire) == b"How much wood "
    with pytest.raises(aura.UnknownModel):
        aura.decompress(wire)


def test_batches_keep_their_order() -> None:
    messages = ["Yes", b"\x00\xff", "a longer message, a longer message"]
    wires = CODECS[2].compress_batch(messages)
    assert wires == [CODECS[2].compress(message) for message in messages]
    assert CODECS[2].decompress_batch(wires) == [b"Yes", b"\x00\xff", b"a longer message, a longer message"]
    with pytest.raises(aura.LimitExceeded):
        CODECS[2].decompress_batch(wires, max_size=3)


def test_limits_are_the_codecs_unless_the_call_says_otherwise() -> None:
    wire = aura.compress(b"x" * 100)
    codec = aura.Codec(max_size=99)
    with pytest.raises(aura.LimitExceeded):
        codec.decompress(wire)
    assert codec.decompress(wire, max_size=100) == b"x" * 100
    with pytest.raises(aura.LimitExceeded):
        aura.decompress(wire, max_size=0)


def test_lone_surrogates_have_no_wire_form() -> None:
    with pytest.raises(aura.EncodeError, match="character 1"):
        aura.compress("a\ud800")


@pytest.mark.parametrize("argument", [{"level": 4}, {"level": -1}, {"backend": "none"}, {"max_size": -1}])
def test_arguments_out_of_range(argument: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"level|backend|max_size"):
        aura.Codec(**argument)  # type: ignore[arg-type]  # on purpose


def test_bytes_like_input_is_copied() -> None:
    assert aura.decompress(memoryview(aura.compress(bytearray(b"Yes")))) == b"Yes"


def test_one_codec_serves_many_threads() -> None:
    codec = aura.Codec(level=2)
    messages = [f"Service s{n} is {n * 7919 % 97}".encode() * (1 + n % 5) for n in range(200)]

    def both_ways(message: bytes) -> bytes:
        if message[9] % 2:
            codec.templates.add(f"thread {message.hex()[:24]} {{0}}")
        return codec.decompress(codec.compress(message))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(both_ways, messages)) == messages


def test_one_new_codec_serves_threads_and_tasks_from_the_first_message_on() -> None:
    patterns = {300: "Order {id:int} of {who} left {place}."}
    texts = [f"Order {n} of Ann left hall {n % 7}." for n in range(120)]
    texts += [f"Could you say that again, please? {n}" for n in range(120)] + [
        "words and words, " * 30 + "done"
    ] * 3
    single = aura.Codec(model=aura.Model.load_small(), templates=patterns)
    expected = single.compress_batch(texts)
    shared = aura.CachedCodec(
        aura.Codec(model=aura.Model.from_bytes(aura.Model.load_small().data), templates=patterns), size=100
    )
    together = threading.Barrier(8)

    def work(first: int) -> None:
        together.wait()
        mine = range(first, len(texts), 8)
        wires = [shared.compress(texts[n]) for n in mine]
        assert wires == [expected[n] for n in mine]
        assert shared.compress_batch(texts) == expected
        assert [shared.decompress(wire).decode() for wire in wires] == [texts[n] for n in mine]
        assert shared.decompress_batch(expected) == [text.encode() for text in texts]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    compressing, decompressing = shared.cache_info
    for info in (compressing, decompressing):
        assert info.hits + info.misses == len(texts) + 8 * len(texts)

    async def both_ways() -> list[bytes]:
        wires = await asyncio.gather(*(asyncio.to_thread(shared.compress, text) for text in texts))
        return [shared.decompress(wire) for wire in wires]

    assert asyncio.run(both_ways()) == [text.encode() for text in texts]


@given(st.sampled_from(MIXED), st.binary(max_size=8), st.integers(0, 60), st.booleans())
def test_bad_data_ends_in_a_declared_error_in_every_public_call(
    wire: bytes,
    noise: bytes,
    place: int,
    cut: bool,
) -> None:
    damaged = wire[:place] + noise + (b"" if cut else wire[place + len(noise) :])
    compressor = aura.HybridCompressor(model=PLAIN[2].model)
    assert aura.explain(damaged, model=PLAIN[2].model, max_size=1 << 12).size == len(damaged)
    for read in (
        lambda: PLAIN[2].decompress(damaged, max_size=1 << 12),
        lambda: PLAIN[2].decompress_batch([damaged] * 2, max_size=1 << 12),
        lambda: compressor.decompress(damaged),
        lambda: compressor.decompress_binary_semantic(damaged),
        lambda: aura.Stream(PLAIN[2].model, role="server").receive(damaged),
        lambda: aura.Model.from_bytes(damaged),
    ):
        with suppress(aura.DecodeError):
            read()


def test_random_data_is_told_from_text() -> None:
    rng = random.Random(3)
    assert content.looks_random(rng.randbytes(64))
    assert content.looks_random(rng.randbytes(10_000))
    assert not content.looks_random(b"short")
    assert not content.looks_random(("Grüße aus Köln, wo die Züge stehen. " * 40).encode())


@given(st.integers(0x80, 0xFF), st.binary(max_size=12))
def test_any_string_for_the_default_model_is_canonical_or_refused(marker: int, rest: bytes) -> None:
    codec = aura.Codec(level=2)
    wire = bytes((marker,)) + rest
    try:
        message = codec.decompress(wire, max_size=1 << 12)
    except aura.DecodeError:
        return
    encoded = aura_reference.auralite.encode(message, codec.model.context_model)
    assert encoded == wire


@pytest.mark.parametrize("level", range(4))
def test_garbage_after_a_message_is_refused(level: int) -> None:
    codec = aura.Codec(level=level)
    wire = codec.compress(b"Where can I find the keys to the back door?")
    for tail in (b"\0", b"\x80", b"0123456789abcdef"):
        if level:
            with pytest.raises(aura.DecodeError):
                codec.decompress(wire + tail)
        else:
            assert codec.decompress(wire + tail).endswith(tail)
