with source as (
    select * from {{ source('raw_norfolk', 'outcomes') }}
),

renamed as (
    select
        {{ landed_columns('norfolk') }},
        _landed_at as recorded_at,
        disposal_ref as outcome_key,
        inv_ref as crime_key,
        trim(disposal) as outcome_code,
        {{ local_time('disposed') }} as outcome_at
    from source
)

select * from renamed
