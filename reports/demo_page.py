"""Renders the demo's summary as one static page that needs no network and no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

TEMPLATES = Path(__file__).parent / "templates"
BY_TEMPLATE = """
    select force, template_title, channel, coalesce(crime_or_incident_type, 'not known') as type,
           sum(sent) as sent, sum(delivered) as delivered, sum(not_delivered) as not_delivered
    from marts.mart_daily_summary
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
"""
MEANINGS = "select reason_code, meaning from seeds.reason_codes"


def write_demo_page(
    connection: psycopg.Connection[Any], summary: Mapping[str, Any], path: Path
) -> Path:
    """Write the page for `summary`, with the mart's numbers by template; returns `path`."""
    rows = connection.cursor(row_factory=psycopg.rows.dict_row).execute(BY_TEMPLATE).fetchall()
    meanings = dict(connection.execute(MEANINGS).fetchall())
    path.write_text(render_demo_page(summary, rows, meanings), encoding="utf-8")
    return path


def render_demo_page(
    summary: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], meanings: Mapping[str, str]
) -> str:
    """The page as HTML. `rows` are the mart's, `meanings` explain reason codes."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("demo.html")
    return page.render(summary=summary, rows=rows, meanings=meanings)
