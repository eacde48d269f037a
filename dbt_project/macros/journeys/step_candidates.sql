{# Each triggered step with the person it might tell and all that the rules ask about: the case,
   the person, and how safe the way to reach them is. A step that finds nobody keeps one row. #}
{% macro step_candidates() -%}
with matches as (
    {{ step_matches() }}
),

crimes as (
    select * from {{ ref('core_crimes') }}
),

-- Not materialized: each candidate finds its own few by index, instead of reading all of them.
involvements as not materialized (
    select * from {{ ref('core_involvements') }}
    where not is_deleted and ended_at is null
),

people as not materialized (
    select * from {{ ref('core_people') }}
    where not is_deleted
),

officers as (
    select * from {{ ref('core_officers') }}
),

opt_outs as (
    select * from {{ source('dispatch', 'opt_out') }}
)

select
    matches.*,
    incidents.incident_key,
    incidents.incident_ref,
    incidents.grade,
    incidents.incident_type,
    incidents.incident_source,
    incidents.expected_arrival_at,
    crimes.crime_key,
    crimes.crime_ref,
    crimes.crime_type,
    crimes.home_office_class,
    coalesce(crimes.area, incidents.area) as area,
    last_outcome.outcome,
    officers.display_name as officer_name,
    officers.team as officer_team,
    recipient.person_key as recipient_key,
    recipient.role,
    recipient.relationship,
    people.person_id,
    people.given_name,
    extract(year from age(matches.landed_at, people.date_of_birth))::integer as age,
    people.mobile,
    people.has_mobile_text,
    people.email,
    people.has_email_text,
    people.language,
    people.preferred_channel,
    coalesce(people.is_deceased, false) as is_deceased,
    coalesce(people.is_safe_contact_only, false) as is_safe_contact_only,
    coalesce(people.is_vulnerable, false) as is_vulnerable,
    coalesce(people.has_opted_out, false) or exists (
        select 1 from opt_outs
        where
            opt_outs.contact_point in (people.mobile, people.email)
            and coalesce(opt_outs.force, matches.force) = matches.force
            and coalesce(opt_outs.case_id, matches.case_id) = matches.case_id
    ) as has_opted_out,
    coalesce(crimes.is_domestic_abuse, false)
    or coalesce(incidents.incident_type = 'domestic_incident', false)
    or coalesce(recipient.relationship in ('partner', 'ex_partner'), false)
    or exists (
        select 1 from {{ ref('core_crimes') }} as siblings
        where siblings.case_id = matches.case_id and siblings.is_domestic_abuse
    ) as is_domestic_abuse,
    coalesce(
        crimes.crime_type in ('sexual_offences', 'stalking_harassment', 'violence_and_sexual_offences'), false
    )
    or coalesce(incidents.incident_type = 'sexual_offence', false) as is_sensitive_offence,
    coalesce(suspects.is_recipient, false) as is_also_suspect,
    coalesce(suspects.shares_contact, false) as shares_contact_with_suspect,
    1 + (
        select count(*)
        from {{ ref('fct_case_state_change') }} as reopenings
        where
            reopenings.case_id = matches.case_id
            and reopenings.kind = 'reopening'
            and reopenings.batch_id <= matches.batch_id
    ) as episode
from matches
left join crimes on matches.crime_id = crimes.crime_id
left join {{ ref('core_incidents') }} as incidents on matches.case_id = incidents.case_id
left join lateral (
    select outcomes.to_value as outcome
    from {{ ref('fct_case_state_change') }} as outcomes
    where
        outcomes.case_id = matches.case_id
        and outcomes.crime_id = matches.crime_id
        and outcomes.attribute = 'outcome'
    order by outcomes.valid_at desc, outcomes.version_id desc
    limit 1
) as last_outcome on true
left join officers
    on
        matches.force = officers.force
        and case when matches.attribute = 'officer' then matches.to_value else crimes.officer_key end
        = officers.officer_key
left join lateral (
    -- A change of a crime concerns the people of that crime, not of another in the same incident.
    select distinct on (involvements.person_key)
        involvements.person_key,
        involvements.role,
        involvements.relationship
    from involvements
    where
        involvements.force = matches.force
        and involvements.role = any(matches.audience)
        and (
            (matches.crime_id is not null and involvements.crime_key = crimes.crime_key)
            or (matches.crime_id is null and involvements.incident_key = incidents.incident_key)
        )
    order by involvements.person_key, involvements.version_id desc
) as recipient on true
left join people
    on matches.force = people.force and recipient.person_key = people.person_key
left join lateral (
    select
        bool_or(suspect.person_key = recipient.person_key) as is_recipient,
        bool_or(
            suspect.person_key != recipient.person_key
            and (suspect_person.mobile = people.mobile or suspect_person.email = people.email)
        ) as shares_contact
    from involvements as suspect
    inner join people as suspect_person
        on suspect.force = suspect_person.force and suspect.person_key = suspect_person.person_key
    where
        suspect.force = matches.force
        and suspect.role = 'suspect'
        and (
            suspect.incident_key = incidents.incident_key
            or suspect.crime_key = any(array(
                select siblings.crime_key
                from {{ ref('core_crimes') }} as siblings
                where siblings.case_id = matches.case_id
            ))
        )
) as suspects on true
{%- endmacro %}
