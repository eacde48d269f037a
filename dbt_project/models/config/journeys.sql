with journeys as (
    {{ all_forces_seed('journeys') }}
)

select
    force,
    trim(journey) as journey,
    title,
    kind,
    priority::integer as priority,
    is_enabled::boolean as is_enabled,
    go_live_at::timestamptz as go_live_at,
    description
from journeys
