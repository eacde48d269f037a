with source as (
    select * from {{ source('raw_essex', 'outcomes') }}
),

renamed as (
    select
        {{ landed_columns('essex') }},
        {{ local_time('updated') }} as recorded_at,
        disposal_no::text as outcome_key,
        inv_no::text as crime_key,
        trim(outcome_cd) as outcome_code,
        {{ local_time('given') }} as outcome_at
    from source
)

select * from renamed
