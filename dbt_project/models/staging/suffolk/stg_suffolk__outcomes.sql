with source as (
    select * from {{ source('raw_suffolk', 'outcomes') }}
),

renamed as (
    select
        {{ landed_columns('suffolk') }},
        _landed_at as recorded_at,
        crime_no || '/' || line_no::text as outcome_key,
        crime_no as crime_key,
        trim(result) as outcome_code,
        {{ local_time('result_on') }} as outcome_at
    from source
)

select * from renamed
