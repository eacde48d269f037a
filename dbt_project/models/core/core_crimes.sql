{{ config(
    materialized='incremental',
    unique_key=['force', 'crime_key'],
    indexes=[
        {'columns': ['force', 'crime_key'], 'unique': true},
        {'columns': ['case_id']},
        {'columns': ['crime_id']},
        {'columns': ['force', 'crime_ref']},
    ],
) }}

with staged as (
    {{ staged('crimes') }}
),

newest as (
    {{ newest_version('staged') }}
)

select
    newest.force,
    newest.crime_key,
    {{ uuid5(["'crime'", 'newest.force', 'newest.crime_key']) }} as crime_id,
    {{ crime_case_id('newest') }} as case_id,
    newest.crime_ref,
    newest.incident_key,
    newest.crimed_at,
    newest.occurred_at,
    {{ canonical('types', 'newest.crime_type_code') }} as crime_type,
    newest.home_office_class,
    coalesce(newest.is_domestic_abuse, false) as is_domestic_abuse,
    {{ canonical('statuses', 'newest.status_code') }} as crime_status,
    newest.officer_key,
    newest.area_code as area,
    newest.is_deleted,
    newest.version_id,
    newest.batch_id,
    newest.landed_at
from newest
{{ join_codes('types', 'crime_type', 'newest', 'crime_type_code') }}
{{ join_codes('statuses', 'crime_status', 'newest', 'status_code') }}
