with source as (
    select * from {{ source('raw_suffolk', 'crimes') }}
),

renamed as (
    select
        {{ landed_columns('suffolk') }},
        _landed_at as recorded_at,
        crime_no as crime_key,
        urn as crime_ref,
        inc_id as incident_key,
        {{ local_time('recorded') }} as crimed_at,
        {{ local_time('offence_from') }} as occurred_at,
        trim(offence) as crime_type_code,
        ho_class as home_office_class,
        dv as is_domestic_abuse,
        trim(crime_state) as status_code,
        {{ local_time('state_from') }} as status_at,
        officer_no as officer_key,
        {{ local_time('officer_from') }} as officer_assigned_at,
        trim(locality) as area_code
    from source
)

select * from renamed
