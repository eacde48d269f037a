with source as (
    select * from {{ source('raw_suffolk', 'officers') }}
),

renamed as (
    select
        {{ landed_columns('suffolk') }},
        _landed_at as recorded_at,
        officer_no as officer_key,
        collar as collar_number,
        full_name as display_name,
        officer_rank as rank,
        unit as team,
        manager as supervisor_key,
        mail as email
    from source
)

select * from renamed
