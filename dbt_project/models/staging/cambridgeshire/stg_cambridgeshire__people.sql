with source as (
    select * from {{ source('raw_cambridgeshire', 'people') }}
),

renamed as (
    select
        {{ landed_columns('cambridgeshire') }},
        row_updated_utc as recorded_at,
        person_key::text as person_key,
        given_name,
        family_name,
        birth_date as date_of_birth,
        mobile as mobile_raw,
        email as email_raw,
        language_id::text as language_code,
        is_deceased,
        is_safe_contact_only,
        is_vulnerable,
        preferred_channel_id::text as preferred_channel_code,
        has_opted_out
    from source
)

select * from renamed
