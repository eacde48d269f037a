{# Every attribute that the new rows speak of, one row each. Only what a row says is observed. #}
{% macro case_observations() -%}
with incidents as (
    select
        staged.*,
        {{ incident_case_id('staged') }} as case_id,
        {{ canonical('grades', 'staged.grade_code') }} as grade,
        {{ canonical('statuses', 'staged.status_code') }} as incident_status
    from ({{ staged('incidents') }}) as staged
    {{ join_codes('grades', 'grade', 'staged', 'grade_code') }}
    {{ join_codes('statuses', 'incident_status', 'staged', 'status_code') }}
    where not staged.is_deleted
),

crimes as (
    select
        staged.*,
        {{ crime_case_id('staged') }} as case_id,
        {{ uuid5(["'crime'", 'staged.force', 'staged.crime_key']) }} as crime_id,
        {{ canonical('types', 'staged.crime_type_code') }} as crime_type,
        {{ canonical('statuses', 'staged.status_code') }} as crime_status
    from ({{ staged('crimes') }}) as staged
    {{ join_codes('types', 'crime_type', 'staged', 'crime_type_code') }}
    {{ join_codes('statuses', 'crime_status', 'staged', 'status_code') }}
    where not staged.is_deleted
),

new_crimes as (
    -- Crimes never seen before. What waited for a crime comes with its first version only: brought
    -- up again with a later one, it would be compared with what was in force when it landed.
    select
        crimes.force,
        crimes.crime_key,
        min(crimes.batch_id) as batch_id
    from crimes
    {%- if is_incremental() %}
    where
        not exists (
            select 1
            from {{ this }} as facts
            where facts.subject_id = {{ uuid5(["'subject'", 'crimes.force', "'crimed'", 'crimes.crime_key']) }}
        )
    {%- endif %}
    group by crimes.force, crimes.crime_key
),

outcomes as (
    select
        child.*,
        {{ canonical('outcomes', 'child.outcome_code') }} as outcome
    from ({{ staged_with_crime('outcomes') }}) as child
    {{ join_codes('outcomes', 'outcome', 'child', 'outcome_code') }}
    where not child.is_deleted
),

suspect_events as (
    select
        child.*,
        {{ canonical('events', 'child.event_code') }} as suspect_event
    from ({{ staged_with_crime('suspect_events') }}) as child
    {{ join_codes('events', 'suspect_event', 'child', 'event_code') }}
    where not child.is_deleted
)

{{ observation('incidents', 'incident_created', 'incident_key', "'created'", 'created_at', 'case_id') }}
union all
{{ observation('incidents', 'grade', 'incident_key', 'grade', 'graded_at', 'case_id', source_value='grade_code') }}
where grade is not null
union all
{{ observation('incidents', 'expected_arrival', 'incident_key', "to_char(expected_arrival_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')", 'recorded_at', 'case_id') }}
where expected_arrival_at is not null
union all
{{ observation('incidents', 'arrived', 'incident_key', "'arrived'", 'arrived_at', 'case_id') }}
where arrived_at is not null
union all
{{ observation('incidents', 'incident_status', 'incident_key', 'incident_status', "case when incident_status = 'closed' then closed_at when incident_status = 'open' then null end", 'case_id', source_value='status_code') }}
where incident_status is not null
union all
{{ observation('crimes', 'crimed', 'crime_key', "'crimed'", 'crimed_at', 'case_id', 'crime_id') }}
union all
{{ observation('crimes', 'crime_type', 'crime_key', 'crime_type', 'recorded_at', 'case_id', 'crime_id', source_value='crime_type_code') }}
where crime_type is not null
union all
{{ observation('crimes', 'crime_status', 'crime_key', 'crime_status', 'status_at', 'case_id', 'crime_id', source_value='status_code') }}
where crime_status is not null
union all
{{ observation('crimes', 'officer', 'crime_key', 'officer_key', 'officer_assigned_at', 'case_id', 'crime_id') }}
where officer_key is not null
union all
{{ observation('outcomes', 'outcome', 'crime_key', 'outcome', 'outcome_at', 'case_id', 'crime_id', source_value='outcome_code', batch_id='known_in') }}
where outcome is not null
union all
{{ observation('suspect_events', 'suspect_event', "concat_ws('|', crime_key, person_key)", 'suspect_event', 'event_at', 'case_id', 'crime_id', 'person_key', 'event_code', batch_id='known_in') }}
where suspect_event is not null
{%- endmacro %}
