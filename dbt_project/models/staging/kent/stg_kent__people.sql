with source as (
    select * from {{ source('raw_kent', 'people') }}
),

renamed as (
    select
        {{ landed_columns('kent') }},
        {{ local_time('last_updated') }} as recorded_at,
        person_id::text as person_key,
        forename as given_name,
        surname as family_name,
        dob as date_of_birth,
        mobile_no::text as mobile_raw,
        email_addr as email_raw,
        trim(first_language) as language_code,
        deceased_yn = 'Y' as is_deceased,
        safe_contact_only_yn = 'Y' as is_safe_contact_only,
        vulnerable_yn = 'Y' as is_vulnerable,
        trim(contact_preference) as preferred_channel_code,
        no_contact_yn = 'Y' as has_opted_out
    from source
)

select * from renamed
