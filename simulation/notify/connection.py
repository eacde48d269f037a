"""Answers that are none: a reset connection, a request that hangs.

When they strike is decided by the fault plan.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import cast

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TRANSPORT = "standin.transport"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class ResettableProtocol(HttpToolsProtocol):
    """Puts the connection into the scope, because ASGI has no word for breaking it."""

    def on_message_begin(self) -> None:
        """Start a request and remember its connection."""
        super().on_message_begin()
        cast(dict[str, object], self.scope)[_TRANSPORT] = self.transport


class Reset(Response):
    """Breaks the connection off at once, so that the client sees a reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reset and wait until the server has noticed."""
        transport: asyncio.Transport = scope[_TRANSPORT]
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
        await _disconnected(receive)


class Hang(Reset):
    """Says nothing for some seconds, or until the client gives up, and then resets."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for the client to leave."""
        try:
            await asyncio.wait_for(_disconnected(receive), self._seconds)
        except TimeoutError:
            await super().__call__(scope, receive, send)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
