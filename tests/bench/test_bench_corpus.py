import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.bench.corpus import Message, corpus_name, read_corpus, read_messages
from aura.bench.errors import CorpusError

from .messages import conversations, write_corpus, write_lines


@pytest.mark.parametrize("name", ["chat.dev.jsonl", "chat.dev.jsonl.gz"])
def test_messages_come_back_in_order(tmp_path: Path, name: str) -> None:
    messages = conversations(6)
    corpus = read_corpus(write_corpus(tmp_path / name, messages))
    assert corpus.name == "chat.dev"
    assert list(corpus.messages) == messages


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_as_its_utf8(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "any.jsonl"
    write_lines(path, [json.dumps({"text": text})])
    assert list(read_messages(path)) == [Message(text.encode(), "")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.jsonl", "a"), ("a.b.jsonl.gz", "a.b"), ("a.gz", "a"), ("a.json", "a.json")],
)
def test_a_corpus_is_named_after_its_file(name: str, expected: str) -> None:
    assert corpus_name(Path("some.jsonl") / name) == expected


def test_role_and_source_are_optional_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "c.jsonl", ['{"text": "a"}', "", " ", '{"text": "b"}'])
    assert read_corpus(path).messages == (Message(b"a"), Message(b"b"))


def test_a_limit_reads_no_further(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "c.jsonl", ['{"text": "a"}', '{"text": "b"}', "broken"])
    assert read_corpus(path, limit=2).messages == (Message(b"a"), Message(b"b"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not a line of JSON"),
        ("9" * 5000, "not a line of JSON"),
        ("[" * 100_000, "not a line of JSON"),
        ('"text"', "not a JSON object"),
        ('{"source": "s"}', 'no "text"'),
        ('{"text": null}', '"text" is not a string'),
        ('{"text": "a", "role": 1}', '"role" is not a string'),
        ('{"text": "a", "source": []}', '"source" is not a string'),
        ('{"text": "\\ud800"}', '"text" is not well-formed Unicode'),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = write_lines(tmp_path / "bad.jsonl", ['{"text": "fine"}', line])
    with pytest.raises(CorpusError) as caught:
        read_corpus(path)
    assert str(caught.value).startswith(f"{path}:2: {reason}")


def test_bytes_that_are_not_utf8_are_a_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.jsonl"
    path.write_bytes(b'{"text": "\xe9"}\n')
    with pytest.raises(CorpusError, match=r"latin\.jsonl:1: not a line of JSON"):
        read_corpus(path)


def test_a_file_without_messages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="holds no message"):
        read_corpus(write_lines(tmp_path / "empty.jsonl", [""]))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"gone\.jsonl: No such file or directory"):
        read_corpus(tmp_path / "gone.jsonl")


def test_a_plain_file_called_gz_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain.jsonl.gz"
    path.write_bytes(b'{"text": "a"}\n')
    with pytest.raises(CorpusError, match=r"plain\.jsonl.gz: Not a gzipped file"):
        read_corpus(path)


def test_a_gzip_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = write_corpus(tmp_path / "cut.jsonl.gz", conversations(50))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CorpusError, match="damaged gzip data after line"):
        read_corpus(path)


def test_a_damaged_gzip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "damaged.jsonl.gz"
    header = gzip.compress(b"")[:10]
    path.write_bytes(header + b"\xff" * 20)  # a deflate block of the reserved type
    with pytest.raises(CorpusError, match="damaged gzip data after line 0"):
        read_corpus(path)
