{# A case starts with an incident; a crime recorded without one is a case of its own. #}
{% macro incident_case_id(relation) -%}
    {{ uuid5(["'case'", relation ~ '.force', "'incident'", relation ~ '.incident_key']) }}
{%- endmacro %}

{% macro crime_case_id(relation) -%}
    case
        when {{ relation }}.incident_key is not null then {{ incident_case_id(relation) }}
        else {{ uuid5(["'case'", relation ~ '.force', "'crime'", relation ~ '.crime_key']) }}
    end
{%- endmacro %}
