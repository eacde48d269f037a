{# The forces whose rows this run looks at: those in the window, or all of them. While dbt only
   parses, all of them, so that every dependency is seen. #}
{% macro forces_in_window() -%}
    {%- set window = var('window') -%}
    {{ return(window.keys() | list if execute and window else var('forces')) }}
{%- endmacro %}

{# All staged rows of one entity, over the forces of the window. With only_new, just the versions
   landed since the last run. Both bounds are given, so that the planner trusts the index. #}
{% macro staged(entity, only_new=true) -%}
    {%- set window = var('window') -%}
    {%- for force in forces_in_window() %}
    select *
    from {{ ref('stg_' ~ force ~ '__' ~ entity) }}
    {%- if only_new and is_incremental() %}
    {%- if window %}
    where batch_id > {{ window[force][0] }} and batch_id <= {{ window[force][1] }}
    {%- else %}
    where
        batch_id > (
            select p.done_batch from {{ source('control', 'transform_progress') }} as p
            where p.force = '{{ force }}'
        )
        and batch_id <= (
            select p.seen_batch from {{ source('control', 'transform_progress') }} as p
            where p.force = '{{ force }}'
        )
    {%- endif %}
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}

{# The newest version of each key among the new ones. #}
{% macro newest_version(relation) -%}
    select distinct on (force, source_key) *
    from {{ relation }}
    order by force, source_key, version_id desc
{%- endmacro %}

{# One table out of the same seed of every force. #}
{% macro all_forces_seed(table) -%}
    {%- for force in var('forces') %}
    select
        '{{ force }}'::text as force,
        *
    from {{ ref(force ~ '_' ~ table) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
