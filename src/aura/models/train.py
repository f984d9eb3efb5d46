"""Training a model on one's own messages, to a size in bytes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Unpack

from aura import arguments
from aura.errors import EncodeError
from aura.files import atomic_write
from aura.models.model import Model, carried, metadata_section
from aura.models.training_options import FileTraining, TrainingOptions, Using
from aura_fast import model as model_file
from aura_spec import match
from aura_spec.context_model import MAX_ORDER, SYMBOLS
from aura_spec.model import MAX_FILE, MAX_METADATA, METADATA

if TYPE_CHECKING:
    from aura.models.training.budget import Budget
    from aura.models.training.counts_file import CountsFile, Record
    from aura.models.training.held_out import HeldOut
    from aura.models.training.trainer import Plan, Preparation

DEFAULT_MAX_BYTES: Final = 2 << 20

SCRUBBED: Final = "scrubbed"
"""The key of the metadata for what was replaced in the messages, counted by kind."""

_SCRUBBED_ROOM: Final = " " * 512
"""As long as such a text becomes."""

LEAST_MAX_BYTES: Final = SYMBOLS + 2 * match.HITS
"""No model is smaller: so much take the codes of the root and the table of hits alone."""

_TEXTS_ROOM: Final = 1 << 11
"""Bytes of a file that are left for the texts of the caller, however short: its name must not change a model."""

_TEXTS_SHARE: Final = 64
"""Of a small file, at most one byte in so many is left for them."""

_BACKGROUND: Final = 1 << 20
"""Bytes that are drawn from a base."""

Progress = Callable[[str, float], None]

Read = Callable[[], Iterable[tuple[bytes, str]]]


def _quiet(_stage: str, _done: float) -> None:
    pass


_USUAL: Final = TrainingOptions()


def train(
    messages: Iterable[str | bytes],
    *,
    sources: Iterable[Hashable] | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    base: Model | None = None,
    scrub: bool = True,
    options: TrainingOptions = _USUAL,
    progress: Progress = _quiet,
    **using: Unpack[Using],
) -> Model:
    """Train a model whose file has at most ``max_bytes`` bytes. Deterministic.

    Messages are read once, and are written to temporary files where there are many. With ``engine="dask"`` they are
    then sent to the workers; :func:`aura.dask.train` leaves them where they are.

    A few messages are held out of training to measure the model with: how many bits it takes for a byte, by kind
    of message, for :func:`aura.models.freshness.check`; and where there are conversations, whether they are shorter
    in a stream or message by message, for :attr:`aura.Model.stream_memory`. Of little text nothing is held out,
    nor with texts under both ``bits_by_kind`` and ``stream_memory`` in ``metadata``.

    Args:
        messages: to learn from; they are never joined.
        sources: for each message, where it comes from: a conversation, a file. Messages of one source are left
            out together when it is learned how far to trust counts, and stand in the order of their conversation.
        max_bytes: of the model file; more than ``MAX_FILE`` are as many as that.
        base: a model of similar messages, for those who have few of their own: what it holds likely counts as well,
            at a sixteenth of the weight.
        scrub: whether to replace secrets and personal data in the messages by random strings of the same form
            first; see ``aura.models.training.scrubbing``. The metadata have a count of them by kind, under
            ``scrubbed``.
        options: what few need to say.
        progress: is called with a stage and the share of it that is done, from 0 to 1.
        using: memory, threads, a directory for temporary files, an engine, and a file for the counts; see
            :class:`aura.models.training_options.Using`.

    Raises:
        TypeError: an argument, a message or a source is of another type.
        ValueError: a number is out of range, there are no messages or not as many as sources, or ``max_bytes``
            is too small for any model.
        EncodeError: a text has no UTF-8, or metadata, templates or dictionary are too large.
        TemplateError: a template is unusable, or its id below 256.
        DecodeError: the counts to go on from are damaged, hostile, of another version, or beside a model that is
            not theirs.
        OSError: they cannot be read, or the file of counts cannot be written.
        CheckpointError: the checkpoint is that of other messages or arguments, or damaged.
        ClusterError: the workers or the scheduler of the cluster are lost.
        ImportError: the packages of the engine are missing.
    """
    work = _checked(max_bytes, base, options, progress, scrub=scrub, **using)
    texts = arguments.stream(messages, arguments.to_bytes)
    if sources is None:
        return work.train([((text, None) for text in texts)], have_sources=False)
    return work.train([arguments.with_sources(texts, sources)], have_sources=True)


def train_files(files: Iterable[Iterable[tuple[bytes, Hashable]]], **training: Unpack[FileTraining]) -> Model:
    """Train a model on the messages of several files, each with its source. The order of the files does not matter.

    Where all messages have one source, each is taken for a source by itself. For the rest see :func:`train`.
    """
    return _checked(**training).train(files, have_sources=True, one_is_none=True)


def train_on_workers(reads: Iterable[Read], **training: Unpack[FileTraining]) -> Model:
    """Train a model on files that the workers of a cluster read; see :func:`aura.dask.train`.

    Args:
        reads: each reads a file on a worker: its messages, each with its source.
        training: as in :func:`train_files`: a client of Dask, with its engine; memory and a directory for temporary
            files; options without a sample and a time.
    """
    work = _checked(**training)
    if work.budget != type(work.budget)():
        raise ValueError("where workers read the files, all messages are counted: no sample, time and report")
    return work.train_on_workers(list(reads))


@dataclass(frozen=True, slots=True)
class _Work:
    """Training with arguments that are in order.

    Attributes:
        plan: of the trainer.
        metadata: the caller's.
        sections: to add to the model.
        budget: how much is counted.
        counts: where the counts go, if anywhere.
        generation: how many models were before.
        progress: is called with a stage and the share of it that is done.
    """

    plan: Plan
    metadata: dict[str, str]
    sections: dict[int, bytes]
    budget: Budget
    counts: Path | None
    generation: int
    progress: Progress

    def train(
        self,
        files: Iterable[Iterable[tuple[bytes, Hashable]]],
        *,
        have_sources: bool,
        one_is_none: bool = False,
    ) -> Model:
        from aura.models.training import trainer  # noqa: PLC0415
        from aura.models.training.checkpoint import clear  # noqa: PLC0415
        from aura.models.training.written import Messages  # noqa: PLC0415

        started = monotonic()
        self.progress("reading", 0.0)
        messages = Messages.write(files, self.plan.resources.spill, have_sources=have_sources)
        if not len(messages):
            raise ValueError("no messages to train on")
        if one_is_none:
            messages.forget_a_single_source()
        sample = self.budget.draw(messages, self.plan, monotonic() - started)
        order = None if sample is None else sample.drawn.order
        preparation = trainer.prepare(messages, self.plan, self.progress, order)
        model, held_out, record = self._finish(preparation)
        del preparation  # it takes much memory
        if sample is not None:
            sample.tell_loss(messages, self.plan, model, held_out, self.progress)
        self._keep(record, model)
        if self.plan.checkpoint is not None:
            clear(self.plan.checkpoint)
        return model

    def train_on_workers(self, reads: Sequence[Read]) -> Model:
        """Train on files that workers read."""
        from aura.models.training.cluster.preparation import prepare  # noqa: PLC0415

        model, _, record = self._finish(prepare(reads, self.plan, self.progress))
        self._keep(record, model)
        return model

    def _finish(self, preparation: Preparation) -> tuple[Model, HeldOut | None, Record | None]:
        from aura.models.training import measurements  # noqa: PLC0415
        from aura.models.training.fitting import fit  # noqa: PLC0415

        held_out, max_bytes = preparation.held_out, self.plan.max_bytes
        scrubbed = {} if preparation.scrubbed is None else {SCRUBBED: str(preparation.scrubbed)}
        texts = {**self.metadata, **scrubbed}
        measured = {} if held_out is None else measurements.ROOM
        record = preparation.prepared.record
        room = _metadata_room(max_bytes, self.metadata, {**measured, **scrubbed})
        model = fit(preparation.prepared, max_bytes, room, self.progress)
        if self.sections:
            model = Model.from_bytes(model_file.with_sections(model.data, self.sections))
        if held_out is not None:
            self.progress("measuring", 0.0)
            texts = measurements.measure(model, held_out, texts)
        return model.with_metadata(texts), held_out, record

    def _keep(self, record: Record | None, model: Model) -> None:
        """Write the counts, when nothing else can fail."""
        if self.counts is not None and record is not None:
            prefix = model.context_model.prefix
            past = b"" if prefix is None else prefix.text
            atomic_write.write(self.counts, record.file(model.id, self.generation, past))


def _checked(
    max_bytes: int = DEFAULT_MAX_BYTES,
    base: Model | None = None,
    options: TrainingOptions = _USUAL,
    progress: Progress = _quiet,
    *,
    scrub: bool = True,
    **using: Unpack[Using],
) -> _Work:
    """All that can be wrong is looked at before any work."""
    # those who only code do not need these
    from aura.models import lineage  # noqa: PLC0415
    from aura.models.training import measurements, synthetic_text, trainer  # noqa: PLC0415
    from aura.models.training.budget import Budget  # noqa: PLC0415
    from aura.models.training.checkpoint import checked_directory  # noqa: PLC0415
    from aura.models.training.resources import Resources  # noqa: PLC0415

    if not isinstance(options, TrainingOptions):
        raise TypeError(f"options is a TrainingOptions, not {type(options).__name__}")
    limits = trainer.Limits(
        max_order=arguments.whole_number("max_order", options.max_order, 1, MAX_ORDER),
        min_count=None
        if options.min_count is None
        else arguments.whole_number("min_count", options.min_count, 1),
        min_sources=arguments.whole_number("min_sources", options.min_sources, 1, trainer.MAX_SOURCES),
    )
    max_bytes = arguments.whole_number("max_bytes", max_bytes, LEAST_MAX_BYTES)
    if base is not None and not isinstance(base, Model):
        raise TypeError(f"base is a Model, not {type(base).__name__}")
    arguments.flag("scrub", scrub)
    before = _checked_update(options, limits.min_sources)
    texts = _checked_metadata({} if before is None else lineage.metadata_of(before), options.metadata)
    sections = carried(options.templates, options.dictionary)
    max_bytes = min(max_bytes, MAX_FILE) - model_file.size_of(sections)
    if max_bytes < LEAST_MAX_BYTES:
        raise ValueError(
            f"max_bytes leaves {max_bytes} bytes, where a model takes at least {LEAST_MAX_BYTES}"
        )
    resources: dict[str, Any] = dict(using)
    path = resources.pop("counts", None)
    counts = None if path is None else Path(path)
    if counts is not None:
        atomic_write.check(counts)
    client = _checked_client(resources.pop("engine", "local"), resources.pop("client", None))
    budget = Budget.checked(options.sample, options.time, resources.pop("report", None))
    checkpoint = checked_directory(resources.pop("checkpoint", None), client, options.time)
    plan = trainer.Plan(
        limits=limits,
        max_bytes=max_bytes,
        background=[] if base is None else list(synthetic_text.draw(base.context_model, _BACKGROUND)),
        measured=measurements.are_wanted(texts, max_bytes),
        scrub=scrub,
        earlier=None if before is None else before.earlier.aged(options.age, limits.max_order),
        recorded=counts is not None,
        resources=Resources.checked(**resources),
        client=client,
        checkpoint=checkpoint,
    )
    generation = 0 if before is None else before.generation + 1
    return _Work(plan, texts, sections, budget, counts, generation, progress)


def _checked_client(engine: str, client: Any) -> Any:
    """The client of an engine, or None."""
    from aura.models.training.cluster.tasks import Cluster  # noqa: PLC0415  # numpy is not needed to code

    if engine not in {"local", "dask"}:
        raise ValueError(f"engine is {engine!r}, not 'local' or 'dask'")
    if (client is not None) != (engine == "dask"):
        raise ValueError("engine='dask' needs a client, and no other engine takes one")
    if client is not None:
        Cluster(client)
    return client


def _checked_update(options: TrainingOptions, min_sources: int) -> CountsFile | None:
    """The counts to go on from."""
    from aura.models import lineage  # noqa: PLC0415  # numpy is not needed to code

    arguments.number("age", options.age, 0, 1)
    if options.update is None:
        return None
    before = lineage.read_counts(options.update)
    kept_with = before.earlier.totals.min_sources
    if kept_with != min_sources:
        raise ValueError(
            f"min_sources is {min_sources}; that of the counts is {kept_with}, and cannot change"
        )
    return before


def _metadata_room(max_bytes: int, own: Mapping[str, str], added: Mapping[str, str]) -> int:
    """The bytes of a file that are left for metadata; only if ``own`` is long does its length matter.

    Args:
        max_bytes: of the file.
        own: the texts of the caller.
        added: what training adds to them.
    """
    wanted = max(len(metadata_section(own)), min(_TEXTS_ROOM, max_bytes // _TEXTS_SHARE))
    return model_file.size_of({METADATA: bytes(wanted) + metadata_section(added)})


def _checked_metadata(own: Mapping[str, str], metadata: Mapping[str, str]) -> dict[str, str]:
    """The metadata of the caller, and our own where he has none, with room for what is measured."""
    from aura.models.training.measurements import ROOM  # noqa: PLC0415  # numpy is not needed to code

    for key, text in metadata.items():
        if not all(isinstance(part, str) for part in (key, text)):
            raise TypeError(f"metadata map str to str; the text of {key!r} is {type(text).__name__}")
    texts = {**own, **metadata}
    size = len(metadata_section({**ROOM, SCRUBBED: _SCRUBBED_ROOM, **texts}))
    if size > MAX_METADATA:
        raise EncodeError(f"the metadata have {size} bytes; the maximum is {MAX_METADATA}")
    return texts
