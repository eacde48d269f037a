{{ config(
    materialized='incremental',
    unique_key='message_id',
    indexes=[{'columns': ['message_id'], 'unique': true}, {'columns': ['updated_at']}],
) }}

with messages as (
    select * from {{ source('dispatch', 'message') }}
    {%- if is_incremental() %}
    -- A transaction that committed late may carry an earlier stamp: look a little further back.
    where
        updated_wall >= (
            select coalesce(max(done.updated_at), '-infinity') - interval '60 seconds' from {{ this }} as done
        )
    {%- endif %}
)

select
    messages.message_id::text as message_id,
    messages.force,
    messages.journey,
    journeys.title as journey_title,
    messages.step,
    steps.title as step_title,
    messages.template,
    templates.title as template_title,
    messages.language,
    messages.channel,
    messages.message_class,
    incidents.incident_ref,
    incidents.incident_type,
    incidents.grade,
    crimes.crime_ref,
    crimes.crime_type,
    messages.case_id::text as case_id,
    messages.person_id::text as person_id,
    messages.state as status,
    messages.state_reason as status_reason,
    messages.accepted_at is not null as is_sent,
    messages.state = 'DELIVERED' as is_delivered,
    messages.created_at,
    messages.send_after,
    messages.accepted_at as sent_at,
    messages.final_at,
    case when messages.state = 'DELIVERED' then messages.final_at end as delivered_at,
    extract(epoch from messages.accepted_wall - messages.created_wall)::numeric(12, 3) as seconds_to_accepted,
    messages.config_version,
    messages.updated_wall as updated_at
from messages
left join {{ ref('journeys') }} as journeys
    on messages.force = journeys.force and messages.journey = journeys.journey
left join {{ ref('journey_steps') }} as steps
    on
        messages.force = steps.force
        and messages.journey = steps.journey
        and messages.step = steps.step
left join {{ ref('templates') }} as templates
    on
        messages.force = templates.force
        and messages.template = templates.template
        and messages.channel = templates.channel
        and messages.language = templates.language
left join {{ ref('core_crimes') }} as crimes on messages.crime_id = crimes.crime_id
left join {{ ref('core_incidents') }} as incidents on messages.case_id = incidents.case_id
