with source as (
    select * from {{ source('raw_bedfordshire', 'crimes') }}
),

renamed as (
    select
        {{ landed_columns('bedfordshire') }},
        row_updated_utc as recorded_at,
        crime_sk::text as crime_key,
        crime_ref,
        incident_sk::text as incident_key,
        recorded_utc as crimed_at,
        occurred_utc as occurred_at,
        crime_type_id::text as crime_type_code,
        home_office_class,
        is_domestic_abuse,
        status_id::text as status_code,
        status_utc as status_at,
        officer_sk::text as officer_key,
        officer_assigned_utc as officer_assigned_at,
        trim(beat) as area_code
    from source
)

select * from renamed
