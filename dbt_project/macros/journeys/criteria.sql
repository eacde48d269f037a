{# The value that a criterion asks about, as text. A field that is not listed here is refused by
   the seed check before it gets this far. #}
{% macro criterion_value(field, candidate) -%}
    case {{ field }}
        when 'grade' then {{ candidate }}.grade
        when 'incident_type' then {{ candidate }}.incident_type
        when 'incident_source' then {{ candidate }}.incident_source
        when 'crime_type' then {{ candidate }}.crime_type
        when 'home_office_class' then {{ candidate }}.home_office_class
        when 'is_domestic_abuse' then {{ candidate }}.is_domestic_abuse::text
        when 'outcome' then case when {{ candidate }}.attribute = 'outcome' then {{ candidate }}.to_value else {{ candidate }}.outcome end
        when 'role' then {{ candidate }}.role
        when 'age' then {{ candidate }}.age::text
        when 'language' then {{ candidate }}.language
        when 'is_vulnerable' then {{ candidate }}.is_vulnerable::text
        when 'is_safe_contact_only' then {{ candidate }}.is_safe_contact_only::text
        when 'is_deceased' then {{ candidate }}.is_deceased::text
        when 'has_opted_out' then {{ candidate }}.has_opted_out::text
        when 'victim_is_suspect' then {{ candidate }}.is_also_suspect::text
        when 'preferred_channel' then {{ candidate }}.preferred_channel
        when 'relationship' then {{ candidate }}.relationship
        when 'area' then {{ candidate }}.area
        when 'suspect_event' then case when {{ candidate }}.attribute = 'suspect_event' then {{ candidate }}.to_value end
    end
{%- endmacro %}

{# Whether a criterion holds. An unknown value meets no criterion, neither include nor exclude. #}
{% macro criterion_holds(criterion, actual) -%}
    coalesce(
        case {{ criterion }}.operator
            when 'equals' then {{ actual }} = {{ criterion }}.expected_values[1]
            when 'not_equals' then {{ actual }} != {{ criterion }}.expected_values[1]
            when 'in' then {{ actual }} = any({{ criterion }}.expected_values)
            when 'not_in' then {{ actual }} != all({{ criterion }}.expected_values)
            when 'is_true' then {{ actual }} = 'true'
            when 'is_false' then {{ actual }} = 'false'
            when 'less_than' then {{ actual }}::numeric < {{ criterion }}.expected_values[1]::numeric
            when 'at_least' then {{ actual }}::numeric >= {{ criterion }}.expected_values[1]::numeric
        end,
        false
    )
{%- endmacro %}
