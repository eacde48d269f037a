{{ config(
    materialized='incremental',
    unique_key=['force', 'person_key'],
    indexes=[
        {'columns': ['force', 'person_key'], 'unique': true},
        {'columns': ['person_id']},
        {'columns': ['mobile']},
        {'columns': ['email']},
    ],
) }}

with staged as (
    {{ staged('people') }}
),

newest as (
    {{ newest_version('staged') }}
)

select
    newest.force,
    newest.person_key,
    {{ uuid5(["'person'", 'newest.force', 'newest.person_key']) }} as person_id,
    newest.given_name,
    newest.family_name,
    newest.date_of_birth,
    {{ uk_mobile('newest.mobile_raw') }} as mobile,
    nullif(trim(newest.mobile_raw), '') is not null as has_mobile_text,
    {{ plain_email('newest.email_raw') }} as email,
    nullif(trim(newest.email_raw), '') is not null as has_email_text,
    coalesce({{ canonical('languages', 'newest.language_code') }}, 'en') as language,
    coalesce({{ canonical('channels', 'newest.preferred_channel_code') }}, 'any') as preferred_channel,
    coalesce(newest.is_deceased, false) as is_deceased,
    coalesce(newest.is_safe_contact_only, false) as is_safe_contact_only,
    coalesce(newest.is_vulnerable, false) as is_vulnerable,
    coalesce(newest.has_opted_out, false) as has_opted_out,
    newest.is_deleted,
    newest.version_id,
    newest.batch_id,
    newest.landed_at
from newest
{{ join_codes('languages', 'language', 'newest', 'language_code') }}
{{ join_codes('channels', 'contact_channel', 'newest', 'preferred_channel_code') }}
