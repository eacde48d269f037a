"""GET /v2/templates, /v2/template/{id}, a version of it, and a preview with values filled in.

Templates come from the services file and are never changed through the API.
"""

from __future__ import annotations

import html
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulation.notify.api_errors import bad_request, not_found, validation_error
from simulation.notify.registry import Template
from simulation.notify.rendering import fill, missing, placeholders
from simulation.notify.request_forms import TEMPLATE_TYPES, is_uuid, parse_json
from simulation.notify.standin import standin_of

_MADE_AT = "2026-01-01T09:00:00.000000Z"


async def get_templates(request: Request) -> Response:
    """The newest version of every template of the caller's service, or of one type."""
    standin = standin_of(request)
    service = standin.caller(request).service
    wanted = request.query_params.get("type")
    if wanted is not None and wanted not in TEMPLATE_TYPES:
        raise validation_error(f"type {wanted} is not one of [{', '.join(TEMPLATE_TYPES)}]")
    templates = standin.registry.templates(service.id)
    shown = [_serialise(each) for each in templates if wanted in (None, each.type)]
    return JSONResponse({"templates": shown})


async def get_template(request: Request) -> Response:
    """The newest version of one template."""
    return JSONResponse(_serialise(_requested(request)))


async def get_template_version(request: Request) -> Response:
    """One version of one template."""
    version = request.path_params["version"]
    if not version.isdigit():
        raise validation_error(f"version {version} is not of type integer")
    return JSONResponse(_serialise(_requested(request, version=int(version))))


async def preview_template(request: Request) -> Response:
    """The newest version with the given personalisation filled in; nothing is sent."""
    template = _requested(request)
    values = _personalisation(await request.body())
    needed = missing(f"{template.subject or ''}\n{template.body}", values)
    if needed:
        raise bad_request(f"Missing personalisation: {', '.join(needed)}")
    body = fill(template.body, values).strip()
    return JSONResponse(
        {
            "id": template.id,
            "type": template.type,
            "version": template.version,
            "body": body,
            "html": f"<p>{html.escape(body)}</p>" if template.type == "email" else None,
            "subject": fill(template.subject, values) if template.subject else None,
            "postage": None,
        }
    )


def _requested(request: Request, *, version: int | None = None) -> Template:
    standin = standin_of(request)
    service = standin.caller(request).service
    template_id = request.path_params["template_id"]
    if not is_uuid(template_id):
        raise validation_error("id is not a valid UUID")
    template_id = str(UUID(template_id))
    registry = standin.registry
    found = (
        registry.template(service.id, template_id)
        if version is None
        else registry.template_version(service.id, template_id, version)
    )
    if found is None:
        raise not_found()
    return found


def _personalisation(body: bytes) -> dict[str, object]:
    form = parse_json(body) if body else {}
    values = form.get("personalisation") if isinstance(form, dict) else None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise validation_error("personalisation is not of type object")
    return values


def _serialise(template: Template) -> dict[str, object]:
    names = placeholders(f"{template.subject or ''}\n{template.body}")
    return {
        "id": template.id,
        "name": template.name,
        "type": template.type,
        "created_at": _MADE_AT,
        "updated_at": None if template.version == 1 else _MADE_AT,
        "created_by": "journey.owner@example.org",
        "version": template.version,
        "body": template.body,
        "subject": template.subject,
        "letter_contact_block": None,
        "personalisation": {name: {"required": True} for name in names},
        "postage": None,
    }
