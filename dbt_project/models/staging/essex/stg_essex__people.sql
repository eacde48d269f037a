with source as (
    select * from {{ source('raw_essex', 'people') }}
),

renamed as (
    select
        {{ landed_columns('essex') }},
        {{ local_time('updated') }} as recorded_at,
        nominal_no::text as person_key,
        first_name as given_name,
        last_name as family_name,
        birth_date as date_of_birth,
        mobile as mobile_raw,
        email as email_raw,
        trim(language_cd) as language_code,
        deceased = 'YES' as is_deceased,
        safe_contact = 'YES' as is_safe_contact_only,
        vulnerable = 'YES' as is_vulnerable,
        trim(prefers_cd) as preferred_channel_code,
        opted_out = 'YES' as has_opted_out
    from source
)

select * from renamed
