{{ config(
    materialized='incremental',
    unique_key=['force', 'involvement_key'],
    indexes=[
        {'columns': ['force', 'involvement_key'], 'unique': true},
        {'columns': ['force', 'incident_key']},
        {'columns': ['force', 'crime_key']},
        {'columns': ['force', 'person_key']},
        {'columns': ['batch_id']},
    ],
) }}

with staged as (
    {{ staged('involvements') }}
),

newest as (
    {{ newest_version('staged') }}
)

select
    newest.force,
    newest.involvement_key,
    newest.person_key,
    newest.incident_key,
    newest.crime_key,
    {{ canonical('roles', 'newest.role_code') }} as role,
    {{ canonical('relationships', 'newest.relationship_code') }} as relationship,
    newest.started_at,
    newest.ended_at,
    newest.is_deleted,
    newest.is_baseline,
    newest.version_id,
    newest.batch_id,
    newest.landed_at
from newest
{{ join_codes('roles', 'role', 'newest', 'role_code') }}
{{ join_codes('relationships', 'relationship', 'newest', 'relationship_code') }}
