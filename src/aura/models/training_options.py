"""What training is told, and what it may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict

if TYPE_CHECKING:
    from aura.models.model import Model
    from aura.models.reports import Report

DEFAULT_MAX_ORDER: Final = 24
DEFAULT_MEMORY: Final = 2 << 30
DEFAULT_AGE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """What :func:`aura.train` is told besides, and what is stored with the model.

    Attributes:
        max_order: bytes of the longest context, 1 to 32.
        min_count: times that a context must occur to have a list of its own, and with ``min_sources`` above 1
            the number of messages; by the amount of text if None.
        min_sources: distinct sources in which a context of more than 12 bytes must occur to be kept.
        metadata: texts to store with the model; they do not change it if they are short: 2 KiB, or a sixty-fourth
            of a small file, are left for them.
        templates: patterns by id, 256 and above, to store with the model.
        dictionary: for Zstandard, to store with the model.
        update: the file of counts of an earlier model, or its model file with the counts beside it: its counts
            are added to those of the messages.
        age: what these counts are multiplied by, 0 to 1.
        sample: which part of the messages is counted, if not all: a number of bytes, or a text such as ``100MiB``
            or ``10%``. A hash of their source or content decides which; a larger sample contains a smaller one.
        time: seconds, or a text such as ``90s``, ``15min`` or ``1h``, in which training is to end, about. How much
            is counted then depends on how quick the machine is just now, and so does the model. With ``sample``,
            no more is counted than that.
    """

    max_order: int = DEFAULT_MAX_ORDER
    min_count: int | None = None
    min_sources: int = 1
    metadata: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[int, str] = field(default_factory=dict)
    dictionary: bytes = b""
    update: str | PathLike[str] | None = None
    age: float = DEFAULT_AGE
    sample: int | str | None = None
    time: float | str | None = None


class Using(TypedDict, total=False):
    """What :func:`aura.train` may use and write; nothing of it changes the model.

    Attributes:
        memory: bytes, about, as a number or a text such as ``2GiB``, which is the default. What does not fit is
            kept in temporary files.
        spill: the directory of these files; the system's directory for temporary files if None.
        threads: that work at a time; as many as there are cores if None.
        report: is called, between reading and counting, with what is chosen and what training will take, and at the
            end with what a sample forgoes; each of ``aura.models.reports``, a line as ``str``.
        checkpoint: a directory in which the state of counting is kept until the model is there. If training is
            interrupted, the same call goes on from there; not with another engine, nor with a ``time``.
        engine: ``"dask"`` counts on the workers of a cluster. Then ``memory`` is that of each of their threads,
            ``spill`` is a directory that all of them have, and ``threads`` those of the client.
        client: a ``distributed.Client``, for that engine.
        counts: a file to write the counts to, from which training can go on; none if None. It tells more of the
            messages than the model does.
    """

    memory: int | str
    spill: str | PathLike[str] | None
    threads: int | None
    report: Callable[[Report], None] | None
    checkpoint: str | PathLike[str] | None
    engine: Literal["local", "dask"]
    client: Any
    counts: str | PathLike[str] | None


class FileTraining(Using, total=False):
    """What training on files is told besides, each as :func:`aura.train` is.

    Attributes:
        max_bytes: of the model file.
        base: a model of similar messages.
        scrub: whether to replace secrets and personal data.
        options: what few need to say.
        progress: is called with a stage and the share of it that is done.
    """

    max_bytes: int
    base: Model | None
    scrub: bool
    options: TrainingOptions
    progress: Callable[[str, float], None]
