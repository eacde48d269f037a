with steps as (
    {{ all_forces_seed('steps') }}
)

select
    force,
    trim(journey) as journey,
    trim(step) as step,
    position::integer as position,
    title,
    trim(trigger_attribute) as trigger_attribute,
    string_to_array(nullif(trim(trigger_from), ''), '|') as trigger_from,
    string_to_array(nullif(trim(trigger_to), ''), '|') as trigger_to,
    make_interval(mins => delay_minutes::integer) as delay,
    channel,
    nullif(trim(fallback_channel), '') as fallback_channel,
    trim(template) as template,
    message_class,
    trim(send_window) as send_window,
    make_interval(hours => expire_hours::integer) as expire_after,
    repeat as repeat_rule,
    string_to_array(trim(audience), '|') as audience,
    is_enabled::boolean as is_enabled
from steps
