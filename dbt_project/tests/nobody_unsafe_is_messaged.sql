-- No decision to send was for a person who, as known at that time, is dead, may be under 18, or may be
-- contacted in an agreed safe way only. A marker set later is the re-check's business, so only people
-- whose record has not changed since are looked at. Returns such decisions.
select
    decisions.decision_id,
    decisions.force
from {{ ref('fct_journey_decision') }} as decisions
inner join {{ ref('core_people') }} as people on decisions.person_id = people.person_id
where
    decisions.decision = 'send'
    and people.landed_at <= decisions.decided_at
    and people.batch_id <= decisions.batch_id
    and (
        people.is_deceased
        or people.is_safe_contact_only
        or people.date_of_birth is null
        or people.date_of_birth > (decisions.landed_at - interval '18 years')::date
    )
