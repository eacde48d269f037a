{# The value in force, folded over observations in order of arrival. An observation is a sortable
   text: 20 digits of the time it became true, then the value. The same value again changes
   nothing, an older differing value is a correction and does not win, anything else takes over.
   Folding only what makes facts is what lets any batching give the same facts. #}
{% macro create_functions() %}
    {% set statements %}
        create schema if not exists facts;
        create or replace function facts.effective_value_step(in_force text, observed text)
        returns text language plpgsql immutable parallel safe as $$
        begin
            if in_force is null then return observed; end if;
            if substr(in_force, 21) = substr(observed, 21) then return in_force; end if;
            if left(observed, 20) >= left(in_force, 20) then return observed; end if;
            return in_force;
        end $$;
        create or replace aggregate facts.effective_value(text) (
            sfunc = facts.effective_value_step, stype = text, parallel = safe
        );
    {% endset %}
    {% do run_query(statements) %}
{% endmacro %}

{% macro observation_text(valid_at, value) -%}
    to_char({{ valid_at }} at time zone 'UTC', 'YYYYMMDDHH24MISSUS') || {{ value }}
{%- endmacro %}
