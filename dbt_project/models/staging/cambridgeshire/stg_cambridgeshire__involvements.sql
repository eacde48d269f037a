with source as (
    select * from {{ source('raw_cambridgeshire', 'involvements') }}
),

renamed as (
    select
        {{ landed_columns('cambridgeshire') }},
        row_updated_utc as recorded_at,
        involvement_key::text as involvement_key,
        person_key::text as person_key,
        incident_key::text as incident_key,
        crime_key::text as crime_key,
        role_id::text as role_code,
        relationship_id::text as relationship_code,
        started_utc as started_at,
        ended_utc as ended_at
    from source
)

select * from renamed
