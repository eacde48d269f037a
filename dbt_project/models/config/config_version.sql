-- depends_on: {{ ref('journeys') }}
{%- set tables = ['force_codes', 'journeys', 'journey_steps', 'journey_criteria', 'templates', 'branding'] %}

with all_rows as (
    {%- for table in tables %}
    select
        t.force,
        '{{ table }}:' || t::text as content
    from {{ ref(table) }} as t
    union all
    {%- endfor %}
    select
        w.force,
        'windows:' || w::text as content
    from ({{ all_forces_seed('windows') }}) as w
)

select
    force,
    md5(string_agg(content, e'\n' order by content)) as config_version
from all_rows
group by force
