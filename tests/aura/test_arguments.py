"""What public calls take: one table of types for all of them."""

from __future__ import annotations

import array
import ctypes
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest
from tests.models import knowing_nothing

import aura
import aura.websockets
from aura.asgi import AuraMiddleware
from aura.connections.event_stream import EventStreamDecoder, EventStreamEncoder
from aura.connections.session import Models, Session, Settings
from aura_spec.session_negotiation import MAX_MODELS

MODEL = knowing_nothing()
CODEC = aura.Codec(model=MODEL)

BYTES_LIKE = {
    "bytes": b"hello",
    "bytearray": bytearray(b"hello"),
    "memoryview": memoryview(b"hello"),
    "every second byte": memoryview(b"hheelllloo")[::2],
    "numpy": np.frombuffer(b"hello", np.uint8),
    "numpy, every second": np.frombuffer(b"hheelllloo", np.uint8)[::2],
    "signed bytes": array.array("b", b"hello"),
    "characters of C": (ctypes.c_char * 5)(*b"hello"),
}
NEITHER = {
    "int": 5,
    "bool": True,
    "negative": -1,
    "float": 1.5,
    "None": None,
    "list": [104, 105],
    "tuple": (104, 105),
    "dict": {104: 1},
    "set": {104},
    "words": array.array("i", [1, 2]),
    "numpy words": np.arange(3, dtype=np.int32),
    "numpy number": np.int64(4),
    "numpy truth": np.array([True, False]),
    "two dimensions": np.zeros((2, 2), np.uint8),
}


def send(message: object) -> bytes:
    return aura.Stream(MODEL, role="client").send(message)  # type: ignore[arg-type]


def train(message: object) -> object:
    return aura.train([b"a text", message], max_bytes=5000)  # type: ignore[list-item]


TAKES_MESSAGES: dict[str, Callable[..., object]] = {
    "compress": aura.compress,
    "Codec.compress": CODEC.compress,
    "HybridCompressor.compress": aura.HybridCompressor(model=MODEL).compress,
    "Stream.send": send,
}
TAKES_WIRES: dict[str, Callable[..., object]] = {
    "decompress": aura.decompress,
    "Codec.decompress": CODEC.decompress,
    "a codec that keeps results": aura.CachedCodec(CODEC, size=4).decompress,
    "HybridCompressor.decompress": aura.HybridCompressor(model=MODEL).decompress,
    "HybridCompressor.decompress_bytes": aura.HybridCompressor(model=MODEL).decompress_bytes,
    "Stream.receive": aura.Stream(MODEL, role="server").receive,
    "explain": aura.explain,
}


@pytest.mark.parametrize("kind", BYTES_LIKE)
def test_bytes_like_messages_are_their_bytes(kind: str) -> None:
    data = BYTES_LIKE[kind]
    expected = CODEC.compress(b"hello")
    assert CODEC.compress(data) == expected  # type: ignore[arg-type]
    assert CODEC.compress_batch([data]) == [expected]  # type: ignore[list-item]
    assert aura.Stream(MODEL, role="server").receive(send(data)) == b"hello"


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda wire: np.frombuffer(wire, np.uint8)])
def test_bytes_like_wires_are_read(kind: Callable[[bytes], bytes]) -> None:
    wire = kind(CODEC.compress(b"hello"))
    assert CODEC.decompress(wire) == b"hello"
    assert CODEC.decompress_batch([wire]) == [b"hello"]


@pytest.mark.parametrize("call", [*TAKES_MESSAGES.values(), train], ids=[*TAKES_MESSAGES, "train"])
@pytest.mark.parametrize("message", NEITHER.values(), ids=NEITHER)
def test_what_is_no_message_is_a_type_error_that_names_what_is(
    call: Callable[..., object], message: object
) -> None:
    with pytest.raises(TypeError, match="a message is str, bytes, bytearray or memoryview, not "):
        call(message)


@pytest.mark.parametrize("call", TAKES_WIRES.values(), ids=TAKES_WIRES)
@pytest.mark.parametrize("wire", [*NEITHER.values(), "07", "hi"], ids=[*NEITHER, "digits", "text"])
def test_what_is_no_compressed_message_is_a_type_error(call: Callable[..., object], wire: object) -> None:
    with pytest.raises(TypeError, match="a compressed message is bytes, bytearray or memoryview, not "):
        call(wire)


@pytest.mark.parametrize(
    "call",
    [CODEC.compress_batch, CODEC.decompress_batch, aura.train],
    ids=lambda f: f.__name__,
)
def test_one_message_is_no_batch(call: Callable[..., object]) -> None:
    for one in ("hi", b"\x07hi", bytearray(b"\x07hi"), memoryview(b"\x07hi"), 5, None):
        with pytest.raises(TypeError, match="a batch is an iterable of messages, not "):
            call(one)


def test_the_place_of_a_wrong_message_in_a_batch_is_named() -> None:
    with pytest.raises(TypeError, match="message 1 of the batch: a message is str"):
        CODEC.compress_batch(["a", 5])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="message 0 of the batch: a compressed message is bytes"):
        CODEC.decompress_batch(["a"])  # type: ignore[list-item]
    with pytest.raises(aura.EncodeError, match="message 2 of the batch: character 1 is a lone surrogate"):
        CODEC.compress_batch(["a", "b", "c\ud800"])
    assert CODEC.decompress_batch(wire for wire in CODEC.compress_batch(iter("ab"))) == [b"a", b"b"]


@pytest.mark.parametrize("call", TAKES_MESSAGES.values(), ids=TAKES_MESSAGES)
@pytest.mark.parametrize("text", ["\ud83d", "\ud83d\ude80", "x\udcff y"])
def test_lone_surrogates_are_encode_errors(call: Callable[..., object], text: str) -> None:
    with pytest.raises(aura.EncodeError, match="lone surrogate"):
        call(text)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"level": 4}, ValueError, "level is 4, not one of 0 to 3"),
        ({"level": -1}, ValueError, "level is -1"),
        ({"level": "2"}, TypeError, "level is a whole number, not '2'"),
        ({"level": 2.0}, TypeError, "level is a whole number"),
        ({"level": True}, TypeError, "level is a whole number"),
        ({"level": np.array([1, 2])}, TypeError, "level is a whole number"),
        ({"max_size": -1}, ValueError, "max_size is -1, below 0"),
        ({"max_size": None}, TypeError, "max_size is a whole number"),
        ({"max_size": 1.5}, TypeError, "max_size is a whole number"),
        ({"backend": "x"}, ValueError, "backend 'x' is not one of auto, fast, reference"),
        ({"model": b"x"}, TypeError, "model is a Model or the path of a model file, not bytes"),
        ({"model": "missing.aura"}, FileNotFoundError, "missing.aura"),
        ({"models": MODEL}, TypeError, "models is a sequence of models, not Model"),
        ({"models": "missing.aura"}, TypeError, "models is a sequence of models, not str"),
        ({"models": None}, TypeError, "models is a sequence of models, not NoneType"),
        ({"explicit_model": 1}, TypeError, r"explicit_model is True or False, not 1 \(int\)"),
        ({"models": [5]}, TypeError, "each of models is a Model or the path of a model file, not int"),
        ({"templates": 5}, TypeError, "patterns are a mapping of ids to patterns, not int"),
        ({"templates": {"300": "a {b}"}}, TypeError, "a template id is an int, not '300'"),
        ({"templates": {True: "a {b}"}}, TypeError, "a template id is an int, not True"),
        ({"templates": {300: b"a {b}"}}, TypeError, r"a pattern is a str, not bytes \(template 300\)"),
        ({"phrases": ["a"]}, TypeError, "phrases is a mapping of ids to phrases, not list"),
        (
            {"backend": []},
            TypeError,
            r"backend is auto or the name of one, not \[\] \(list\)",
        ),
        ({"phrases": {1: 5}}, TypeError, "phrase 1: a message is str"),
        ({"phrases": {256: b"a"}}, ValueError, "the id of a phrase is 256, not one of 0 to 255"),
        ({"phrases": {1: b""}}, ValueError, "phrase 1 is empty"),
    ],
)
def test_arguments_of_a_codec(arguments: dict[str, object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        aura.Codec(**{"model": MODEL, **arguments})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"check": 5}, ValueError, "check is 5, not one of 4, 8, 16, 32"),
        ({"check": "8"}, TypeError, "check is a whole number"),
        ({"memory": 5}, ValueError, "memory is 5, not one of"),
        ({"memory": None}, TypeError, "memory is a whole number"),
        ({"max_size": -1}, ValueError, "max_size is -1, below 0"),
        ({"max_string": 1 << 17}, ValueError, "max_string is 131072, not one of 0 to 65536"),
        ({"model": 5}, TypeError, "model is a Model or the path"),
        ({"role": "peer"}, ValueError, "role 'peer' is not client or server"),
        ({"role": []}, TypeError, r"role is client or server, not \[\] \(list\)"),
    ],
)
def test_arguments_of_a_stream(arguments: dict[str, object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        aura.Stream(**{"model": MODEL, "role": "client", **arguments})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"models": [MODEL]}, TypeError, "models is a Models, not list"),
        ({"level": "2"}, TypeError, "level is a whole number, not '2'"),
        ({"level": 4}, ValueError, "level is 4, not one of 0, 1, 2, 3"),
        ({"check": "8"}, TypeError, "check is a whole number, not '8'"),
        ({"check": 0}, ValueError, "check is 0, not one of 4, 8, 16, 32"),
        ({"memory": 4096}, ValueError, "memory is 4096, neither 0 nor one of 26624"),
        ({"memory": 1 << 30}, ValueError, "memory is 1073741824, not one of 0 to"),
        ({"memory": "much"}, ValueError, "memory is 'much', neither \"auto\" nor a number of bytes"),
        ({"memory": None}, TypeError, "memory is a whole number, not None"),
        ({"max_message": -1}, ValueError, "max_message is -1"),
        ({"max_modelled": 1 << 31}, ValueError, "max_modelled is 2147483648"),
        ({"max_fetch": 1.5}, TypeError, "max_fetch is a whole number"),
        ({"methods": 2}, ValueError, "methods 0x0002 lack stored messages, bit 7"),
        ({"methods": 1 << 16}, ValueError, "methods is 65536"),
        ({"tag": 1}, TypeError, "tag is True or False, not 1"),
        ({"serve_models": "no"}, TypeError, "serve_models is True or False, not 'no'"),
        ({"hello_timeout": "10"}, TypeError, "hello_timeout is a number, not '10'"),
        ({"fallback_delay": -0.5}, ValueError, "fallback_delay is -0.5, below 0"),
    ],
)
def test_settings_of_sessions(arguments: dict[str, object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Settings(**{"models": Models([MODEL]), **arguments})  # type: ignore[arg-type]


def test_models_of_sessions(tmp_path: Path) -> None:
    path = tmp_path / "own.aura"
    MODEL.save(path)
    models = Models([path])
    models.add(path)
    assert [model.id for model in models] == [MODEL.id]
    with pytest.raises(TypeError, match="models is a sequence of models, not Model"):
        Models(MODEL)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="each of models is a Model or the path of a model file, not int"):
        Models([5])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="model is a Model or the path of a model file, not int"):
        models.add(5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="33 models"):
        Models([MODEL] * (MAX_MODELS + 1))


def test_arguments_of_event_streams() -> None:
    with pytest.raises(TypeError, match="level is a whole number"):
        EventStreamEncoder(MODEL, level="2")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="level is 4, not one of 0, 1, 2, 3"):
        EventStreamEncoder(MODEL, level=4)
    with pytest.raises(TypeError, match="max_size is a whole number"):
        EventStreamDecoder(MODEL, max_size=None)  # type: ignore[arg-type]
    for kind in (EventStreamEncoder, EventStreamDecoder):
        with pytest.raises(TypeError, match="model is a Model or the path of a model file, not bytes"):
            kind(b"model")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"scrub": "yes"}, r"scrub is True or False, not 'yes' \(str\)"),
        (
            {"options": aura.TrainingOptions(dictionary="text")},
            "a dictionary is bytes, bytearray or memoryview, not str",
        ),
    ],
)
def test_arguments_of_training(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        aura.train(["a text"], max_bytes=5000, **arguments)  # type: ignore[arg-type]


def test_roles_of_sessions() -> None:
    with pytest.raises(ValueError, match="role 'peer' is not client or server"):
        Session(Settings(Models([MODEL])), role="peer")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="role is client or server, not None"):
        Session(Settings(Models([MODEL])), role=None)  # type: ignore[arg-type]


def test_settings_of_sessions_are_settings() -> None:
    models = Models([MODEL])
    with pytest.raises(TypeError, match="settings is a Settings, not Models"):
        AuraMiddleware(CODEC, settings=models)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="settings is a Settings, not Models"):
        aura.websockets.connect("ws://127.0.0.1:1", settings=models)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="settings is a Settings, not Models"):
        aura.websockets.serve(CODEC, settings=models)  # type: ignore[arg-type]


def test_wrappers_say_what_they_wrap() -> None:
    with pytest.raises(TypeError, match="codec is a Codec, not Model"):
        aura.PooledCodec(MODEL)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="codec is a Codec, not CachedCodec"):
        aura.PooledCodec(aura.CachedCodec(CODEC))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="codec is a Codec or PooledCodec, not NoneType"):
        aura.CachedCodec(None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="workers is 1, below 2"):
        aura.PooledCodec(CODEC, workers=1)
    with pytest.raises(TypeError, match="workers is a whole number"):
        aura.PooledCodec(CODEC, workers=2.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="size is 0, below 1"):
        aura.CachedCodec(CODEC, size=0)


@pytest.mark.parametrize("name", ["backend", "level", "explicit_model", "check", "max_size", "templates"])
def test_what_a_codec_does_stays_for_those_who_wrap_it(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(CODEC, name, getattr(CODEC, name))
    for wrapper in (aura.PooledCodec(CODEC), aura.CachedCodec(CODEC)):
        assert wrapper.codec is CODEC
        with pytest.raises(AttributeError):
            wrapper.codec = CODEC  # type: ignore[misc]


def test_limits_of_single_calls_are_whole_numbers() -> None:
    wire = CODEC.compress(b"hello")
    for call in (CODEC.decompress, CODEC.decompress_batch):
        given = wire if call == CODEC.decompress else [wire]
        with pytest.raises(ValueError, match="max_size is -1, below 0"):
            call(given, max_size=-1)  # type: ignore[operator]
        with pytest.raises(TypeError, match="max_size is a whole number"):
            call(given, max_size=2.5)  # type: ignore[operator]
    stream = aura.Stream(MODEL, role="server")
    with pytest.raises(ValueError, match="max_size is -1, below 0"):
        stream.receive(send("hello"), max_size=-1)
    assert stream.receive(send("hello"), max_size=5) == "hello"


def test_models_may_be_paths(tmp_path: Path) -> None:
    path = tmp_path / "small.aura"
    small = aura.Model.load_small()
    small.save(path)
    text = b"Could you please look at the second one again?"
    for given in (path, str(path)):
        codec = aura.Codec(model=given)  # type: ignore[arg-type]
        assert codec.model.id == small.id
        assert codec.compress(text) == aura.Codec(model=small).compress(text)
        assert aura.Stream(given, role="client").model.id == small.id  # type: ignore[arg-type]
        assert [model.id for model in Models([given])] == [small.id]
    named = aura.Codec(model=path, explicit_model=True).compress(text)
    assert aura.Codec(model=MODEL, models=[path]).decompress(named) == text
    path.write_bytes(b"no model")
    with pytest.raises(aura.DecodeError):
        aura.Codec(model=path)


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_a_model_keeps_the_bytes_that_it_was_read_from(kind: Callable[[bytearray], bytearray]) -> None:
    given = bytearray(MODEL.data)
    model = aura.Model.from_bytes(kind(given))
    given[:] = bytes(len(given))
    assert aura.Model.from_bytes(model.data).id == MODEL.id


@pytest.mark.parametrize("data", [5, "text", [1], None])
def test_what_is_no_model_file_is_a_type_error(data: object) -> None:
    with pytest.raises(TypeError, match="a model file is bytes, bytearray or memoryview, not "):
        aura.Model.from_bytes(data)  # type: ignore[arg-type]


def test_libraries_match_what_is_a_message() -> None:
    for message in ("Timeout after 30ms for db", bytearray(b"Timeout after 30ms for db")):
        match = CODEC.templates.match(message)
        assert (match and match.values) == (b"30", b"db")
    with pytest.raises(TypeError, match="a message is str"):
        CODEC.templates.match(5)  # type: ignore[arg-type]
    for number in ("85", 85.0, True):
        with pytest.raises(TypeError, match="template_id is a whole number"):
            CODEC.templates.fill(number, [30, "db"])  # type: ignore[arg-type]


def test_templates_may_be_patterns_by_id() -> None:
    patterns = {300: "Job {id:int} on {host}"}
    codec = aura.Codec(model=MODEL, templates=patterns)
    assert codec.templates.digest == aura.TemplateLibrary(patterns).digest
    assert codec.decompress(codec.compress("Job 77 on db")) == b"Job 77 on db"


def test_phrases_may_be_texts() -> None:
    assert aura.Codec(model=MODEL, phrases={7: "Grüße"}).shared_state.phrases == {7: "Grüße".encode()}


def _public_calls() -> Iterator[Callable[..., object]]:
    """Every public function, and every public method of a public class."""
    for name in aura.__all__:
        value = getattr(aura, name)
        if isinstance(value, type):
            yield from (
                call
                for name, call in inspect.getmembers(value, inspect.isfunction)
                if not name.startswith("_") or name == "__init__"
            )
        elif inspect.isfunction(value):
            yield value


def test_types_of_public_calls_are_there_at_run_time() -> None:
    calls = [call for call in _public_calls() if call.__module__.startswith("aura")]
    assert aura.AuraFile.readinto in calls
    assert aura.AuraCompressor.compress in calls
    for call in calls:
        assert get_type_hints(call).keys() >= {"return"}
