"""What is asked many times a second is answered from indexes, however full the outbox."""

from __future__ import annotations

import pytest

from notifiers.receipts import CHOOSE
from tests.notifiers.bench import Bench

RECEIPT = """
insert into inbox.receipt (provider_id, reference, status, occurred_at, source, force)
select gen_random_uuid(), reference, 'delivered', now(), 'callback', 'kent'
from unnest(array['no reference of ours', (
    select reference::text from dispatch.message limit 1
)]) as r (reference)
"""


@pytest.fixture
def full(bench: Bench) -> Bench:
    """An outbox that is large enough for a scan of it to be noticed."""
    bench.queue(5000)
    bench.run(RECEIPT)
    for table in ("dispatch.message", "inbox.receipt"):
        bench.run(f"analyze {table}")
    return bench


def test_receipts_find_their_messages_without_reading_them_all(full: Bench) -> None:
    plan = "\n".join(row[0] for row in full.run(f"explain {CHOOSE}", [500]))
    assert "Seq Scan on message" not in plan, plan


def test_a_reference_that_is_none_of_ours_disturbs_no_other(full: Bench) -> None:
    found = full.run(CHOOSE, [500])
    assert [row[4] is not None for row in found] == [True]
