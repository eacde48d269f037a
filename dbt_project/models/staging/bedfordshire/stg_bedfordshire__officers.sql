with source as (
    select * from {{ source('raw_bedfordshire', 'officers') }}
),

renamed as (
    select
        {{ landed_columns('bedfordshire') }},
        row_updated_utc as recorded_at,
        officer_sk::text as officer_key,
        collar_number,
        display_name,
        rank,
        team,
        supervisor_sk::text as supervisor_key,
        email
    from source
)

select * from renamed
