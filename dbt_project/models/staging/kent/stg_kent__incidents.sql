with source as (
    select * from {{ source('raw_kent', 'incidents') }}
),

renamed as (
    select
        {{ landed_columns('kent') }},
        {{ local_time('last_updated') }} as recorded_at,
        incident_id::text as incident_key,
        incident_ref,
        {{ local_time('created_dt') }} as created_at,
        trim(incident_type) as incident_type_code,
        trim(grade) as grade_code,
        {{ local_time('graded_dt') }} as graded_at,
        {{ local_time('expected_arrival_dt') }} as expected_arrival_at,
        {{ local_time('arrived_dt') }} as arrived_at,
        trim(log_state) as status_code,
        {{ local_time('closed_dt') }} as closed_at,
        trim(district) as area_code,
        trim(contact_method) as source_code
    from source
)

select * from renamed
