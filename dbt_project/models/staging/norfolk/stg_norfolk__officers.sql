with source as (
    select * from {{ source('raw_norfolk', 'officers') }}
),

renamed as (
    select
        {{ landed_columns('norfolk') }},
        _landed_at as recorded_at,
        collar as officer_key,
        shoulder_no as collar_number,
        staff_name as display_name,
        staff_rank as rank,
        team,
        line_manager as supervisor_key,
        email
    from source
)

select * from renamed
