with source as (
    select * from {{ source('raw_kent', 'suspect_events') }}
),

renamed as (
    select
        {{ landed_columns('kent') }},
        {{ local_time('last_updated') }} as recorded_at,
        event_id::text as event_key,
        crime_id::text as crime_key,
        person_id::text as person_key,
        trim(event_desc) as event_code,
        {{ local_time('event_dt') }} as event_at
    from source
)

select * from renamed
