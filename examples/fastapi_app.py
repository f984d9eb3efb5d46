"""A FastAPI application that knows nothing of AURA, but for one line: the middleware.

Usage: python examples/fastapi_app.py [PORT]

``/echo`` is a WebSocket that says what it hears; ``/events`` tells the time, as server-sent events.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

from aura.asgi import AuraMiddleware

app = FastAPI()
app.add_middleware(AuraMiddleware)


@app.websocket("/echo")
async def echo(socket: WebSocket) -> None:
    """Say what is heard."""
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


@app.get("/events")
async def events(count: int = 3) -> StreamingResponse:
    """Tell the time, so many times a second apart."""

    async def told() -> AsyncIterator[str]:
        for number in range(count):
            if number:
                await asyncio.sleep(1)
            yield f"event: time\ndata: {datetime.now(UTC).isoformat()}\n\n"

    return StreamingResponse(told(), media_type="text/event-stream")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
