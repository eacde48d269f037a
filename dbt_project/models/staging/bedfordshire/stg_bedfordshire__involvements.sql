with source as (
    select * from {{ source('raw_bedfordshire', 'involvements') }}
),

renamed as (
    select
        {{ landed_columns('bedfordshire') }},
        row_updated_utc as recorded_at,
        involvement_sk::text as involvement_key,
        person_sk::text as person_key,
        incident_sk::text as incident_key,
        crime_sk::text as crime_key,
        role_id::text as role_code,
        relationship_id::text as relationship_code,
        started_utc as started_at,
        ended_utc as ended_at
    from source
)

select * from renamed
