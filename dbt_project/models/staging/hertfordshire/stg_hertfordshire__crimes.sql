with source as (
    select * from {{ source('raw_hertfordshire', 'crimes') }}
),

renamed as (
    select
        {{ landed_columns('hertfordshire') }},
        row_updated_utc as recorded_at,
        crime_id::text as crime_key,
        crime_ref,
        incident_id::text as incident_key,
        recorded_utc as crimed_at,
        occurred_utc as occurred_at,
        crime_type_code::text as crime_type_code,
        home_office_class,
        is_domestic_abuse = 1 as is_domestic_abuse,
        status_code::text as status_code,
        status_utc as status_at,
        officer_id::text as officer_key,
        officer_assigned_utc as officer_assigned_at,
        trim(district) as area_code
    from source
)

select * from renamed
