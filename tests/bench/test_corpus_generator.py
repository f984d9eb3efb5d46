"""The generator of messages in any amount, on a small corpus."""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import corpus_generator
import message_variation
import numpy as np
import pytest

from aura.files.corpus import Message, read

from .messages import write_corpus

SCRIPT = corpus_generator.__file__
SIZE = 300_000
FORM = re.compile(
    r"On 20\d\d-(0[1-9]|1[0-2])-([0-2]\d|30) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d user [A-Z][a-z]+ moved order"
    r" [1-9]\d{6} to shelf [1-9]\d, token [0-9a-f]{16}, see #\d\d\."
)


def sentences(count: int) -> list[Message]:
    names = ("Alice", "Karim", "Maria", "Pavel", "Sofia", "Zhang")
    return [
        Message(
            (
                f"On 2024-{n % 12 + 1:02}-{n % 28 + 1:02} {n % 24:02}:{n % 60:02}:07 user {names[n // 4 % 6]} moved"
                f" order {7919 * n % 9000000 + 1000000} to shelf {10 + n % 80}, token {7**n % 2**64:016x}"
                f", see #{n % 90 + 10}."
            ).encode(),
            f"conversation {(n - 1) // 4}",
        )
        for n in range(1, count + 1)
    ]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpora") / "small.train.jsonl.gz", sentences(400))


def generate(corpus: Path, output: Path, *options: str, hash_seed: str = "0") -> list[Message]:
    command = [sys.executable, SCRIPT, str(corpus), "--size", str(SIZE), "--output", str(output), *options]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    subprocess.run(command, check=True, env=environment, timeout=300)  # noqa: S603  # ours
    return list(read(output))


@pytest.fixture(scope="module")
def generated(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("generated") / "messages.jsonl"
    generate(corpus, output)
    return output


def test_the_seed_decides_and_neither_workers_nor_hashes_do(
    corpus: Path, generated: Path, tmp_path: Path
) -> None:
    generate(corpus, tmp_path / "again.jsonl", "--workers", "3", hash_seed="77")
    assert (tmp_path / "again.jsonl").read_bytes() == generated.read_bytes()
    generate(corpus, tmp_path / "other.jsonl", "--seed", "2")
    assert (tmp_path / "other.jsonl").read_bytes() != generated.read_bytes()


def test_zstandard_holds_the_same_messages(corpus: Path, generated: Path, tmp_path: Path) -> None:
    packed = tmp_path / "messages.jsonl.zst"
    assert generate(corpus, packed) == list(read(generated))
    assert packed.stat().st_size < generated.stat().st_size // 2


def test_the_messages_have_the_size(corpus: Path, generated: Path) -> None:
    longest = max(len(message.data) for message in read(corpus))
    assert SIZE - longest < sum(len(message.data) for message in read(generated)) <= SIZE


def test_each_line_is_json_with_text_and_source(generated: Path) -> None:
    lines = [json.loads(line) for line in generated.read_text(encoding="utf-8").splitlines()]
    assert all(line.keys() == {"text", "source"} for line in lines)
    assert all(re.fullmatch(r"small/[0-9a-f]{12}", line["source"]) for line in lines)


def test_messages_keep_their_form_and_differ_from_all_others(corpus: Path, generated: Path) -> None:
    originals = {message.data for message in read(corpus)}
    messages = [message.data for message in read(generated)]
    assert len(messages) > 4 * len(originals)  # each was repeated
    assert not originals.intersection(messages)
    assert len(set(messages)) == len(messages)
    kept = [FORM.fullmatch(message.decode()) for message in messages]
    assert sum(match is not None for match in kept) > len(messages) / 4  # in the others a word is another


def test_conversations_interleave_and_stay_whole(generated: Path) -> None:
    messages = list(read(generated))
    conversations: defaultdict[str, list[int]] = defaultdict(list)
    for place, message in enumerate(messages):
        conversations[message.source].append(place)
    assert sum(len(places) == 4 for places in conversations.values()) >= len(conversations) - 1
    neighbours = sum(first.source == second.source for first, second in pairwise(messages))
    assert neighbours < len(messages) / 4


def test_escapes_survive(tmp_path: Path) -> None:
    texts = ['say "hi"\n', "C:\\new\\table\t\x01", "\\u0000 \x7f", "Grüße 見積 🙂"]
    path = write_corpus(tmp_path / "odd.jsonl", [Message(text.encode(), "one") for text in texts])
    stock = corpus_generator.load([path])
    lines = corpus_generator.make(corpus_generator.Block(stock.names, (1, 0, 0), stock.conversations))
    assert [json.loads(line)["text"] for line in lines.splitlines()] == texts


def test_a_corpus_without_messages_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_bytes(b"")
    with pytest.raises(SystemExit, match="hold no message"):
        corpus_generator.load([path])


def vary(texts: Sequence[str], keys: Sequence[int], seed: int = 0) -> list[str]:
    messages = message_variation.Messages(
        message_variation.joined([text.encode() for text in texts]),
        np.zeros(len(texts), np.int64),
        np.array(keys, np.uint64),
    )
    varied = message_variation.vary(messages, np.random.default_rng(seed)).tobytes()
    return [part.decode() for part in varied.split(bytes([message_variation.END]))[:-1]]


def test_an_identifier_stays_the_same_within_its_conversation() -> None:
    first, again, elsewhere = vary(["id 4f0c9a77b2"] * 3, [1, 1, 2])
    assert first == again != elsewhere
    assert re.fullmatch("id [0-9][a-f][0-9][a-f][0-9][a-f][0-9]{2}[a-f][0-9]", first)


@pytest.mark.parametrize(
    "text", ["", " ", "ok", "http2 utf8 v1", "é", "snake_case_key", '{"status":"shipped"}']
)
def test_what_has_no_variable_part_stays(text: str) -> None:
    assert vary([text], [1]) == [text]


def test_numbers_have_no_new_leading_zero() -> None:
    varied = [text for seed in range(50) for text in vary([f'{{"id":{10**6 + seed}}}'], [seed], seed)]
    assert len(set(varied)) == len(varied)
    assert all(len(str(json.loads(text)["id"])) == 7 for text in varied)


def test_memory_does_not_grow_with_the_size(corpus: Path) -> None:
    stock = corpus_generator.load([corpus])
    blocks = corpus_generator.plan(stock, 1 << 40, 1)
    sizes = [sum(part.size for part in next(blocks).conversations) for _ in range(20)]
    assert max(sizes) <= corpus_generator.BLOCK + max(part.size for part in stock.conversations)
