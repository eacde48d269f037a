with source as (
    select * from {{ source('raw_essex', 'officers') }}
),

renamed as (
    select
        {{ landed_columns('essex') }},
        {{ local_time('updated') }} as recorded_at,
        officer_no::text as officer_key,
        collar::text as collar_number,
        name as display_name,
        rank::text as rank,
        unit as team,
        line_manager_no::text as supervisor_key,
        email
    from source
)

select * from renamed
