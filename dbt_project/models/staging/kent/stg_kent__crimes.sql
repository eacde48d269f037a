with source as (
    select * from {{ source('raw_kent', 'crimes') }}
),

renamed as (
    select
        {{ landed_columns('kent') }},
        {{ local_time('last_updated') }} as recorded_at,
        crime_id::text as crime_key,
        crime_no as crime_ref,
        incident_id::text as incident_key,
        {{ local_time('recorded_dt') }} as crimed_at,
        {{ local_time('committed_dt') }} as occurred_at,
        trim(offence_group) as crime_type_code,
        ho_class::text as home_office_class,
        da_flag = 'Y' as is_domestic_abuse,
        trim(investigation_status) as status_code,
        {{ local_time('status_dt') }} as status_at,
        oic_id::text as officer_key,
        {{ local_time('oic_from_dt') }} as officer_assigned_at,
        trim(district) as area_code
    from source
)

select * from renamed
