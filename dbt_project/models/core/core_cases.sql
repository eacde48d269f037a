{{ config(materialized='view') }}

-- A case is an incident with the crimes that came of it, or a crime recorded without an incident.
with incidents as (
    select * from {{ ref('core_incidents') }}
),

crimes as (
    select * from {{ ref('core_crimes') }}
)

select
    incidents.force,
    incidents.case_id,
    incidents.incident_ref as case_ref,
    incidents.incident_key,
    incidents.created_at as opened_at
from incidents

union all

select
    crimes.force,
    crimes.case_id,
    crimes.crime_ref as case_ref,
    null as incident_key,
    crimes.crimed_at as opened_at
from crimes
where crimes.incident_key is null
