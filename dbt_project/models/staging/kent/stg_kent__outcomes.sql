with source as (
    select * from {{ source('raw_kent', 'outcomes') }}
),

renamed as (
    select
        {{ landed_columns('kent') }},
        {{ local_time('last_updated') }} as recorded_at,
        outcome_id::text as outcome_key,
        crime_id::text as crime_key,
        trim(outcome_desc) as outcome_code,
        {{ local_time('outcome_dt') }} as outcome_at
    from source
)

select * from renamed
