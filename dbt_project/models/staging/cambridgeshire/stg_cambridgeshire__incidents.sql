with source as (
    select * from {{ source('raw_cambridgeshire', 'incidents') }}
),

renamed as (
    select
        {{ landed_columns('cambridgeshire') }},
        row_updated_utc as recorded_at,
        incident_key::text as incident_key,
        incident_ref,
        created_utc as created_at,
        incident_type_id::text as incident_type_code,
        grade_id::text as grade_code,
        graded_utc as graded_at,
        expected_arrival_utc as expected_arrival_at,
        arrived_utc as arrived_at,
        status_id::text as status_code,
        closed_utc as closed_at,
        trim(neighbourhood) as area_code,
        source_id::text as source_code
    from source
)

select * from renamed
