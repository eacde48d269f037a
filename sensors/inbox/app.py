"""The web endpoint itself: who may post, and what each outcome answers.

An answer of 2xx means committed. GOV.UK Notify retries a network error, a 429 and a 5xx only, so
every other answer gives the callback up for good; `storage` writes, `payloads` reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator, Callable, Mapping
from typing import LiteralString

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sensors.inbox.payloads import (
    LONGEST_BODY,
    Row,
    UnreadablePayload,
    read_inbound_text,
    read_receipt,
)
from sensors.inbox.storage import KEEP_RECEIPT, KEEP_TEXT, InboxUnavailable, InboxWriter

RECEIPTS_PATH = "/callbacks/receipts"
TEXTS_PATH = "/callbacks/texts"

# GOV.UK Notify gives up waiting after five seconds and then sends the callback again.
LONGEST_COMMIT = 4.5


def build_app(database_url: str, tokens: Mapping[str, str]) -> Starlette:
    """The endpoint; `tokens` gives the force of each bearer token."""
    writer = InboxWriter(database_url)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        del app
        task = asyncio.create_task(writer.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def keep_receipt(request: Request) -> Response:
        return await _keep(request, tokens, writer, (KEEP_RECEIPT, read_receipt))

    async def keep_text(request: Request) -> Response:
        return await _keep(request, tokens, writer, (KEEP_TEXT, read_inbound_text))

    routes = [
        Route(RECEIPTS_PATH, keep_receipt, methods=["POST"]),
        Route(TEXTS_PATH, keep_text, methods=["POST"]),
        Route("/health", _health),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def serve(
    database_url: str, port: int, tokens: Mapping[str, str], *, host: str = "127.0.0.1"
) -> None:
    """Answer callbacks until SIGTERM or SIGINT; `tokens` gives the force of each bearer token."""
    app = build_app(database_url, tokens)
    # No access log: it is one line per message and says nothing the inbox does not.
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)


async def _keep(
    request: Request,
    tokens: Mapping[str, str],
    writer: InboxWriter,
    kind: tuple[LiteralString, Callable[[bytes, str], Row]],
) -> Response:
    statement, read = kind
    if not request.headers.get("authorization"):
        return _problem(401, "a bearer token is needed")
    force = _force_of(request, tokens)
    if force is None:
        return _problem(403, "the bearer token is not one of ours")
    try:
        row = read(await _body(request), force)
        await asyncio.wait_for(writer.keep(statement, row), LONGEST_COMMIT)
    except UnreadablePayload as error:
        return _problem(400, str(error))
    except (InboxUnavailable, TimeoutError):
        return _problem(503, "not kept: send it again")
    return Response(status_code=204)


def _force_of(request: Request, tokens: Mapping[str, str]) -> str | None:
    given = request.headers["authorization"].removeprefix("Bearer ").encode()
    found = None
    # Every token is compared, so that the time taken tells nothing.
    for token, force in tokens.items():
        if hmac.compare_digest(token.encode(), given):
            found = force
    return found


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise UnreadablePayload("the body is too long")
    return body


async def _health(request: Request) -> Response:
    del request
    return JSONResponse({"status": "ok"})


def _problem(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status_code=status)
