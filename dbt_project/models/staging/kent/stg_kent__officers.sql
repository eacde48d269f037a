with source as (
    select * from {{ source('raw_kent', 'officers') }}
),

renamed as (
    select
        {{ landed_columns('kent') }},
        {{ local_time('last_updated') }} as recorded_at,
        officer_id::text as officer_key,
        collar_no::text as collar_number,
        officer_name as display_name,
        rank_desc as rank,
        team_desc as team,
        supervisor_id::text as supervisor_key,
        email_addr as email
    from source
)

select * from renamed
