{{ config(indexes=[{'columns': ['force', 'effect']}]) }}

with criteria as (
    {{ all_forces_seed('criteria') }}
)

select
    force,
    trim(journey) as journey,
    trim(step) as step,
    effect,
    trim(field) as field,
    operator,
    string_to_array(coalesce(value, ''), '|') as expected_values,
    reason,
    position::integer as position,
    concat_ws('/', force, journey, step, position) as criterion
from criteria
