with source as (
    select * from {{ source('raw_essex', 'crimes') }}
),

renamed as (
    select
        {{ landed_columns('essex') }},
        {{ local_time('updated') }} as recorded_at,
        inv_no::text as crime_key,
        inv_urn as crime_ref,
        inc_no::text as incident_key,
        {{ local_time('recorded') }} as crimed_at,
        {{ local_time('committed_from') }} as occurred_at,
        trim(class_cd) as crime_type_code,
        ho_cd::text as home_office_class,
        dv_flag = 'YES' as is_domestic_abuse,
        trim(state_cd) as status_code,
        {{ local_time('state_since') }} as status_at,
        oic_no::text as officer_key,
        {{ local_time('oic_since') }} as officer_assigned_at,
        trim(area_name) as area_code
    from source
)

select * from renamed
