with source as (
    select * from {{ source('raw_essex', 'incidents') }}
),

renamed as (
    select
        {{ landed_columns('essex') }},
        {{ local_time('updated') }} as recorded_at,
        inc_no::text as incident_key,
        inc_urn as incident_ref,
        {{ local_time('opened') }} as created_at,
        trim(type_cd) as incident_type_code,
        trim(grade_cd) as grade_code,
        {{ local_time('grade_set') }} as graded_at,
        {{ local_time('eta') }} as expected_arrival_at,
        {{ local_time('at_scene') }} as arrived_at,
        trim(status_cd) as status_code,
        {{ local_time('closed') }} as closed_at,
        trim(area_name) as area_code,
        trim(origin_cd) as source_code
    from source
)

select * from renamed
