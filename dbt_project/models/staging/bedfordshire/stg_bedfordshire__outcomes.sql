with source as (
    select * from {{ source('raw_bedfordshire', 'outcomes') }}
),

renamed as (
    select
        {{ landed_columns('bedfordshire') }},
        row_updated_utc as recorded_at,
        outcome_sk::text as outcome_key,
        crime_sk::text as crime_key,
        outcome_id::text as outcome_code,
        outcome_utc as outcome_at
    from source
)

select * from renamed
