with source as (
    select * from {{ source('raw_hertfordshire', 'incidents') }}
),

renamed as (
    select
        {{ landed_columns('hertfordshire') }},
        row_updated_utc as recorded_at,
        incident_id::text as incident_key,
        incident_ref,
        created_utc as created_at,
        incident_type_code::text as incident_type_code,
        grade_code::text as grade_code,
        graded_utc as graded_at,
        expected_arrival_utc as expected_arrival_at,
        arrived_utc as arrived_at,
        status_code::text as status_code,
        closed_utc as closed_at,
        trim(district) as area_code,
        source_code::text as source_code
    from source
)

select * from renamed
