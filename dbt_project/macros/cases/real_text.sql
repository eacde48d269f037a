{# Text that somebody meant. Source systems write NULL, None or UNKNOWN where they have nothing. #}
{% macro real_text(column) -%}
    case
        when lower(trim({{ column }})) not in ('', 'null', 'none', 'nan', 'n/a', 'unknown', 'refused', 'test')
            then trim({{ column }})
    end
{%- endmacro %}
