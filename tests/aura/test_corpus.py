from __future__ import annotations

import gzip
import io
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from aura.files import corpus
from aura.files.corpus import CorpusError, Message, read, reading

LINE = "one\u2028line\u2029and\x85no\x1cother"


def write(path: Path, *lines: str) -> Path:
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    return path


def data(path: Path, field: str | None = None) -> list[bytes]:
    return [message.data for message in read(path, field=field)]


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_as_its_utf8(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = write(tmp_path_factory.mktemp("any") / "any.jsonl", json.dumps({"text": text}))
    assert data(path) == [text.encode()]


@pytest.mark.parametrize(
    ("line", "messages"),
    [
        ('{"text": "a", "role": "user"}', ["a"]),
        ('{"text": "a", "role": null, "source": null}', ["a"]),
        ('{"text": "a", "n": ' + "9" * 5000 + "}", ["a"]),
        ('{"text": "a", "n": -1.5e' + "9" * 5000 + ', "m": [NaN, true]}', ["a"]),
        ('{"text": null}', []),
        ('{"role": "user", "content": "a"}', ["a"]),
        ('{"role": "assistant", "content": null, "tool_calls": []}', []),
        ('{"content": [{"type": "text", "text": "a"}, {"type": "image_url"}, {"text": "b"}]}', ["ab"]),
        ('{"content": ["a", "b"]}', ["ab"]),
        ('{"content": [{"type": "image_url"}]}', []),
        (
            '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant"}, {"content": [{"text": "b"}]}]}',
            ["a", "b"],
        ),
        ('{"text": "half \\ud83d, whole \\ud83d\\ude00"}', ["half \ufffd, whole \U0001f600"]),
        ('{"text": "one\u2028line\u2029and\x85no\x1cother"}'.replace("\x1c", "\\u001c"), [LINE]),
    ],
)  # fmt: skip
def test_json_lines_as_people_have_them(tmp_path: Path, line: str, messages: list[str]) -> None:
    path = write(tmp_path / "c.jsonl", '{"text": "first"}', line, '{"text": "last"}')
    assert data(path) == [text.encode() for text in ["first", *messages, "last"]]


@pytest.mark.parametrize(
    ("field", "line", "messages"),
    [
        ("body", '{"body": "a", "text": "b"}', ["a"]),
        ("a.b", '{"a": {"b": "c"}}', ["c"]),
        ("a.b", '{"a.b": "whole name"}', ["whole name"]),
        ("a.b.c", '{"a.b": {"c": "d"}}', ["d"]),
        ("turns.say", '{"turns": [{"say": "a"}, {"do": 1}, {"say": "b"}]}', ["a", "b"]),
        ("replies", '{"replies": ["a", null, "b"]}', ["a", "b"]),
        ("messages.content", '{"messages": [{"content": [{"text": "a"}, {"text": "b"}]}]}', ["a", "b"]),
        ("a", '{"a": null}', []),
        (".", '{"text": "a"}', ['{"text": "a"}']),
    ],
)
def test_a_field_may_be_named(tmp_path: Path, field: str, line: str, messages: list[str]) -> None:
    path = write(tmp_path / "c.log", line)
    assert data(path, field) == [text.encode() for text in messages]


def test_sources_are_named_by_lines_or_files(tmp_path: Path) -> None:
    chats = write(
        tmp_path / "chats.jsonl",
        '{"text": "a", "source": "one"}',
        '{"text": "b", "source": 12}',
        '{"text": "c", "source": 1.50}',
        '{"text": "d"}',
        '{"messages": [{"content": "e"}, {"content": "f"}]}',
    )
    log = write(tmp_path / "app.log", "g")
    assert [(message.data.decode(), message.source) for message in read([chats, str(log)])] == [
        ("a", "one"),
        ("b", "12"),
        ("c", "1.50"),
        ("d", str(chats)),
        ("e", f"{chats}:5"),
        ("f", f"{chats}:5"),
        ("g", str(log)),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not a line of JSON: Expecting property name enclosed in double quotes at character 1"),
        ("12:00 started", "not a line of JSON: Extra data at character 2"),
        ("[" * 100_000, "not a line of JSON"),
        ('"text"', "not a JSON object"),
        ("9" * 5000, "not a JSON object"),
        ('{"source": "s"}', 'no "text", "messages" or "content"; name the field'),
        ('{"text": 5}', '"text" is not a string'),
        ('{"text": ["a"]}', '"text" is not a string'),
        ('{"content": {"a": 1}}', '"content" is not a string'),
        ('{"content": [5]}', '"content" is not a string'),
        ('{"messages": "a"}', '"messages" is not a list'),
        ('{"messages": [{"text": "a"}]}', '"messages" has an element without "content"'),
        ('{"text": "a", "source": []}', '"source" is not a string or a number'),
        ('{"text": "a", "source": true}', '"source" is not a string or a number'),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = write(tmp_path / "bad.jsonl", '{"text": "fine"}', "", line)
    messages = read(path)
    assert next(messages).data == b"fine"
    with pytest.raises(CorpusError) as caught:
        next(messages)
    assert str(caught.value).startswith(f"{path}:3: {reason}")


@pytest.mark.parametrize("line", ['{"a": {"c": 1}}', '{"a": 5}', "{}", '{"a": {"b": {}}}'])
def test_a_line_without_the_field_is_named(tmp_path: Path, line: str) -> None:
    path = write(tmp_path / "c.log", '{"a": {"b": "c"}}', line)
    with pytest.raises(CorpusError, match=r"c\.log:2: (no \"a\.b\"|\"a\.b\" is not a string)"):
        data(path, "a.b")


@pytest.mark.parametrize(
    ("source_field", "line", "source"),
    [
        ("user", '{"text": "a", "user": "ana", "source": "x"}', "ana"),
        ("user", '{"text": "a", "user": 7}', "7"),
        ("user.id", '{"text": "a", "user": {"id": "u1"}}', "u1"),
        ("user.id", '{"text": "a", "user.id": "u2"}', "u2"),
        ("user", '{"messages": [{"content": "a"}], "user": "ana"}', "ana"),
    ],
)
def test_the_field_of_the_source_may_be_named(
    tmp_path: Path, source_field: str, line: str, source: str
) -> None:
    path = write(tmp_path / "c.log", line)
    assert list(read(path, source_field=source_field)) == [Message(b"a", source)]
    whole = list(read(path, field=".", source_field=source_field))
    assert whole == [Message(line.encode(), source)]


def test_a_null_source_is_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "c.jsonl", '{"text": "a", "user": null}')
    for field in (None, "."):
        assert [message.source for message in read(path, field=field, source_field="user")] == [str(path)]


@pytest.mark.parametrize("field", [None, "."])
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "b", "source": "x"}', 'no "user.id"'),
        ('{"text": "b", "user": {}}', 'no "user.id"'),
        ('{"text": "b", "user": {"id": ["x"]}}', '"user.id" is not a string or a number'),
        ("plain", "not a line of JSON"),
    ],
)
def test_a_line_without_the_field_of_the_source_is_named(
    tmp_path: Path, field: str | None, line: str, reason: str
) -> None:
    path = write(tmp_path / "c.log", '{"text": "a", "user": {"id": "x"}}', line)
    messages = read(path, field=field, source_field="user.id")
    assert next(messages).source == "x"
    with pytest.raises(CorpusError) as caught:
        next(messages)
    assert str(caught.value).startswith(f"{path}:2: {reason}")


def test_bytes_that_are_not_utf8_are_a_bad_line_of_json(tmp_path: Path) -> None:
    path = tmp_path / "latin.jsonl"
    path.write_bytes(b'{"text": "\xe9"}\n')
    with pytest.raises(CorpusError, match=r"latin\.jsonl:1: not a line of JSON"):
        data(path)


def test_plain_lines_are_messages_in_any_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"one\r\n\xe9\xe8\n\n  \n three \n{\nx\x0cy\rz")
    assert data(path) == [b"one", b"\xe9\xe8", b" three ", b"{", b"x\x0cy\rz"]


def test_the_first_line_tells_where_the_name_does_not(tmp_path: Path) -> None:
    assert data(write(tmp_path / "chat", "", '{"content": "a"}', '{"content": "b"}')) == [b"a", b"b"]
    events = ['{"level": "info", "n": 1}', '{"level": "info", "n": 2}']
    assert data(write(tmp_path / "events", *events)) == [event.encode() for event in events]
    with pytest.raises(CorpusError, match=r"pretty\.json:1: not a line of JSON"):
        data(write(tmp_path / "pretty.json", "[", '  {"text": "a"}', "]"))


@pytest.mark.parametrize("name", ["c.jsonl", "c.txt"])
def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b'\xef\xbb\xbf{"text": "a"}\r\n{"text": "b"}\r\n')
    assert data(path) == [b"a", b"b"]
    path.write_bytes('{"text": "a"}\n'.encode("utf-16"))
    with pytest.raises(CorpusError, match="is UTF-16; convert it to UTF-8"):
        data(path)


CONTENT = b"".join(b"line %d\n" % n for n in range(20_000))
LINES = CONTENT.split(b"\n")[:-1]
COMPRESSORS: list[Callable[[bytes], bytes]] = [
    gzip.compress,
    zstandard.compress,
    lambda content: gzip.compress(content[:9999]) + gzip.compress(content[9999:]) + bytes(1000),
    lambda content: zstandard.compress(content[:9999]) + zstandard.compress(content[9999:]),
    lambda content: b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc" + zstandard.compress(content),
]


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_compressed_files_are_known_by_their_content(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "any name"
    path.write_bytes(compress(CONTENT))
    assert data(path) == LINES


@pytest.mark.parametrize(("compress", "kind"), [(gzip.compress, "gzip"), (zstandard.compress, "Zstandard")])
def test_compressed_files_cut_short_are_refused_with_the_place(
    tmp_path: Path, compress: Callable[[bytes], bytes], kind: str
) -> None:
    whole = compress(CONTENT)
    path = tmp_path / "cut.gz"
    for size in (4, 5, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(CorpusError) as caught:
            data(path)
        assert str(caught.value) == f"{path}: the {kind} data is cut short at byte {size}"


def test_damaged_compressed_files_are_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "bad"
    path.write_bytes(gzip.compress(b"")[:10] + b"\xff" * 20)  # a block of the reserved type
    with pytest.raises(CorpusError, match=r"bad: damaged gzip data before byte 30: "):
        data(path)
    path.write_bytes(zstandard.compress(b"a")[:4] + b"\xff" * 20)
    with pytest.raises(CorpusError, match=r"bad: damaged Zstandard data before byte 24: "):
        data(path)
    one = gzip.compress(b"a\n")
    path.write_bytes(one + b"something else")
    messages = read(path)
    assert next(messages).data == b"a"
    with pytest.raises(CorpusError, match=f"bad: no gzip data at byte {len(one)}"):
        next(messages)


@pytest.mark.parametrize(
    "content",
    [CONTENT, gzip.compress(CONTENT), zstandard.compress(CONTENT)],
    ids=["plain", "gzip", "Zstandard"],
)
def test_a_pipe_is_read_once_from_its_first_byte(tmp_path: Path, content: bytes) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)

    def trickle() -> None:
        with fifo.open("wb", buffering=0) as file:
            for start in (*range(8), 8):  # the magic arrives a byte at a time
                file.write(content[start : start + 1] if start < 8 else content[8:])

    writer = threading.Thread(target=trickle)
    writer.start()
    assert data(fifo) == LINES
    writer.join()


def test_standard_input_is_a_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "a"}\nx\n')))
    messages = read([Path("-")])
    assert next(messages) == Message(b"a", "-")
    with pytest.raises(CorpusError, match=r"^-:2: not a line of JSON"):
        next(messages)
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(OSError, match="standard input is closed"):
        next(read("-"))


def test_messages_come_before_the_file_ends() -> None:
    source, sink = os.pipe()
    messages = read(f"/dev/fd/{source}")
    os.write(sink, b"first line\nsecond line\nthird")
    assert next(messages).data == b"first line"
    os.close(sink)
    assert [message.data for message in messages] == [b"second line", b"third"]
    os.close(source)


@given(
    content=st.one_of(
        st.binary(),
        st.lists(
            st.sampled_from(
                [b'{"text":', b'"a"', b"}", b"\n", b"[", b'{"messages":', b"null", b"\xff", b"]", b","]
            )
        ).map(b"".join),
    ),
    compress=st.sampled_from([bytes, gzip.compress, zstandard.compress]),
    cut=st.integers(0, 40),
    field=st.sampled_from([None, "text", "a.b", "."]),
    name=st.sampled_from(["c.jsonl", "c"]),
)
def test_any_file_holds_messages_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
    *,
    content: bytes,
    compress: Callable[[bytes], bytes],
    cut: int,
    field: str | None,
    name: str,
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    whole = compress(content)
    path.write_bytes(whole[: len(whole) - cut] if cut < len(whole) else whole)
    try:
        messages = list(read(path, field=field))
    except CorpusError as error:
        assert str(error).startswith(str(path))
    else:
        assert all(b"\n" not in message.data for message in messages if field == ".")


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MAX_LINE", 10_000)
    path = tmp_path / "zeros.gz"
    path.write_bytes(gzip.compress(b"a\nb\n" + bytes(1 << 20)))
    messages = read(path)
    with pytest.raises(CorpusError, match=r"zeros\.gz:3: the line is longer than 10000 bytes"):
        list(messages)


def test_what_is_no_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="gone"):
        next(read(tmp_path / "gone.jsonl"))
    with pytest.raises(IsADirectoryError):
        next(read(tmp_path))


def test_the_names_of_the_module_are_documented() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    for name in set(corpus.__all__) - {"STANDARD_INPUT"}:
        assert f"aura.files.corpus.{name}" in guide
