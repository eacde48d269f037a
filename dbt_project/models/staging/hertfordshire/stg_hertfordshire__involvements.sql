with source as (
    select * from {{ source('raw_hertfordshire', 'involvements') }}
),

renamed as (
    select
        {{ landed_columns('hertfordshire') }},
        row_updated_utc as recorded_at,
        involvement_id::text as involvement_key,
        person_id::text as person_key,
        incident_id::text as incident_key,
        crime_id::text as crime_key,
        role_code::text as role_code,
        relationship_code::text as relationship_code,
        started_utc as started_at,
        ended_utc as ended_at
    from source
)

select * from renamed
