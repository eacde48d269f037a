{# A source's own code in our words. A code that the force's map does not hold becomes
   'unmapped', so that it is seen and held rather than lost. #}
{% macro canonical(alias, column) -%}
    case
        when {{ column }} is not null then coalesce({{ alias }}.canonical_code, 'unmapped')
    end
{%- endmacro %}

{% macro join_codes(alias, code_set, relation, column) -%}
    left join {{ ref('force_codes') }} as {{ alias }}
        on
            {{ relation }}.force = {{ alias }}.force
            and {{ alias }}.code_set = '{{ code_set }}'
            and {{ relation }}.{{ column }} = {{ alias }}.source_code
{%- endmacro %}
