"""The last check of a message looks its case up, however many people a force knows."""

from __future__ import annotations

from tests.dbt.kent import Kent

MANY_INVOLVEMENTS = """
insert into core.core_involvements
    (force, involvement_key, person_key, incident_key, crime_key, role, is_deleted)
select 'kent', n, n, n, n, 'victim', false from generate_series(1, 20000) as n
"""
MANY_PEOPLE = """
insert into core.core_people (force, person_key, person_id, is_deleted)
select 'kent', n, control.uuid5(n::text), false from generate_series(1, 20000) as n
"""
LAST_CHECK = """
explain select * from journeys.message_recheck
where message_id = any(array['00000000-0000-4000-8000-000000000000'::uuid])
"""


def test_the_last_check_does_not_read_every_involvement(kent: Kent) -> None:
    kent.connection.execute(MANY_INVOLVEMENTS)
    kent.connection.execute(MANY_PEOPLE)
    kent.connection.execute("analyze")
    plan = [str(row[0]).strip() for row in kent.connection.execute(LAST_CHECK)]
    looked_up = {
        key
        for key in ("crime_key", "incident_key")
        for line in plan
        if line.startswith("Index Cond") and f"({key} = ANY" in line
    }
    assert looked_up == {"crime_key", "incident_key"}, "\n".join(plan)
    assert not any("hashed SubPlan" in line for line in plan), "\n".join(plan)
