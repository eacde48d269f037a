"""From a received STOP, or an opt-out that anybody recorded, to queued messages that stay here.

Which words mean STOP lives in `stop_words`; how texts arrive lives in `sensors/inbox`.
"""

from __future__ import annotations

from typing import Any

import psycopg

from notifiers.contact_points import normalise_phone
from notifiers.crash import crash_point
from notifiers.stop_words import Handling, read_text

BATCH = 200

CHOOSE = """
select inbound_text_id, source_number, body
from inbox.inbound_text
where handled_at is null
order by inbound_text_id
limit %s
for update skip locked
"""

HANDLE = """
update inbox.inbound_text
set handling = %(handling)s, handled_at = control.now()
where inbound_text_id = %(id)s
returning force, received_at
"""

# The person said it to one force; other forces' services have numbers of their own.
OPT_OUT = """
insert into dispatch.opt_out (opt_out_id, force, contact_point, source, received_at)
values (
    control.uuid5('opt-out/' || coalesce(%(force)s, '*') || '/' || %(contact_point)s),
    %(force)s, %(contact_point)s, 'text', %(received_at)s
)
on conflict do nothing
"""

SUPPRESS = """
with fresh as (
    update dispatch.opt_out
    set applied_at = control.now()
    where applied_at is null
    returning force, contact_point, case_id
)
update dispatch.message as m
set state = 'SUPPRESSED',
    state_reason = 'opted out',
    lease_until = null,
    final_at = control.now()
from fresh as o
where m.recipient = o.contact_point
    and m.state in ('READY', 'LEASED')
    and (o.force is null or o.force = m.force)
    and (o.case_id is null or o.case_id = m.case_id)
"""


def handle_received_texts(connection: psycopg.Connection[Any]) -> int:
    """Read new texts and record opt-outs, in one transaction; returns how many texts it read.

    A STOP whose number cannot be read is kept for a person, as is any wording that is like one.
    """
    with connection.transaction():
        texts = connection.execute(CHOOSE, [BATCH]).fetchall()
        for text_id, source_number, body in texts:
            handling = read_text(body)
            contact_point = normalise_phone(source_number)
            if handling is Handling.OPT_OUT and contact_point is None:
                handling = Handling.PERSON
            row = connection.execute(HANDLE, {"handling": handling.value, "id": text_id}).fetchone()
            if handling is Handling.OPT_OUT and row is not None:
                parameters = {
                    "force": row[0],
                    "contact_point": contact_point,
                    "received_at": row[1],
                }
                connection.execute(OPT_OUT, parameters)
        crash_point("before_texts_commit")
    return len(texts)


def suppress_opted_out(connection: psycopg.Connection[Any]) -> int:
    """Suppress what is queued for new opt-outs, whoever recorded them; returns how many."""
    return connection.execute(SUPPRESS).rowcount
