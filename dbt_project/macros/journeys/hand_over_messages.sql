{# The outbox rows of the decisions just made, in the same transaction. A decision made again
   finds its row there and adds nothing. #}
{% macro hand_over_messages() %}
    insert into dispatch.message (
        message_id, force, dedupe_key, decision_id, case_id, crime_id, person_id, journey, step,
        episode, message_class, channel, template, notify_template_id, language, recipient,
        personalisation, send_window, send_after, expire_at, config_version
    )
    select
        {{ uuid5(["'message'", 'force', 'dedupe_key']) }},
        force, dedupe_key, decision_id, case_id, crime_id, person_id, journey, step,
        episode, message_class, channel, template, notify_template_id, language, recipient,
        coalesce(personalisation, '{}'), send_window, send_after, expire_at, config_version
    from {{ this }}
    where decided_in = '{{ invocation_id }}' and decision = 'send'
    on conflict do nothing
{% endmacro %}
