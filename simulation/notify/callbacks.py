"""Posting receipts and received texts to the services, with the real API's rules for trying again.

Tried again after a network error, 5xx or 429, up to five times; after any other 4xx never.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import urllib3

from simulation.notify.registry import Service
from simulation.notify.standin import Standin
from simulation.notify.store import CallbackResult, WaitingCallback

RECEIVED_TEXT_KIND = "received-text"
MAX_RETRIES = 5
_AT_ONCE = 24
_NETWORK_ERROR = 0


class CallbackPoster:
    """Posts due callbacks on a few threads; all storing happens on the event loop's thread."""

    def __init__(self, standin: Standin) -> None:
        self._standin = standin
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="callback")
        self._pool = urllib3.PoolManager(maxsize=_AT_ONCE, retries=False)
        self._in_flight: set[int] = set()
        self._results: list[CallbackResult] = []

    def post_due(self) -> None:
        """Start posting what is due, as far as threads are free."""
        self._settle()
        free = _AT_ONCE - len(self._in_flight)
        if free <= 0:
            return
        limit = free + len(self._in_flight)
        for callback in self._standin.store.due_callbacks(now=time.time(), limit=limit):
            if callback.seq not in self._in_flight and len(self._in_flight) < _AT_ONCE:
                self._start(callback)

    def close(self) -> None:
        """Give up what is being posted; it is posted again after a restart."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._settle()

    def _start(self, callback: WaitingCallback) -> None:
        loop = asyncio.get_running_loop()
        self._in_flight.add(callback.seq)
        task = loop.run_in_executor(self._threads, self._post, callback)
        task.add_done_callback(lambda done: self._finish(callback, done))

    def _finish(self, callback: WaitingCallback, done: asyncio.Future[int]) -> None:
        if not done.cancelled():
            self._results.append(self._result(callback, done.result()))

    def _settle(self) -> None:
        if self._results:
            self._standin.store.settle_callbacks(self._results)
            self._in_flight -= {result.seq for result in self._results}
            self._results = []

    def _result(self, callback: WaitingCallback, status: int) -> CallbackResult:
        attempts = callback.attempts + 1
        if 200 <= status < 400:
            return CallbackResult(attempts, "delivered", None, callback.seq)
        if status not in (_NETWORK_ERROR, 429) and status < 500:
            return CallbackResult(attempts, "refused", None, callback.seq)
        if attempts > MAX_RETRIES:
            return CallbackResult(attempts, "exhausted", None, callback.seq)
        again_at = time.time() + self._standin.settings.callback_retry_seconds
        return CallbackResult(attempts, "waiting", again_at, callback.seq)

    def _post(self, callback: WaitingCallback) -> int:
        """The HTTP status, or 0 when there was no answer."""
        service = self._standin.registry.services.get(callback.service)
        url = _url(service, callback.kind)
        if service is None or service.callback is None or url is None:
            return 404
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {service.callback.bearer_token}",
        }
        try:
            answer = self._pool.request(
                "POST",
                url,
                body=callback.body.encode(),
                headers=headers,
                timeout=self._standin.settings.callback_timeout_seconds,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError:
            return _NETWORK_ERROR
        return answer.status


def _url(service: Service | None, kind: str) -> str | None:
    if service is None or service.callback is None:
        return None
    if kind == RECEIVED_TEXT_KIND:
        return service.callback.received_texts_url
    return service.callback.receipts_url
