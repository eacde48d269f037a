with source as (
    select * from {{ source('raw_norfolk', 'suspect_events') }}
),

renamed as (
    select
        {{ landed_columns('norfolk') }},
        _landed_at as recorded_at,
        event_ref as event_key,
        inv_ref as crime_key,
        nominal_ref as person_key,
        trim(custody_event) as event_code,
        {{ local_time('happened') }} as event_at
    from source
)

select * from renamed
