with source as (
    select * from {{ source('raw_suffolk', 'incidents') }}
),

renamed as (
    select
        {{ landed_columns('suffolk') }},
        _landed_at as recorded_at,
        inc_id as incident_key,
        cad_ref as incident_ref,
        {{ local_time('created') }} as created_at,
        trim(category) as incident_type_code,
        trim(response_grade) as grade_code,
        {{ local_time('graded') }} as graded_at,
        {{ local_time('expected') }} as expected_arrival_at,
        {{ local_time('attended') }} as arrived_at,
        trim(inc_state) as status_code,
        {{ local_time('closed') }} as closed_at,
        trim(locality) as area_code,
        trim(contact_method) as source_code
    from source
)

select * from renamed
