with source as (
    select * from {{ source('raw_bedfordshire', 'suspect_events') }}
),

renamed as (
    select
        {{ landed_columns('bedfordshire') }},
        row_updated_utc as recorded_at,
        event_sk::text as event_key,
        crime_sk::text as crime_key,
        person_sk::text as person_key,
        event_id::text as event_code,
        event_utc as event_at
    from source
)

select * from renamed
