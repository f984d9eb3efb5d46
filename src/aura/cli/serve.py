"""``aura serve``: a chat in the browser that speaks AURA, and shows its bytes."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from aura.cli import io
from aura.models.model import Model


def serve(
    *,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="Port to listen on; 0 for any.")
    ] = 8800,
    model: io.ModelPath = None,
    memory: Annotated[
        int | None,
        typer.Option(
            metavar="BYTES",
            help="Bytes of memory of a stream, each way; 0 for none. By default the model decides.",
            show_default=False,
        ),
    ] = None,
    price: Annotated[
        float, typer.Option(min=0, metavar="AMOUNT", help="Price of a GB of traffic, for the dashboard.")
    ] = 0.09,
    currency: Annotated[str, typer.Option(metavar="CODE", help="Its currency, such as EUR.")] = "USD",
    show_content: Annotated[
        bool,
        typer.Option("--show-content", help="Let the dashboard show the messages of the lowest ratios."),
    ] = False,
) -> None:
    """Serve a chat page that speaks AURA and shows the bytes of each message.

    Open it in two windows to chat; alone, the server answers. The page shows the frames on its socket, where the
    bits of each message went, and what other compressors would take.

    Beside it, under /dashboard/, is a page that shows what AURA saves.

    Needs the extra "serve": pip install ".[serve]" in a checkout.
    """
    try:
        import uvicorn  # noqa: PLC0415  # an extra

        from aura.server.app import MAX_FRAME, application  # noqa: PLC0415
        from aura.server.room import MAX_VISITORS  # noqa: PLC0415
    except ModuleNotFoundError as error:
        extra = 'the extra "serve" brings it: pip install ".[serve]" in a checkout'
        typer.echo(f"error: {error.name} is missing; {extra}", err=True)
        raise typer.Exit(1) from None
    from aura.connections.session import Models, Settings  # noqa: PLC0415
    from aura.dashboard import Activity, Dashboard, Price  # noqa: PLC0415
    from aura.server.watched import Watched, WatchedServer  # noqa: PLC0415

    held = io.model(model)
    models = {"small model": Model.load_small(), "default model": Model.load_default()}  # the first is chosen
    if held is not None and all(held.id != one.id for one in models.values()):
        models = {Path(str(model)).name: held, **models}
    try:
        known = Models(models.values())
        activity = Activity(shows_content=show_content)
        dashboard = Dashboard(activity=activity, price=Price(price, currency), models=known)
        settings = Settings(
            known,
            memory="auto" if memory is None else memory,
            observer=dashboard.observer,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    config = uvicorn.Config(
        Watched(application(settings, models), dashboard),
        host=host,
        port=port,
        log_level="warning",  # no line for each request
        ws="websockets-sansio",
        ws_max_size=MAX_FRAME,
        ws_per_message_deflate=False,  # the bytes on the wire are those of AURA
        limit_concurrency=4 * MAX_VISITORS,
    )
    with _listen(host, port) as listener, suppress(KeyboardInterrupt):  # the usual way to end it
        named = f"[{host}]" if ":" in host else host
        typer.echo(f"open http://{named}:{listener.getsockname()[1]} in a browser; end with Ctrl-C")
        WatchedServer(config, dashboard).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens; uvicorn's own way to fail does not fit this program's errors and exit codes.

    Raises:
        OSError: the address is in use or none of this machine's; names it.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except socket.gaierror as error:
        raise OSError(error.errno, error.strerror, host) from error
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno or 0), f"{host}:{port}") from error
