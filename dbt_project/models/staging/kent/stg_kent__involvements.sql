with source as (
    select * from {{ source('raw_kent', 'involvements') }}
),

renamed as (
    select
        {{ landed_columns('kent') }},
        {{ local_time('last_updated') }} as recorded_at,
        link_id::text as involvement_key,
        person_id::text as person_key,
        incident_id::text as incident_key,
        crime_id::text as crime_key,
        trim(role_desc) as role_code,
        trim(relationship_desc) as relationship_code,
        {{ local_time('linked_dt') }} as started_at,
        {{ local_time('unlinked_dt') }} as ended_at
    from source
)

select * from renamed
