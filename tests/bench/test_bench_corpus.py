from pathlib import Path

import pytest

from aura.bench.corpus import corpus_name, read_corpus
from aura.files.corpus import CorpusError, Message

from .messages import conversations, write_corpus, write_lines


@pytest.mark.parametrize("name", ["chat.dev.jsonl", "chat.dev.jsonl.gz"])
def test_messages_come_back_in_order(tmp_path: Path, name: str) -> None:
    messages = conversations(6)
    corpus = read_corpus(write_corpus(tmp_path / name, messages))
    assert corpus.name == "chat.dev"
    assert list(corpus.messages) == messages


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.jsonl", "a"),
        ("a.b.jsonl.gz", "a.b"),
        ("a.ndjson.zst", "a"),
        ("a.gz", "a"),
        ("a.json", "a.json"),
        ("a.log", "a.log"),
        ("\x1b[31m.log", "\\x1b[31m.log"),
    ],
)
def test_a_corpus_is_named_after_its_file(name: str, expected: str) -> None:
    assert corpus_name(Path("some.jsonl") / name) == expected


def test_standard_input_has_a_name() -> None:
    assert corpus_name(Path("-")) == "stdin"


def test_a_limit_reads_no_further(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "c.jsonl", ['{"text": "a"}', '{"text": "b"}', "broken"])
    assert read_corpus(path, limit=2).messages == (Message(b"a", str(path)), Message(b"b", str(path)))


def test_a_file_without_messages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="holds no message"):
        read_corpus(write_lines(tmp_path / "empty.jsonl", [""]))
