with source as (
    select * from {{ source('raw_norfolk', 'crimes') }}
),

renamed as (
    select
        {{ landed_columns('norfolk') }},
        _landed_at as recorded_at,
        inv_ref as crime_key,
        crime_number as crime_ref,
        log_ref as incident_key,
        {{ local_time('recorded') }} as crimed_at,
        {{ local_time('committed') }} as occurred_at,
        trim(offence) as crime_type_code,
        ho_code as home_office_class,
        da_marker = 'Y' as is_domestic_abuse,
        trim(inv_state) as status_code,
        {{ local_time('state_since') }} as status_at,
        oic_collar as officer_key,
        {{ local_time('oic_since') }} as officer_assigned_at,
        trim(district) as area_code
    from source
)

select * from renamed
