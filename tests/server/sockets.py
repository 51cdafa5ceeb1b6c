"""A server on a real socket of this machine, in this process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn

from server.command.house import WS_MESSAGE_MAX


@contextlib.asynccontextmanager
async def served(app) -> AsyncIterator[str]:
    """Serve an ASGI app as `rawana serve` does, and give its address."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_level="critical",
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=WS_MESSAGE_MAX,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # the test runner keeps its own
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()
