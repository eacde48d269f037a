"""Puts the routes together and runs the background work: statuses and callbacks.

Each route's behaviour lives in its own module; starting the process lives in `__main__.py`.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from simulation.notify import admin, page, reading, sending, template_api
from simulation.notify.api_errors import ApiError
from simulation.notify.callbacks import CallbackPoster
from simulation.notify.connection import Hang, Reset
from simulation.notify.faults import DOWN
from simulation.notify.lifecycle import advance
from simulation.notify.standin import Standin

_API = "/v2/"
_TICK_SECONDS = 0.02

_ROUTES = [
    Route("/v2/notifications/sms", sending.post_sms, methods=["POST"]),
    Route("/v2/notifications/email", sending.post_email, methods=["POST"]),
    Route("/v2/notifications", reading.get_notifications),
    Route("/v2/notifications/{notification_id}", reading.get_notification),
    Route("/v2/received-text-messages", reading.get_received_texts),
    Route("/v2/templates", template_api.get_templates),
    Route("/v2/template/{template_id}", template_api.get_template),
    Route("/v2/template/{template_id}/version/{version}", template_api.get_template_version),
    Route("/v2/template/{template_id}/preview", template_api.preview_template, methods=["POST"]),
    Route("/", page.conversations),
]


def build_app(standin: Standin) -> Starlette:
    """The whole stand-in as an ASGI application."""

    @asynccontextmanager
    async def background(_: Starlette) -> AsyncIterator[None]:
        poster = CallbackPoster(standin)
        task = asyncio.create_task(_work(standin, poster))
        task.add_done_callback(_end_if_failed)
        yield
        task.cancel()
        poster.close()
        standin.store.close()

    app = Starlette(
        routes=[*_ROUTES, *admin.ROUTES],
        exception_handlers={ApiError: _api_error, HTTPException: _http_error},
        middleware=[Middleware(_Outage, standin=standin)],
        lifespan=background,
    )
    app.state.standin = standin
    return app


async def _work(standin: Standin, poster: CallbackPoster) -> None:
    while True:
        has_more = advance(standin) > 0
        poster.post_due()
        await asyncio.sleep(_TICK_SECONDS / 4 if has_more else _TICK_SECONDS)


def _end_if_failed(task: asyncio.Task[None]) -> None:
    """A stand-in that accepts messages and delivers none would only mislead its users."""
    if not task.cancelled() and (error := task.exception()):
        logging.getLogger("uvicorn.error").critical("the stand-in stops", exc_info=error)
        os._exit(1)


class _Outage:
    """While a `down` fault lasts, the whole API is away; the admin surface stays."""

    def __init__(self, app: ASGIApp, standin: Standin) -> None:
        self._app = app
        self._standin = standin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp = self._app
        if scope["type"] == "http" and scope["path"].startswith(_API):
            answer = self._outage(scope) or self._app
        await answer(scope, receive, send)

    def _outage(self, scope: Scope) -> Response | None:
        fault = self._standin.faults.take(DOWN, self._service(scope))
        if fault is None:
            return None
        if fault.answer == "timeout":
            return Hang(fault.seconds)
        if fault.answer == "reset":
            return Reset()
        return Response("<html><body>503 Service Unavailable</body></html>", status_code=503)

    def _service(self, scope: Scope) -> str | None:
        if not self._standin.faults.has_any(DOWN):
            return None
        try:
            return self._standin.caller(Request(scope)).service.id
        except ApiError:
            return None


async def _api_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    return JSONResponse(error.body(), status_code=error.status)


async def _http_error(_: Request, error: Exception) -> Response:
    """Unknown paths and methods, in the words of the real API."""
    if not isinstance(error, HTTPException):
        raise error
    message = "Method is not allowed" if error.status_code == 405 else "Not found"
    body = {"result": "error", "message": message}
    return JSONResponse(body, status_code=error.status_code)
