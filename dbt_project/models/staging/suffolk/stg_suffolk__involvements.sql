with source as (
    select * from {{ source('raw_suffolk', 'involvements') }}
),

renamed as (
    select
        {{ landed_columns('suffolk') }},
        _landed_at as recorded_at,
        link_urn as involvement_key,
        person_urn as person_key,
        inc_id as incident_key,
        crime_no as crime_key,
        trim(role) as role_code,
        trim(relation) as relationship_code,
        {{ local_time('link_from') }} as started_at,
        {{ local_time('link_to') }} as ended_at
    from source
)

select * from renamed
