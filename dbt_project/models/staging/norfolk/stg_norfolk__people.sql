with source as (
    select * from {{ source('raw_norfolk', 'people') }}
),

renamed as (
    select
        {{ landed_columns('norfolk') }},
        _landed_at as recorded_at,
        nominal_ref as person_key,
        forenames as given_name,
        surname as family_name,
        born as date_of_birth,
        mobile as mobile_raw,
        email as email_raw,
        trim(lang) as language_code,
        deceased = 'Y' as is_deceased,
        safe_contact = 'Y' as is_safe_contact_only,
        vulnerable = 'Y' as is_vulnerable,
        trim(contact_by) as preferred_channel_code,
        opt_out = 'Y' as has_opted_out
    from source
)

select * from renamed
