with source as (
    select * from {{ source('raw_essex', 'suspect_events') }}
),

renamed as (
    select
        {{ landed_columns('essex') }},
        {{ local_time('updated') }} as recorded_at,
        custody_event_no::text as event_key,
        inv_no::text as crime_key,
        nominal_no::text as person_key,
        trim(event_cd) as event_code,
        {{ local_time('happened') }} as event_at
    from source
)

select * from renamed
