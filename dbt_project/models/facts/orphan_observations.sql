{{ config(
    materialized='incremental',
    unique_key=['force', 'feed', 'version_id'],
    indexes=[
        {'columns': ['force', 'feed', 'version_id'], 'unique': true},
        {'columns': ['force', 'crime_key']},
    ],
) }}

-- Rows about a crime that has not arrived. They wait here, are counted, and become facts in the
-- run that brings the crime.
with outcomes as (
    {{ staged('outcomes') }}
),

suspect_events as (
    {{ staged('suspect_events') }}
),

children as (
    select
        force,
        'outcomes' as feed,
        version_id,
        source_key,
        crime_key,
        batch_id,
        landed_at
    from outcomes
    where not is_deleted
    union all
    select
        force,
        'suspect_events' as feed,
        version_id,
        source_key,
        crime_key,
        batch_id,
        landed_at
    from suspect_events
    where not is_deleted
)

select
    children.*,
    'crime_not_arrived' as reason
from children
left join {{ ref('core_crimes') }} as crimes
    on children.force = crimes.force and children.crime_key = crimes.crime_key
where crimes.crime_key is null
