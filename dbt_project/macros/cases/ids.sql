{# A deterministic id over the natural key; the parts are joined by a character no key holds. #}
{% macro uuid5(parts) -%}
    control.uuid5(concat_ws('|', {{ parts | join(', ') }}))
{%- endmacro %}
