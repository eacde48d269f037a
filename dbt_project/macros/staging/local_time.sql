{# A naive time of a force's systems, which is local time in England, as a moment. #}
{% macro local_time(column) -%}
    ({{ column }} at time zone 'Europe/London')
{%- endmacro %}
