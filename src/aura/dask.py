"""Training on a cluster, and columns of messages (extra ``dask``).

A model is trained where the files are. Columns are bags and data frames of Dask, series of pandas and arrays of
pyarrow. Each partition is coded as a batch, where it lies. A worker receives the model once, and keeps the codec
that it builds from it for later partitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from os import PathLike, fspath
from typing import Any, Literal, TypedDict, Unpack

from aura import arguments, policy
from aura.columns.rows import Compress, Decompress, ModelFile, RowCoder
from aura.files import corpus
from aura.models.model import Model
from aura.models.train import train_on_workers
from aura.models.training_options import TrainingOptions
from aura_spec.limits import DEFAULT_MAX_SIZE

__all__ = ["compress_series", "decompress_series", "train"]


class Training(TypedDict, total=False):
    """What :func:`train` is told besides, as :func:`aura.train` is; and what each thread of a worker may use.

    Attributes:
        max_bytes: as there.
        base: as there.
        scrub: as there.
        options: as there.
        progress: as there.
        counts: as there, written by the client.
        memory: about, of each thread of a worker.
        spill: a directory for temporary files that all workers have; that of their system if None.
    """

    max_bytes: int
    base: Model | None
    scrub: bool
    options: TrainingOptions
    progress: Callable[[str, float], None]
    counts: str | PathLike[str] | None
    memory: int | str
    spill: str | PathLike[str] | None


@dataclass(frozen=True, slots=True)
class _CorpusFile:
    path: str
    field: str | None
    source_field: str | None

    def __call__(self) -> Iterator[tuple[bytes, str]]:
        for message in corpus.read(self.path, field=self.field, source_field=self.source_field):
            yield message.data, message.source


def train(
    files: Iterable[str | PathLike[str]],
    *,
    client: Any,
    field: str | None = None,
    source_field: str | None = None,
    **training: Unpack[Training],
) -> Model:
    """Train a model on files that workers read. The model is that of ``aura train`` with these files.

    Messages stay on the workers, which send each other counts of n-grams. To the client they send the n-grams that
    may be kept; the text of 16 blocks of 512 Ki symbols, from which weights are learned, all of a smaller corpus;
    the 64 KiB that the model is measured with; and with ``scrub`` the values that labels name in the messages.

    Args:
        files: paths that every worker can read.
        client: a ``distributed.Client``.
        field: the field of JSON lines that has the message.
        source_field: the field that has the source.
        training: see :class:`aura.dask.Training`; ``options`` without a sample and a time.

    Raises:
        TypeError: as in :func:`aura.train`, as what follows.
        ValueError: as there.
        EncodeError: as there.
        TemplateError: as there.
        ClusterError: workers died again and again, the scheduler is lost, or a file changed.
        CorpusError: a file holds something else.
        OSError: a file cannot be read.
        ImportError: the packages of the extra are missing.
    """
    if isinstance(files, str | PathLike):
        raise TypeError("files are an iterable of paths, not one path")
    reads = [_CorpusFile(fspath(path), field, source_field) for path in files]
    return train_on_workers(reads, engine="dask", client=client, **training)


def compress_series(
    series: Any, *, model: Model | str | PathLike[str] | None = None, level: int = 2, check: bool = False
) -> Any:
    """Compress each message of a column by itself; nulls stay nulls.

    Args:
        series: a bag or a series of Dask, a series of pandas, an ``Array`` or ``ChunkedArray`` of pyarrow; of
            texts, taken as UTF-8, or bytes. What pandas takes for null is null; in a bag, None alone.
        model: as in :class:`aura.Codec`.
        level: as there.
        check: as there; tells data of another model from damaged data.

    Returns:
        The same kind of column, lazy if it is one of Dask. Its type is ``large_binary`` of pyarrow, in a bag
        ``bytes``. Index, name and partitions are those of ``series``.

    Raises:
        TypeError: ``series`` is no such column, or a row is no message; a note names the row.
        EncodeError: a text holds a lone surrogate; a note names the row.
        ImportError: the packages of the extra are missing.
        ValueError: ``level`` is out of range.
        DecodeError: the model file is damaged; or a worker's package comes with another model, and the sender's
            default model is asked for.
        OSError: the model file cannot be read.
    """
    arguments.whole_number("level", level, 0, policy.LEVELS[-1])
    return _coded(series, Compress(level, arguments.flag("check", check)), model)


def decompress_series(
    series: Any,
    *,
    model: Model | str | PathLike[str] | None = None,
    check: bool = False,
    max_size: int = DEFAULT_MAX_SIZE,
    errors: Literal["raise", "null"] = "raise",
) -> Any:
    """Read the messages that :func:`compress_series` wrote; nulls stay nulls.

    Args:
        series: as there, of bytes.
        model: as there, the same.
        check: as there, the same.
        max_size: bytes that each message may decode to.
        errors: ``"raise"`` raises the error of the first message of a partition that is refused; ``"null"`` reads
            all others, and leaves a null in its place.

    Returns:
        A column as :func:`compress_series` returns it, of bytes; for text, take
        ``.astype(pandas.ArrowDtype(pyarrow.large_string()))``.

    Raises:
        TypeError: ``series`` is no such column, a row is not bytes-like, which a note names, or another argument
            has a wrong type.
        ValueError: ``max_size`` is below 0, or ``errors`` is neither of the two.
        ImportError: the packages of the extra are missing.
        DecodeError: a message is refused, and a note names its row; not with ``errors="null"``. Or as in
            :func:`compress_series`.
        OSError: the model file cannot be read.
    """
    if not isinstance(errors, str):
        raise TypeError(f"errors is 'raise' or 'null', not {errors!r} ({type(errors).__name__})")
    if errors not in {"raise", "null"}:
        raise ValueError(f"errors is {errors!r}, not 'raise' or 'null'")
    arguments.whole_number("max_size", max_size, 0)
    return _coded(series, Decompress(arguments.flag("check", check), max_size, errors == "raise"), model)


def _coded(series: Any, coder: RowCoder, model: Model | str | PathLike[str] | None) -> Any:
    """Code a column by the module for its library, which needs packages of the extra."""
    library = type(series).__module__.partition(".")[0]
    try:
        module = import_module(f"aura.columns.{'collections' if library == 'dask' else 'tables'}")
    except ImportError as error:
        extra = 'the extra "dask" brings it: pip install ".[dask]" in a checkout'
        raise ImportError(f"{error.name} is missing; {extra}", name=error.name) from None
    return module.code(series, coder, ModelFile.of(model))
