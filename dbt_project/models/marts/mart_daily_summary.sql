{{ config(materialized='table') }}

with messages as (
    select * from {{ ref('mart_messages') }}
)

select
    force,
    (coalesce(sent_at, created_at) at time zone 'Europe/London')::date as day_on,
    journey_title,
    template_title,
    channel,
    coalesce(crime_type, incident_type) as crime_or_incident_type,
    count(*) as messages,
    count(*) filter (where is_sent) as sent,
    count(*) filter (where is_delivered) as delivered,
    count(*) filter (where status in ('PERMANENT', 'TEMPORARY', 'TECHNICAL')) as not_delivered,
    count(*) filter (where status in ('HELD', 'SUPPRESSED', 'EXPIRED', 'REFUSED')) as not_sent,
    count(*) filter (where status in ('READY', 'LEASED', 'INFLIGHT', 'UNKNOWN', 'ACCEPTED')) as under_way
from messages
group by 1, 2, 3, 4, 5, 6
