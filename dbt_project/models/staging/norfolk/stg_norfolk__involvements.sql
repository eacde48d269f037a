with source as (
    select * from {{ source('raw_norfolk', 'involvements') }}
),

renamed as (
    select
        {{ landed_columns('norfolk') }},
        _landed_at as recorded_at,
        role_ref as involvement_key,
        nominal_ref as person_key,
        log_ref as incident_key,
        inv_ref as crime_key,
        trim(role) as role_code,
        trim(relation) as relationship_code,
        {{ local_time('since') }} as started_at,
        {{ local_time('until') }} as ended_at
    from source
)

select * from renamed
