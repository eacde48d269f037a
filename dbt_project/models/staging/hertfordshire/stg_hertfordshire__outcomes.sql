with source as (
    select * from {{ source('raw_hertfordshire', 'outcomes') }}
),

renamed as (
    select
        {{ landed_columns('hertfordshire') }},
        row_updated_utc as recorded_at,
        outcome_id::text as outcome_key,
        crime_id::text as crime_key,
        outcome_code::text as outcome_code,
        outcome_utc as outcome_at
    from source
)

select * from renamed
