"""What a stress test does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from aura import arguments
from aura.stress.choice import Choice, EpsilonGreedy, Thompson
from aura.stress.server import ServerOptions
from aura.stress.speaker import Mix
from aura.stress.warmup import EXPLORATION


@dataclass(frozen=True, slots=True, kw_only=True)
class StressSettings:
    """What a stress test does.

    Attributes:
        users: connections that are open at a time.
        messages: that they say, all together; the server sends each back.
        seed: the same seed and settings give the same messages.
        corpus: file of messages; that of the package if None.
        corpus_weight: share of messages of the corpus, from 0 to 1; the others are made of templates.
        metadata: file on the use of templates; that of the package if None.
        warmup: messages of a warm-up before the test; 0 for none.
        is_thompson: whether templates are chosen by Thompson sampling.
        decay: by which evidence on templates is multiplied before a round is added, above 0 and at most 1.
        round_size: messages of a user in a round; what is learned in a round counts from the next one on.
        server: what the server is told, and the clients as well.
        url: of a server of one's own; one is started if None.
        trace_dir: where to write traces; none are written if None.

    Raises:
        TypeError: a setting has a wrong type.
        ValueError: one is out of range.
    """

    users: int = 50
    messages: int = 10_000
    seed: int = 42
    corpus: Path | None = None
    corpus_weight: float = 0.5
    metadata: Path | None = None
    warmup: int = 0
    is_thompson: bool = False
    decay: float = 0.98
    round_size: int = 20
    server: ServerOptions = field(default_factory=ServerOptions)
    url: str | None = None
    trace_dir: Path | None = None

    def __post_init__(self) -> None:
        arguments.whole_number("users", self.users, 1, 10_000)
        arguments.whole_number("messages", self.messages, 1)
        arguments.whole_number("seed", self.seed, 0)
        arguments.number("corpus_weight", self.corpus_weight, 0, 1)
        arguments.whole_number("warmup", self.warmup, 0)
        arguments.number("decay", self.decay, 0.01, 1)
        arguments.whole_number("round_size", self.round_size, 1, 1000)

    def mix(self, weight: float | None = None, exploration: float = EXPLORATION) -> Mix:
        """How messages are chosen, with these values where a warm-up found better ones."""
        choice: Choice = Thompson() if self.is_thompson else EpsilonGreedy(exploration)
        return Mix(self.corpus_weight if weight is None else weight, choice)

    def as_dictionary(self) -> dict[str, object]:
        """The settings that decide which messages there are, and what is measured, for JSON."""
        return {
            "users": self.users,
            "messages": self.messages,
            "seed": self.seed,
            "corpus": "of the package" if self.corpus is None else self.corpus.name,
            "corpus_weight": self.corpus_weight,
            "metadata": "of the package" if self.metadata is None else self.metadata.name,
            "warmup": self.warmup,
            "choice": "Thompson sampling" if self.is_thompson else "epsilon-greedy",
            "decay": self.decay,
            "round_size": self.round_size,
            "memory": self.server.memory,
            "level": self.server.level,
            "server": "its own" if self.url is None else _shown(self.url),
        }


def _shown(url: str) -> str:
    """An address without what may be secret: a name, a password, a query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
