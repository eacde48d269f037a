with source as (
    select * from {{ source('raw_hertfordshire', 'officers') }}
),

renamed as (
    select
        {{ landed_columns('hertfordshire') }},
        row_updated_utc as recorded_at,
        officer_id::text as officer_key,
        collar_number,
        display_name,
        rank,
        team,
        supervisor_id::text as supervisor_key,
        email
    from source
)

select * from renamed
