"""The errors that the real API answers with, and their JSON bodies.

Which rule raises which error lives beside the rule.
"""

from __future__ import annotations

from collections.abc import Sequence


class ApiError(Exception):
    """An error answer: HTTP status, error class name and one message for each problem."""

    def __init__(self, status: int, error: str, messages: str | Sequence[str]) -> None:
        self.status = status
        self.error = error
        self.messages = [messages] if isinstance(messages, str) else list(messages)
        super().__init__(f"{status} {error}")

    def body(self) -> dict[str, object]:
        """The JSON body, in the shape that the official clients read."""
        errors = [{"error": self.error, "message": message} for message in self.messages]
        return {"status_code": self.status, "errors": errors}


def validation_error(messages: str | Sequence[str]) -> ApiError:
    """400: the request does not have the right fields or types."""
    return ApiError(400, "ValidationError", messages)


def bad_request(message: str) -> ApiError:
    """400: the fields are well formed, and still it cannot be sent."""
    return ApiError(400, "BadRequestError", message)


def auth_error(message: str, *, status: int = 403) -> ApiError:
    """401 or 403: no token, a wrong token or a wrong clock."""
    return ApiError(status, "AuthError", message)


def not_found() -> ApiError:
    """404: this service has no such thing."""
    return ApiError(404, "NoResultFound", "No result found")


def rate_limited(*, key_type: str, limit: int) -> ApiError:
    """429: too many requests in the last minute with keys of this type."""
    shown = "LIVE" if key_type == "normal" else key_type.upper()
    message = f"Exceeded rate limit for key type {shown} of {limit} requests per 60 seconds"
    return ApiError(429, "RateLimitError", message)


def daily_limit_reached(*, channel: str, limit: int) -> ApiError:
    """429: the service has sent all it may today (UTC)."""
    message = f"Exceeded send limits ({channel}: {limit}) for today"
    return ApiError(429, "TooManyRequestsError", message)


def internal_error() -> ApiError:
    """500: what the real API says when anything unexpected happens."""
    return ApiError(500, "Exception", "Internal server error")
