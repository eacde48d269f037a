with source as (
    select * from {{ source('raw_suffolk', 'people') }}
),

renamed as (
    select
        {{ landed_columns('suffolk') }},
        _landed_at as recorded_at,
        person_urn as person_key,
        forename as given_name,
        family_name,
        to_date(dob, 'DD/MM/YYYY') as date_of_birth,
        phone as mobile_raw,
        mail as email_raw,
        trim(language) as language_code,
        dead as is_deceased,
        safe_contact as is_safe_contact_only,
        vulnerable as is_vulnerable,
        trim(contact_by) as preferred_channel_code,
        opted_out as has_opted_out
    from source
)

select * from renamed
