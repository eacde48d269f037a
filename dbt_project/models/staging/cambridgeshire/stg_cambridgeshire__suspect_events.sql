with source as (
    select * from {{ source('raw_cambridgeshire', 'suspect_events') }}
),

renamed as (
    select
        {{ landed_columns('cambridgeshire') }},
        row_updated_utc as recorded_at,
        event_key::text as event_key,
        crime_key::text as crime_key,
        person_key::text as person_key,
        event_id::text as event_code,
        event_utc as event_at
    from source
)

select * from renamed
