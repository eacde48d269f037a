{{ config(
    materialized='incremental',
    unique_key=['force', 'incident_key'],
    indexes=[
        {'columns': ['force', 'incident_key'], 'unique': true},
        {'columns': ['case_id']},
        {'columns': ['force', 'incident_ref']},
    ],
) }}

with staged as (
    {{ staged('incidents') }}
),

newest as (
    {{ newest_version('staged') }}
)

select
    newest.force,
    newest.incident_key,
    {{ incident_case_id('newest') }} as case_id,
    newest.incident_ref,
    newest.created_at,
    {{ canonical('types', 'newest.incident_type_code') }} as incident_type,
    {{ canonical('grades', 'newest.grade_code') }} as grade,
    newest.expected_arrival_at,
    newest.arrived_at,
    {{ canonical('statuses', 'newest.status_code') }} as incident_status,
    newest.closed_at,
    newest.area_code as area,
    {{ canonical('origins', 'newest.source_code') }} as incident_source,
    newest.is_deleted,
    newest.version_id,
    newest.batch_id,
    newest.landed_at
from newest
{{ join_codes('types', 'incident_type', 'newest', 'incident_type_code') }}
{{ join_codes('grades', 'grade', 'newest', 'grade_code') }}
{{ join_codes('statuses', 'incident_status', 'newest', 'status_code') }}
{{ join_codes('origins', 'incident_source', 'newest', 'source_code') }}
