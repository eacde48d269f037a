-- A decision to send and its message are written together. Returns decisions without a message, and
-- messages without a decision to send.
with sends as (
    select
        decision_id,
        force,
        dedupe_key
    from {{ ref('fct_journey_decision') }}
    where decision = 'send'
),

messages as (
    select
        decision_id,
        force,
        dedupe_key
    from {{ source('dispatch', 'message') }}
)

select
    sends.decision_id as decided,
    messages.decision_id as handed_over
from sends
full outer join messages
    on
        sends.decision_id = messages.decision_id
        and sends.force = messages.force
        and sends.dedupe_key = messages.dedupe_key
where sends.decision_id is null or messages.decision_id is null
