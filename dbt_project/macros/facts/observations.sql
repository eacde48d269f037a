{# One attribute of a row as an observation: what it said, and when that became so. #}
{% macro observation(relation, attribute, subject_key, value, valid_at, case_id, crime_id='null::uuid', person_key='null::text', source_value='null::text', batch_id='batch_id') -%}
    select
        {{ relation }}.force,
        '{{ attribute }}' as attribute,
        {{ subject_key }} as subject_key,
        {{ case_id }} as case_id,
        {{ crime_id }} as crime_id,
        {{ person_key }} as person_key,
        {{ value }} as observed_value,
        {{ source_value }} as source_value,
        coalesce({{ valid_at }}, {{ relation }}.recorded_at) as valid_at,
        {{ relation }}.recorded_at,
        {{ relation }}.landed_at,
        {{ relation }}.{{ batch_id }} as batch_id,
        {{ relation }}.version_id,
        {{ relation }}.source_key,
        {{ relation }}.is_baseline
    from {{ relation }}
{%- endmacro %}

{# New rows of a child feed whose crime is known, and those that waited for a crime which came now.
   What waited is known from the batch that brought the crime: decisions look for facts by batch. #}
{% macro staged_with_crime(entity) -%}
    select
        child.*,
        greatest(child.batch_id, new_crimes.batch_id) as known_in,
        crimes.crime_id,
        crimes.case_id
    from ({{ staged(entity) }}) as child
    inner join {{ ref('core_crimes') }} as crimes
        on child.force = crimes.force and child.crime_key = crimes.crime_key
    left join new_crimes
        on child.force = new_crimes.force and child.crime_key = new_crimes.crime_key
    {%- if is_incremental() %}
    union all
    select
        child.*,
        new_crimes.batch_id as known_in,
        crimes.crime_id,
        crimes.case_id
    from new_crimes
    inner join {{ ref('core_crimes') }} as crimes
        on new_crimes.force = crimes.force and new_crimes.crime_key = crimes.crime_key
    inner join {{ ref('orphan_observations') }} as orphans
        on
            crimes.force = orphans.force
            and crimes.crime_key = orphans.crime_key
            and orphans.feed = '{{ entity }}'
    inner join ({{ staged(entity, only_new=false) }}) as child
        on orphans.force = child.force and orphans.version_id = child.version_id
    -- The versions as an array, so that they are found by index and never by reading all of raw.
    where
        child.version_id = any(array(
            select waiting.version_id
            from new_crimes as arrived
            inner join {{ ref('orphan_observations') }} as waiting
                on arrived.force = waiting.force and arrived.crime_key = waiting.crime_key
            where waiting.feed = '{{ entity }}'
        ))
    {%- endif %}
{%- endmacro %}
