with source as (
    select * from {{ source('raw_suffolk', 'suspect_events') }}
),

renamed as (
    select
        {{ landed_columns('suffolk') }},
        _landed_at as recorded_at,
        event_urn as event_key,
        crime_no as crime_key,
        person_urn as person_key,
        trim(event) as event_code,
        {{ local_time('event_on') }} as event_at
    from source
)

select * from renamed
