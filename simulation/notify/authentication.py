"""Who is asking: checks the signed token that comes with every request.

What that key may do is decided where it is used.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import jwt
from jwt.types import Options

from simulation.notify.api_errors import ApiError, auth_error
from simulation.notify.registry import ApiKey, Registry, Service

CLOCK_TOLERANCE_SECONDS = 30
_REMEMBERED_TOKENS = 4096


@dataclass(frozen=True)
class Caller:
    """The service and the key that signed the request."""

    service: Service
    key: ApiKey


class Authenticator:
    """Checks tokens; a client signs the same token all second long, so results are remembered."""

    def __init__(self, registry: Registry, *, time: Callable[[], float] = time.time) -> None:
        self._registry = registry
        self._time = time
        self._remembered: dict[str, tuple[Caller, float]] = {}

    def authenticate(self, authorization: str | None) -> Caller:
        """The caller behind an Authorization header; raises ApiError 401 or 403."""
        token = _bearer_token(authorization)
        found = self._remembered.get(token)
        if found is None:
            found = self._verify(token)
            if len(self._remembered) >= _REMEMBERED_TOKENS:
                self._remembered.clear()
            self._remembered[token] = found
        caller, issued_at = found
        if abs(self._time() - issued_at) > CLOCK_TOLERANCE_SECONDS:
            raise auth_error("Error: Your system clock must be accurate to within 30 seconds")
        return caller

    def _verify(self, token: str) -> tuple[Caller, float]:
        service = self._service(_unverified_issuer(token))
        for key in service.api_keys:
            claims = _claims(token, key.secret)
            if claims is None:
                continue
            if key.is_revoked:
                raise auth_error("Invalid token: API key revoked")
            return Caller(service, key), _issued_at(claims)
        raise auth_error("Invalid token: API key not found")

    def _service(self, issuer: str) -> Service:
        try:
            UUID(issuer)
        except ValueError as error:
            raise auth_error("Invalid token: service id is not the right data type") from error
        service = self._registry.services.get(issuer)
        if service is None:
            raise auth_error("Invalid token: service not found")
        if not service.api_keys:
            raise auth_error("Invalid token: service has no API keys")
        return service


def _bearer_token(authorization: str | None) -> str:
    if not authorization:
        raise auth_error("Unauthorized: authentication token must be provided", status=401)
    if authorization[:7].title() != "Bearer ":
        raise auth_error("Unauthorized: authentication bearer scheme must be used", status=401)
    return authorization[7:]


def _unverified_issuer(token: str) -> str:
    try:
        if jwt.get_unverified_header(token).get("alg") != "HS256":
            raise auth_error("Invalid token: algorithm used is not HS256")
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise _bad_signature() from error
    if "iss" not in claims:
        raise auth_error("Invalid token: iss field not provided")
    return str(claims["iss"])


def _claims(token: str, secret: str) -> dict[str, object] | None:
    """The claims if this secret signed the token; times are checked by the caller."""
    unchecked: Options = {
        "verify_iat": False,
        "verify_exp": False,
        "verify_nbf": False,
        "verify_aud": False,
    }
    try:
        claims: dict[str, object] = jwt.decode(
            token, secret, algorithms=["HS256"], options=unchecked
        )
    except jwt.InvalidSignatureError:
        return None
    except jwt.InvalidTokenError as error:
        raise _bad_signature() from error
    return claims


def _issued_at(claims: dict[str, object]) -> float:
    issued_at = claims.get("iat")
    if not isinstance(issued_at, int | float):
        raise auth_error("Invalid token: iat field not provided")
    return float(issued_at)


def _bad_signature() -> ApiError:
    return auth_error("Invalid token: signature, api token not found")
