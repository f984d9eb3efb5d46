"""The command line ``aura``.

Each command stands in a module of its name; this one puts them together, and imports those that are asked for, as
some take long: none for the list of all commands, whose summaries stand here. ``aura.cli.process`` says how they
end.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Annotated, Any, Final

import typer

from aura import __version__, native
from aura.cli.process import Commands, ExitCode, prepare_streams, print_error, run

_COMMANDS: Final = {
    "compress": "transform",
    "decompress": "transform",
    "explain": "explain",
    "train": "train",
    "demo": "demo",
    "serve": "serve",
    "bench": "bench",
    "stress": "stress",
}
"""The modules of commands, in the order in which the help tells of them."""

_SUMMARIES: Final = {
    "compress": "Compress one message, or a large input as a chunked file.",
    "decompress": "Decompress one message, or a chunked file.",
    "explain": "Show a message field by field.",
    "train": "Train a model on your own messages, for both ends to use.",
    "demo": "Compress a conversation and verify every message.",
    "serve": "Serve a chat page that speaks AURA and shows the bytes of each message.",
    "bench": "Measure AURA and its peers on messages.",
    "stress": "Let many users talk to a server over real WebSocket connections, and measure what that takes.",
    "model": "Look into model files.",
    "templates": "Look into files of templates, and add to them.",
    "audit": "Read, verify, search and erase an audit log.",
    "metrics": "Rules for Prometheus and a dashboard for Grafana.",
    "config": "Show, check and compare configurations.",
    "experiment": "What an experiment has found.",
}
"""What the help says of commands, and of groups, in that order; each says so itself, too."""

_GROUPS: Final[dict[str, dict[str, str]]] = {
    "model": {"check": "model_check", "audit": "model_audit"},
    "templates": {"discover": "template_discovery", "stats": "template_stats"},
    "audit": {},
    "metrics": {},
    "config": {},
    "experiment": {},
}
"""The groups, each a module, and the commands in them that stand in modules of their own."""


def build(names: Iterable[str] = (*_COMMANDS, *_GROUPS)) -> typer.Typer:
    """The command line with these commands and groups; others do not have to be loaded."""
    app = _empty()
    for name in names:
        if name in _COMMANDS:
            app.command()(_attribute(_COMMANDS[name], name))
        else:
            app.add_typer(_group(name), name=name)
    return app


def listing() -> typer.Typer:
    """The command line as far as its help tells of it: summaries of commands, and nothing that they do."""
    app = _empty()
    for name, summary in _SUMMARIES.items():
        app.command(name, help=summary)(_listed)
    return app


def _listed() -> None:
    """A command in the help."""


def _empty() -> typer.Typer:
    """The command line without commands."""
    app = typer.Typer(
        name="aura",
        help="A formally specified codec for short messages.",
        cls=Commands,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # help texts are plain: nothing in them is markup
    )
    app.callback()(_options)
    return app


@cache
def _group(name: str) -> typer.Typer:
    """A group with all its commands."""
    group: typer.Typer = _attribute(name, "app")
    for command, module in _GROUPS[name].items():
        group.command()(_attribute(module, command))
    return group


def _attribute(module: str, name: str) -> Any:
    return getattr(import_module(f"aura.cli.{module}"), name)


def __getattr__(name: str) -> typer.Typer:
    """``app``, the whole command line, made when it is first asked for."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    app = globals()["app"] = build()
    return app


def _chosen() -> native.Choice:
    """The backend that ``"auto"`` stands for; the command ends if the environment names one that is not there."""
    try:
        return native.choose()
    except ValueError as error:
        print_error(error)
        raise typer.Exit(ExitCode.USAGE) from None


def _print_version(wanted: bool) -> None:
    if wanted:
        choice = _chosen()
        typer.echo(f"aura {__version__}\nbackend {choice.backend}: {choice.reason}")
        raise typer.Exit


def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and the backend."
        ),
    ] = False,
) -> None:
    """A formally specified codec for short messages."""
    _chosen()


def main() -> None:
    """Run the command line."""
    prepare_streams()
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    if asked in {"-h", "--help", "--version"}:
        run(listing())
    else:
        run(build((asked,)) if asked in _COMMANDS or asked in _GROUPS else build())
