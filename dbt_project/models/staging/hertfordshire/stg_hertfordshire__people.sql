with source as (
    select * from {{ source('raw_hertfordshire', 'people') }}
),

renamed as (
    select
        {{ landed_columns('hertfordshire') }},
        row_updated_utc as recorded_at,
        person_id::text as person_key,
        given_name,
        family_name,
        birth_date as date_of_birth,
        mobile as mobile_raw,
        email as email_raw,
        language_code::text as language_code,
        is_deceased = 1 as is_deceased,
        is_safe_contact_only = 1 as is_safe_contact_only,
        is_vulnerable = 1 as is_vulnerable,
        preferred_channel_code::text as preferred_channel_code,
        has_opted_out = 1 as has_opted_out
    from source
)

select * from renamed
