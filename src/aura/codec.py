"""The bytes-level core: one message in, one message out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from os import PathLike

from aura import arguments, backends
from aura.arguments import BytesLike, to_bytes
from aura.backends import Beginning
from aura.codec_base import CodecBase
from aura.methods import Candidate, Method
from aura.models.model import Model, as_model, as_models
from aura.policy import LEVELS, NOTHING_TRIED, Begun, Policy, Tried, tries_auralite
from aura.templates import Match, SlotValues, TemplateLibrary
from aura_spec.errors import DecodeError, EncodeError, TemplateError
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.session_negotiation import ALL_METHODS
from aura_spec.shared_state import SharedState
from aura_spec.template import Template


class Codec(CodecBase):
    """Codes single messages with everything that both ends hold.

    Thread-safe. Codecs that hold the same model, templates and phrases read each other's messages, whatever their
    level and backend, if ``check`` is the same. :class:`aura.PooledCodec` lets processes share the batches of a
    codec, :class:`aura.CachedCodec` keeps its results.

    Args:
        backend: ``"native"``, ``"fast"`` or ``"reference"``; all give the same bytes. ``"auto"`` is what
            ``AURA_BACKEND`` in the environment names, else ``"native"`` where it is installed, else ``"fast"``.
        level: which methods are tried: 0 store only, 1 a quick decision tree, 2 the usual ones, 3 all.
        model: of AURALITE messages, or the path of its file; the one that comes with the package if None. Both
            ends hold the same.
        explicit_model: write AURALITE messages that name the model, nine bytes longer, and no others for which the
            reader would have to know it.
        models: further models, or paths of their files, to read messages that name one of them.
        templates: the template library, or patterns by id to hold beside the built-in ones, which are held alone
            if None. If ``model`` has templates, they are held
            beside these, in a library of the codec's own: add further ones to its attribute ``templates`` then.
        phrases: dictionary phrases for BRIO version 1, by id from 0 to 255.
        max_size: bytes that a message may decode to.
        check: write and read tagged messages, two bytes longer: a reader with another model, other templates or
            damaged bytes gets an error instead of another text, but for one case in 256 and more (chapter ``tag``).

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: there is no such backend, or a number is out of range.
        TemplateError: ``templates`` has another pattern under an id of the model's templates.
    """

    def __init__(  # noqa: PLR0913  # everything that both ends hold
        self,
        *,
        backend: str = "auto",
        level: int = 2,
        model: Model | str | PathLike[str] | None = None,
        explicit_model: bool = False,
        models: Iterable[Model | str | PathLike[str]] = (),
        templates: TemplateLibrary | Mapping[int, str] | None = None,
        phrases: Mapping[int, str | BytesLike] | None = None,
        max_size: int = DEFAULT_MAX_SIZE,
        check: bool = False,
    ) -> None:
        self._level = arguments.whole_number("level", level, 0, LEVELS[-1])
        self._max_size = arguments.whole_number("max_size", max_size, 0)
        self._model = None if model is None else as_model("model", model)
        self._models = as_models(models)
        self._phrases = _by_id({} if phrases is None else phrases)
        self._templates = _beside(TemplateLibrary.of(templates), self._model)
        self._backend_name = backends.resolve(backend)
        self._backend = backends.get(self._backend_name)
        self._wanted_backend = backend
        self._explicit_model = arguments.flag("explicit_model", explicit_model)
        self._check = arguments.flag("check", check)
        self._held: SharedState | None = None
        self._begun: tuple[Mapping[int, Template], Beginning | None] | None = None

    @property
    def backend(self) -> str:
        """``"native"``, ``"fast"`` or ``"reference"``."""
        return self._backend_name

    @property
    def level(self) -> int:
        """Which methods are tried, from 0 for none to 3 for all."""
        return self._level

    @property
    def explicit_model(self) -> bool:
        """Whether AURALITE messages name the model."""
        return self._explicit_model

    @property
    def check(self) -> bool:
        """Whether messages are tagged."""
        return self._check

    @property
    def templates(self) -> TemplateLibrary:
        """The templates that this codec holds; add further ones to it."""
        return self._templates

    @property
    def max_size(self) -> int:
        """Bytes that a message may decode to, unless a call says otherwise."""
        return self._max_size

    def with_settings(self, *, level: int, max_size: int) -> Codec:
        """A codec that holds the same model and the same library of templates, with another level and limit.

        Both read what the other writes.

        Args:
            level: which methods are tried.
            max_size: bytes that a message may decode to.

        Raises:
            TypeError: an argument has a wrong type.
            ValueError: a number is out of range.
        """
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made._level = arguments.whole_number("level", level, 0, LEVELS[-1])
        made._max_size = arguments.whole_number("max_size", max_size, 0)
        made._begun = None  # which is of the level
        return made

    def __reduce__(self) -> tuple[Callable[..., Codec], tuple[object, ...]]:
        """Let a copy in another process hold the same."""
        patterns = {number: template.pattern for number, template in self.templates.items()}
        settings = self._wanted_backend, self.level, self.explicit_model, self.max_size, self.check
        return _remake, (settings, self._model, self._models, patterns, self._phrases)

    @property
    def shared_state(self) -> SharedState:
        """What this codec holds at this moment; only its templates may change."""
        templates = self.templates.snapshot()
        held = self._held
        if held is None or held.templates is not templates:
            held = self._held = self._hold(templates)
        return held

    def _hold(self, templates: Mapping[int, Template]) -> SharedState:
        model = self.model
        models = {bytes.fromhex(held.id): held.context_model for held in (model, *self._models)}
        return SharedState(templates, self._phrases, model.context_model, models, model.dictionary)

    @property
    def _shared(self) -> SharedState:
        """What this codec takes for granted with its readers: no model, if messages are to name theirs."""
        held = self.shared_state
        return replace(held, model=None, dictionary=b"") if self.explicit_model else held

    @property
    def model(self) -> Model:
        """The model of AURALITE messages; the default one is read when it is first needed."""
        return Model.load_default() if self._model is None else self._model

    @property
    def model_ids(self) -> frozenset[str]:
        """Ids of the models that messages may name."""
        return frozenset(model.id for model in (self.model, *self._models))

    @property
    def _model_id(self) -> bytes:
        """Of the model that this codec implies when it reads (rule TAG-3)."""
        return bytes.fromhex(self.model.id)

    def encode_message(self, message: bytes) -> bytes:
        """Code a message that is checked already."""
        beginning = self._beginning()
        begun = NOTHING_TRIED if beginning is None else beginning.one(message)
        wire = begun if isinstance(begun, bytes) else self._select(message, self._shared, begun)
        return self.with_tag(wire, message) if self._check else wire

    def encode_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        """Code messages that are checked already, in order."""
        shared = self._shared
        beginning = self._beginning()
        begun = self._predict(messages, shared) if beginning is None else beginning.batch(messages)
        wires = [
            tried if isinstance(tried, bytes) else self._select(message, shared, tried)
            for message, tried in zip(messages, begun, strict=True)
        ]
        if not self._check:
            return wires
        return [self.with_tag(wire, message) for wire, message in zip(wires, messages, strict=True)]

    def _beginning(self) -> Beginning | None:
        """What tries the first messages, if the backend has that."""
        templates = self._templates.snapshot()
        begun = self._begun
        if begun is None or begun[0] is not templates:
            policy = Policy(self._level)
            begun = self._begun = templates, self._backend.begin(policy, self._shared, templates)
        return begun[1]

    def with_tag(self, wire: bytes, message: bytes) -> bytes:
        """A coded message, with a tag before it if this codec checks."""
        if not self.check:
            return wire
        from aura_spec.tag import build_tagged  # noqa: PLC0415  # most messages have no tag

        return build_tagged(wire, message, b"" if self.explicit_model else self._model_id)

    def _predict(self, messages: Sequence[bytes], shared: SharedState) -> list[Tried]:
        """AURALITE messages for the implied model, of those that the level tries it on, if they are several."""
        policy = Policy(self._level)
        tried = [message for message in dict.fromkeys(messages) if tries_auralite(message, policy)]
        if shared.model is None or len(tried) < 2:
            return [NOTHING_TRIED] * len(messages)
        strings = self._backend.encode_auralite_batch(tried, shared.model)
        known = {message: Tried(string) for message, string in zip(tried, strings, strict=True)}
        return [known.get(message, NOTHING_TRIED) for message in messages]

    def _select(self, message: bytes, shared: SharedState, tried: Tried | Begun) -> bytes:
        from aura import selection  # noqa: PLC0415  # takes long, and the native core chooses for most messages itself

        return selection.choose(
            message,
            backend=self._backend,
            policy=Policy(self.level),
            shared_state=shared,
            templates=self.templates,
            tried=tried,
        ).wire

    def decode_wire(self, wire: bytes, max_size: int) -> bytes:
        """Read one compressed message.

        Raises:
            DecodeError: the message is refused.
        """
        held = self.shared_state
        if self.check:
            from aura import tagging  # noqa: PLC0415  # most messages have no tag

            return tagging.decode(self._backend, wire, held, self._model_id, max_size)
        return self._backend.decode(wire, held, max_size)

    def decode_wires(self, wires: Sequence[bytes], max_size: int) -> list[bytes | DecodeError]:
        """Read compressed messages, in order; in place of one that is refused there is the error."""
        held = self.shared_state
        if self.check:
            from aura import tagging  # noqa: PLC0415  # as above

            return tagging.decode_batch(self._backend, wires, held, self._model_id, max_size)
        return self._backend.decode_batch(wires, held, max_size)

    def encode_match(self, match: Match, message: bytes) -> bytes:
        """Code a message as the smallest frame of a template that gives it."""
        return self.with_tag(self.smallest_frame(match).wire, message)

    def smallest_frame(self, match: Match) -> Candidate:
        """The smallest frame for a match, of the typed one and those that the level tries."""
        typed = Candidate(Method.TYPED, self.encode_frame(match), match.template_id)
        from aura import selection  # noqa: PLC0415  # as above

        return selection.smallest((typed, *self.frames(match)))

    def frames(self, match: Match, size: int | None = None) -> list[Candidate]:
        """Template frames, as the level allows: all, or those that may have less than ``size`` bytes."""
        policy = Policy(self.level)
        from aura import selection  # noqa: PLC0415  # as above

        return selection.frames(
            match, backend=self._backend, policy=policy, shared_state=self._shared, size=size
        )

    def closest(self, message: bytes, other: Candidate) -> Candidate:
        """The fuzzy frame of a template that a message is close to, if it is tried, or ``other`` if not larger."""
        from aura import selection  # noqa: PLC0415  # as above

        return selection.closest(
            message,
            other,
            self.templates,
            backend=self._backend,
            policy=Policy(self.level),
            shared_state=self._shared,
        )

    def encode_frame(self, match: Match) -> bytes:
        """The typed template frame for a match, whatever its size."""
        return self._backend.encode_typed(match.template_id, match.values, self.shared_state)

    def without_template(self, message: bytes, methods: int = ALL_METHODS) -> Candidate:
        """The smallest message of these methods, by bits as in a hello, without a template."""
        policy = Policy(self.level, methods)
        from aura import selection  # noqa: PLC0415  # as above

        return selection.choose(message, backend=self._backend, policy=policy, shared_state=self._shared)


def _remake(
    settings: tuple[str, int, bool, int, bool],
    model: Model | None,
    models: Sequence[Model],
    patterns: Mapping[int, str],
    phrases: Mapping[int, bytes],
) -> Codec:
    """A codec in another process."""
    backend, level, explicit_model, max_size, check = settings
    return Codec(
        backend=backend,
        level=level,
        explicit_model=explicit_model,
        max_size=max_size,
        model=model,
        models=models,
        templates=TemplateLibrary(patterns, with_builtin=False),
        phrases=phrases,
        check=check,
    )


def _beside(templates: TemplateLibrary, model: Model | None) -> TemplateLibrary:
    """The library, or if the model has templates, one of its own that holds them too."""
    if model is None or not model.templates:
        return templates
    try:
        return templates.merged({number: held.pattern for number, held in model.templates.items()})
    except TemplateError as error:
        raise TemplateError(f"the templates of model {model.id} conflict with the library: {error}") from None


def _by_id(phrases: Mapping[int, str | BytesLike]) -> dict[int, bytes]:
    """Dictionary phrases as bytes, by id (rule PHR-1).

    Raises:
        TypeError: it is no mapping, or an id or a phrase has a wrong type.
        ValueError: an id is not in 0 to 255, or a phrase is empty.
    """
    if not isinstance(phrases, Mapping):
        raise TypeError(f"phrases is a mapping of ids to phrases, not {type(phrases).__name__}")
    checked: dict[int, bytes] = {}
    for number, phrase in phrases.items():
        place = arguments.whole_number("the id of a phrase", number, 0, 255)
        try:
            checked[place] = to_bytes(phrase)
        except (TypeError, EncodeError) as error:
            raise type(error)(f"phrase {place}: {error}") from None
        if not checked[place]:
            raise ValueError(f"phrase {place} is empty")
    return checked


@cache
def default_codec() -> Codec:
    """The codec behind :func:`compress` and :func:`decompress`, made once a process."""
    return Codec()


def compress(
    data: str | BytesLike, *, template_id: int | None = None, slots: SlotValues | None = None
) -> bytes:
    """Code one message with the default codec; see :meth:`Codec.compress`."""
    return default_codec().compress(data, template_id=template_id, slots=slots)


def decompress(wire: BytesLike, *, max_size: int | None = None) -> bytes:
    """Read one message with the default codec; see :meth:`Codec.decompress`."""
    return default_codec().decompress(wire, max_size=max_size)


def warm_up() -> None:
    """Load what the first messages with the default codec need, and code one.

    It takes as long as the first message would; later calls take microseconds. Servers call it before they take
    requests.
    """
    from aura import selection  # noqa: F401, PLC0415  # what chooses where the native core does not
    from aura_reference import brotli, stored, zstd  # noqa: F401, PLC0415  # what reads messages of these methods

    codec = default_codec()
    codec.decompress(codec.compress("Ready?"))
