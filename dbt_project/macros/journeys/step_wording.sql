{# Candidates with what each placeholder stands for. A value that is missing, or that a source
   system wrote in place of one, is absent, and the message is held. #}
{% macro step_wording() -%}
select
    c.*,
    jsonb_strip_nulls(jsonb_build_object(
        'force_name', branding.display_name,
        'website_url', branding.website_url,
        'opt_out_url', branding.opt_out_url,
        'victim_support_url', branding.victim_support_url,
        'phone_line', branding.phone_line,
        'incident_ref', {{ real_text('c.incident_ref') }},
        'crime_ref', {{ real_text('c.crime_ref') }},
        'officer_name', {{ real_text('c.officer_name') }},
        'officer_team', {{ real_text('c.officer_team') }},
        'given_name', {{ real_text('c.given_name') }},
        'crime_type', crime_words.text,
        'outcome_text', outcome_words.text,
        'event_text', event_words.text,
        'expected_arrival_time',
        to_char(c.expected_arrival_at at time zone 'Europe/London', 'FMHH12:MIam')
    )) as placeholder_values
from ({{ step_candidates() }}) as c
left join {{ ref('branding') }} as branding on c.force = branding.force
left join {{ ref('wording') }} as crime_words
    on crime_words.code_set = 'crime_type' and c.crime_type = crime_words.code
left join {{ ref('wording') }} as outcome_words
    on
        outcome_words.code_set = 'outcome'
        and outcome_words.code = case when c.attribute = 'outcome' then c.to_value else c.outcome end
left join {{ ref('wording') }} as event_words
    on
        event_words.code_set = 'suspect_event'
        and c.attribute = 'suspect_event'
        and c.to_value = event_words.code
{%- endmacro %}
