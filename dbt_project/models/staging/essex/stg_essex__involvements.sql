with source as (
    select * from {{ source('raw_essex', 'involvements') }}
),

renamed as (
    select
        {{ landed_columns('essex') }},
        {{ local_time('updated') }} as recorded_at,
        nominal_link_no::text as involvement_key,
        nominal_no::text as person_key,
        inc_no::text as incident_key,
        inv_no::text as crime_key,
        trim(role_cd) as role_code,
        trim(relation_cd) as relationship_code,
        {{ local_time('since') }} as started_at,
        {{ local_time('until') }} as ended_at
    from source
)

select * from renamed
