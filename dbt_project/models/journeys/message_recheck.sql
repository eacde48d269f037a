{{ config(materialized='view') }}

-- What is true of a message at this moment. Dispatch asks just before it sends, because minutes
-- or days may have passed since the decision.
select
    message.message_id,
    case
        when message.expire_at <= control.now() then 'expire'
        when people.person_id is null or people.is_deleted then 'hold'
        when people.is_deceased or people.has_opted_out or opt_out.is_there then 'suppress'
        when people.is_safe_contact_only then 'hold'
        when (contact.current_point is distinct from message.recipient) then 'hold'
        when suspects.is_recipient or suspects.shares_contact then 'hold'
        when abuse.is_there and message.message_class != 'S' then 'hold'
        when not coalesce(involved.is_there, false) then 'suppress'
        when overtaken.is_there then 'suppress'
        when message.send_after > control.now() or opening.opens_at > control.now() then 'wait'
        else 'send'
    end as verdict,
    case
        when message.expire_at <= control.now() then 'expired'
        when people.person_id is null or people.is_deleted then 'person_removed'
        when people.is_deceased then 'deceased'
        when people.has_opted_out or opt_out.is_there then 'opted_out'
        when people.is_safe_contact_only then 'safe_contact_only'
        when (contact.current_point is distinct from message.recipient) then 'contact_point_changed'
        when suspects.is_recipient then 'victim_is_also_suspect'
        when suspects.shares_contact then 'contact_point_shared_with_suspect'
        when abuse.is_there and message.message_class != 'S' then 'case_became_sensitive'
        when not coalesce(involved.is_there, false) then 'no_longer_involved'
        when overtaken.is_there then 'overtaken'
        when message.send_after > control.now() then 'not_due'
        when opening.opens_at > control.now() then 'outside_window'
    end as reason,
    greatest(message.send_after, opening.opens_at) as not_before
from {{ source('dispatch', 'message') }} as message
left join {{ ref('core_people') }} as people on message.person_id = people.person_id
left join lateral (
    select case message.channel when 'sms' then people.mobile else people.email end as current_point
) as contact on true
left join lateral (
    select true as is_there
    from {{ source('dispatch', 'opt_out') }} as o
    where
        o.contact_point in (message.recipient, people.mobile, people.email)
        and coalesce(o.force, message.force) = message.force
        and coalesce(o.case_id, message.case_id) = message.case_id
    limit 1
) as opt_out on true
-- Arrays, not `in`: only for them does PostgreSQL look both keys up instead of reading everyone.
left join lateral (
    select
        bool_or(i.person_key = people.person_key) as is_recipient,
        bool_or(
            i.person_key != people.person_key
            and message.recipient in (suspect.mobile, suspect.email)
        ) as shares_contact
    from {{ ref('core_involvements') }} as i
    inner join {{ ref('core_people') }} as suspect
        on i.force = suspect.force and i.person_key = suspect.person_key
    where
        i.force = message.force
        and i.role = 'suspect'
        and not i.is_deleted
        and (
            i.crime_key = any(array(
                select c.crime_key from {{ ref('core_crimes') }} as c
                where c.case_id = message.case_id
            ))
            or i.incident_key = any(array(
                select n.incident_key from {{ ref('core_incidents') }} as n
                where n.case_id = message.case_id
            ))
        )
) as suspects on true
left join lateral (
    select true as is_there
    from {{ ref('core_crimes') }} as c
    where c.case_id = message.case_id and c.is_domestic_abuse
    limit 1
) as abuse on true
left join lateral (
    select true as is_there
    from {{ ref('core_involvements') }} as i
    where
        i.force = people.force
        and i.person_key = people.person_key
        and not i.is_deleted
        and i.ended_at is null
        and i.role != 'suspect'
        and (
            i.crime_key = any(array(
                select c.crime_key from {{ ref('core_crimes') }} as c
                where c.case_id = message.case_id
            ))
            or i.incident_key = any(array(
                select n.incident_key from {{ ref('core_incidents') }} as n
                where n.case_id = message.case_id
            ))
        )
    limit 1
) as involved on true
left join lateral (
    -- The change that caused the message is no longer what the record says.
    select true as is_there
    from {{ ref('fct_journey_decision') }} as decision
    inner join {{ ref('fct_case_state_change') }} as cause on decision.change_id = cause.change_id
    inner join {{ ref('fct_case_state_change') }} as later
        on
            cause.subject_id = later.subject_id
            and later.kind != 'correction'
            and cause.version_id < later.version_id
            and cause.to_value != later.to_value
    where
        decision.decision_id = message.decision_id
        and cause.attribute not in ('suspect_event', 'grade')
    limit 1
) as overtaken on true
left join lateral (
    select w.opens_at
    from {{ ref('window_openings') }} as w
    where
        w.force = message.force
        and w.send_window = message.send_window
        and w.closes_at > control.now()
    order by w.closes_at
    limit 1
) as opening on true
