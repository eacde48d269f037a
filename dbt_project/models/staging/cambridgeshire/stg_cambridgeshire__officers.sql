with source as (
    select * from {{ source('raw_cambridgeshire', 'officers') }}
),

renamed as (
    select
        {{ landed_columns('cambridgeshire') }},
        row_updated_utc as recorded_at,
        officer_key::text as officer_key,
        collar_number,
        display_name,
        rank,
        team,
        supervisor_key::text as supervisor_key,
        email
    from source
)

select * from renamed
