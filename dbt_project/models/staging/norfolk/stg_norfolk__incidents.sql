with source as (
    select * from {{ source('raw_norfolk', 'incidents') }}
),

renamed as (
    select
        {{ landed_columns('norfolk') }},
        _landed_at as recorded_at,
        log_ref as incident_key,
        cad_no as incident_ref,
        {{ local_time('(opened_on + opened_time::time)') }} as created_at,
        trim(log_type) as incident_type_code,
        trim(grade) as grade_code,
        {{ local_time('graded') }} as graded_at,
        {{ local_time('due_at_scene') }} as expected_arrival_at,
        {{ local_time('at_scene') }} as arrived_at,
        trim(log_state) as status_code,
        {{ local_time('closed') }} as closed_at,
        trim(district) as area_code,
        trim(origin) as source_code
    from source
)

select * from renamed
