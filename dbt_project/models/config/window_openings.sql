{{ config(indexes=[{'columns': ['force', 'send_window', 'closes_at']}]) }}

-- Openings are laid out as instants, so that neither night on which the clocks change needs a rule.
with windows as (
    {{ all_forces_seed('windows') }}
),

days as (
    select
        day::date as day_on,
        lower(to_char(day, 'FMDy')) as weekday
    from
        generate_series(
            '{{ var("calendar_from") }}'::timestamp, '{{ var("calendar_to") }}'::timestamp, '1 day'
        ) as day
)

select
    windows.force,
    trim(windows.send_window) as send_window,
    (days.day_on + windows.opens::time) at time zone 'Europe/London' as opens_at,
    (days.day_on + windows.closes::time) at time zone 'Europe/London' as closes_at
from windows
inner join days on lower(trim(windows.weekday)) = days.weekday
