with source as (
    select * from {{ source('raw_hertfordshire', 'suspect_events') }}
),

renamed as (
    select
        {{ landed_columns('hertfordshire') }},
        row_updated_utc as recorded_at,
        event_id::text as event_key,
        crime_id::text as crime_key,
        person_id::text as person_key,
        event_code::text as event_code,
        event_utc as event_at
    from source
)

select * from renamed
