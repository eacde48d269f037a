"""Why something was or was not said in a case: its changes, decisions, messages and events.

Looking at one case is a consultation of personal records, so it is logged by whoever calls this.
No name, number or address is shown.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

FIND = """
    select case_id from core.core_incidents where force = %(force)s and incident_ref = %(ref)s
    union
    select case_id from core.core_crimes where force = %(force)s and crime_ref = %(ref)s
"""
CHANGES = """
    select attribute, from_value, to_value, kind, valid_at, recorded_at, landed_at,
           source_key, version_id, batch_id, change_id::text as change_id
    from facts.fct_case_state_change
    where case_id = any(%s)
    order by landed_at, version_id, attribute
"""
DECISIONS = """
    select d.change_id::text as change_id, d.journey, d.step, d.decision, d.reason_code,
           coalesce(r.meaning, 'A rule of the force''s own excludes it.') as meaning, d.rule,
           d.channel, d.send_after, d.expire_at, d.decided_at, d.config_version,
           d.person_id::text as person_id, d.decision_id::text as decision_id
    from journeys.fct_journey_decision as d
    left join seeds.reason_codes as r on d.reason_code = r.reason_code
    where d.case_id = any(%s)
    order by d.decided_at, d.journey, d.step
"""
MESSAGES = """
    select m.decision_id::text as decision_id, m.message_id::text as message_id, m.state,
           m.state_reason, m.channel, m.template, m.send_after, m.accepted_at, m.final_at,
           (
               select json_agg(json_build_object(
                   'at', e.at, 'from', e.from_state, 'to', e.to_state, 'reason', e.reason
               ) order by e.event_id)
               from dispatch.event as e where e.message_id = m.message_id
           ) as events
    from dispatch.message as m
    where m.case_id = any(%s)
    order by m.created_at
"""


class CaseNotFound(LookupError):
    """No incident or crime of this force has that reference."""


def explain_case(connection: psycopg.Connection[Any], force: str, ref: str) -> dict[str, Any]:
    """Everything known about the case with this incident or crime reference. CaseNotFound."""
    cursor = connection.cursor(row_factory=dict_row)
    found = cursor.execute(FIND, {"force": force, "ref": ref}).fetchall()
    if not found:
        raise CaseNotFound(
            f"{force} has no incident or crime with the reference {ref!r}. "
            "References are compared letter by letter; has the case been landed (kept status)?"
        )
    cases = [row["case_id"] for row in found]
    return {
        "force": force,
        "ref": ref,
        "changes": cursor.execute(CHANGES, [cases]).fetchall(),
        "decisions": cursor.execute(DECISIONS, [cases]).fetchall(),
        "messages": cursor.execute(MESSAGES, [cases]).fetchall(),
    }
