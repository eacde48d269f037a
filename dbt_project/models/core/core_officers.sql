{{ config(
    materialized='incremental',
    unique_key=['force', 'officer_key'],
    indexes=[{'columns': ['force', 'officer_key'], 'unique': true}],
) }}

with staged as (
    {{ staged('officers') }}
),

newest as (
    {{ newest_version('staged') }}
)

select
    force,
    officer_key,
    collar_number,
    display_name,
    rank,
    team,
    supervisor_key,
    email,
    is_deleted,
    version_id,
    batch_id,
    landed_at
from newest
