"""The settings: their names, types, ranges and defaults, and what a change of each needs.

A model of pydantic for each table of ``aura.toml``, and one for the whole. The numbers are those that
:class:`aura.Codec`, :class:`aura.connections.session.Settings`, :class:`aura.audit.AuditOptions` and
:class:`aura.metrics.Thresholds` take.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, SecretStr

from aura.cached import LONGEST
from aura.configuration import parsing
from aura.configuration.fields import Needs, setting
from aura.configuration.presets import USUAL
from aura.native import BACKENDS
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_spec.session_negotiation import MAX_SIZE

Whole: TypeAlias = Annotated[int, BeforeValidator(parsing.whole)]
Size: TypeAlias = Annotated[int, BeforeValidator(parsing.size)]
Number: TypeAlias = Annotated[float, BeforeValidator(parsing.number)]
Bound: TypeAlias = Annotated[float | None, BeforeValidator(parsing.bound)]

_SHARE = "a number from 0 to 1, or off"
_FROM_ZERO = "a number from 0, or off"


class Table(BaseModel):
    """A table of settings; keys that are not declared are refused, and nothing can be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Templates(Table):
    """Which templates are held beside the built-in ones, and those of the model."""

    store: str | None = setting(
        None, "Template store, JSON or SQLite; the built-in templates alone without one.", allowed="a path"
    )
    max_hot: Whole | None = setting(
        None,
        "Templates of an SQLite store that are in memory at a time; all without a number.",
        least=1,
    )


class Streams(Table):
    """What an end of a session wants."""

    memory: Annotated[int | str, PlainValidator(parsing.memory)] = setting(
        "auto",
        "Bytes that a stream may take each way; 0 codes each message by itself, auto asks the model.",
        allowed=parsing.MEMORIES,
        needs=Needs.CONNECTION,
    )
    check: Annotated[int, PlainValidator(parsing.check)] = setting(
        4,
        "Bits in each message of a stream that find loss and damage.",
        allowed=parsing.CHECK_BITS,
        needs=Needs.CONNECTION,
    )
    tag: bool = setting(False, "Send single messages with a tag, two bytes longer.", needs=Needs.CONNECTION)
    serve_models: bool = setting(True, "Give models to peers that ask for them.", needs=Needs.CONNECTION)
    hello_timeout: Number = setting(
        10.0, "Seconds that the peer has for its hello.", least=0, needs=Needs.CONNECTION
    )
    fallback_delay: Number = setting(
        0.5,
        "Seconds after which a client takes a silent server for one without AURA.",
        least=0,
        needs=Needs.CONNECTION,
    )


class Limits(Table):
    """What a message may cost."""

    max_size: Size = setting(
        DEFAULT_MAX_SIZE, "Bytes that a message may decode to in a codec.", least=0, needs=Needs.NOTHING
    )
    max_message: Size = setting(
        1 << 20, "Bytes of a message of a session, sent or received.", least=0, most=MAX_SIZE
    )
    max_modelled: Size = setting(
        1 << 12,
        "Bytes of the longest message of a session that a model codes.",
        least=0,
        most=MAX_SIZE,
        needs=Needs.CONNECTION,
    )
    max_fetch: Size = setting(
        0,
        "Bytes of model files that are fetched from a peer on one connection.",
        least=0,
        most=MAX_SIZE,
        needs=Needs.CONNECTION,
    )


class WindowSettings(Table):
    """Over which time totals and alerts look."""

    seconds: Number = setting(300.0, "Seconds that the window of totals and alerts is long.", least=1)


class Audit(Table):
    """The audit log; there is none without a path."""

    path: str | None = setting(None, "File that is written to; no audit log without one.", allowed="a path")
    max_bytes: Size = setting(64 << 20, "Bytes after which the next file is begun.", least=1 << 12)
    daily: bool = setting(True, "Begin a new file each day (UTC).")
    compress: bool = setting(True, "Compress files that are closed.")
    keep_days: Bound = setting(
        None, "Days after which closed files are removed; off keeps them.", least=0, allowed=_FROM_ZERO
    )
    fsync: Annotated[float | str, PlainValidator(parsing.fsync)] = setting(
        1.0, "Seconds after which the disk is told to keep what was written.", allowed=parsing.FSYNCS
    )
    max_queued: Size = setting(64 << 20, "Bytes of messages that wait to be written.", least=0)
    redact: Annotated[tuple[str, ...], BeforeValidator(parsing.redactions)] = setting(
        (),
        "What is not recorded: sensitive parts of contents, or whole members.",
        allowed=parsing.REDACTIONS_TEXT,
    )
    key_file: str | None = setting(
        None, "File with the key of the chain, byte for byte, 16 bytes or more.", allowed="a path"
    )
    key: SecretStr | None = setting(
        None,
        "Key of the chain, 32 or more hexadecimal digits; only in the environment.",
        allowed="32 or more hexadecimal digits, an even number of them",
    )


class MetricsSettings(Table):
    """Which exporters count."""

    prometheus: bool = setting(False, "Count for Prometheus (extra metrics).")
    opentelemetry: bool = setting(False, "Count for OpenTelemetry (extra otel).")
    interval: Number = setting(1.0, "Seconds between two looks at gauges and alerts.", least=0.01)


def _bound(default: float, text: str, *, most: float | None = None) -> Any:
    """Declare what something is at least or at most: a number from 0, and a share if it is up to 1."""
    allowed = _FROM_ZERO if most is None else _SHARE
    return setting(default, text, least=0, most=most, allowed=allowed, needs=Needs.NOTHING)


class Alerts(Table):
    """What is as it should be; ``off`` looks at nothing."""

    ratio: Bound = _bound(1.5, "Bytes before for each byte after, at least.")
    savings: Bound = _bound(0.33, "Share of bytes that do not go over the wire, at least.", most=1)
    growth: Bound = _bound(0.05, "Share of messages that grow, at most.", most=1)
    hits: Bound = _bound(0.5, "Share of look-ups in caches that find something, at least.", most=1)
    p95: Bound = _bound(0.002, "Seconds that 95 % of messages take at most.")
    refusals: Bound = _bound(0.01, "Share of messages that are refused, at most.", most=1)
    lag: Bound = _bound(0.1, "Seconds that the event loop is late at most.")
    min_messages: Whole = setting(
        100, "Messages in the window, below which only the lag is looked at.", least=1, needs=Needs.NOTHING
    )


class CacheSettings(Table):
    """What is kept for messages that come again."""

    size: Whole = setting(
        0,
        f"Results that are kept each way, of up to {LONGEST} bytes each; 0 keeps none.",
        least=0,
        most=1 << 24,
        needs=Needs.NOTHING,
    )
    matches: Whole = setting(
        0, "Template matches that are kept; 0 keeps none.", least=0, most=1 << 24, needs=Needs.NOTHING
    )


class Schema(Table):
    """All settings."""

    preset: Literal["safe", "balanced", "smallest", "fastest"] = setting(
        USUAL, "What holds where nothing else is said.", needs=Needs.NOTHING
    )
    backend: Literal["auto", "native", "fast", "reference"] = setting(
        "auto", f"Implementation; auto takes the first of {', '.join(BACKENDS)} that is there."
    )
    level: Whole = setting(
        2, "Which methods are tried: 0 stores, 3 tries all.", least=0, most=3, needs=Needs.NOTHING
    )
    model: str = setting(
        "default",
        "Model that is written with: default, small, or the path of a file.",
        allowed="default, small or a path",
    )
    models: Annotated[tuple[str, ...], BeforeValidator(parsing.paths)] = setting(
        (), "Further models that are read.", allowed="a list of paths, or of default and small"
    )
    explicit_model: bool = setting(False, "Write the id of the model into messages, nine bytes longer.")
    check: bool = setting(False, "Write and expect tags, two bytes longer.")
    templates: Templates = Templates()
    streams: Streams = Streams()
    limits: Limits = Limits()
    window: WindowSettings = WindowSettings()
    audit: Audit = Audit()
    metrics: MetricsSettings = MetricsSettings()
    alerts: Alerts = Alerts()
    cache: CacheSettings = CacheSettings()
