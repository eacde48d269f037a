with source as (
    select * from {{ source('raw_cambridgeshire', 'outcomes') }}
),

renamed as (
    select
        {{ landed_columns('cambridgeshire') }},
        row_updated_utc as recorded_at,
        outcome_key::text as outcome_key,
        crime_key::text as crime_key,
        outcome_id::text as outcome_code,
        outcome_utc as outcome_at
    from source
)

select * from renamed
