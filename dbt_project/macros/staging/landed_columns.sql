{# What landing says of every version; each staging model begins with these columns. #}
{% macro landed_columns(force) -%}
    '{{ force }}'::text as force,
        _key as source_key,
        _version as version_id,
        _batch as batch_id,
        _op = 'deleted' as is_deleted,
        _is_baseline as is_baseline,
        _landed_at as landed_at
{%- endmacro %}
