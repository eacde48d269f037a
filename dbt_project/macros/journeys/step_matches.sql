{# One row per change and enabled step that the change triggers, for the changes of this run and
   for recent changes of a case that has just gained a person. #}
{% macro step_matches() -%}
-- Not materialized: a micro-batch must not read every fact there has ever been.
with facts as not materialized (
    select * from {{ ref('fct_case_state_change') }}
    where kind != 'baseline'
),

{%- set window = var('window') %}

new_facts as (
    {%- if is_incremental() and window %}
    {%- for force in forces_in_window() %}
    select * from facts
    where force = '{{ force }}' and batch_id > {{ window[force][0] }} and batch_id <= {{ window[force][1] }}
    {%- if not loop.last %} union all {% endif %}
    {%- endfor %}
    {%- elif is_incremental() %}
    select facts.* from facts
    inner join {{ source('control', 'transform_progress') }} as progress
        on
            facts.force = progress.force
            and facts.batch_id > progress.done_batch
            and facts.batch_id <= progress.seen_batch
    {%- else %}
    select * from facts
    {%- endif %}
),

joined_cases as (
    -- A victim is often linked a moment after the crime: the changes of the last week count for them.
    {%- if is_incremental() %}
    select distinct
        involvements.force,
        coalesce(crimes.case_id, incidents.case_id) as case_id
    from {{ ref('core_involvements') }} as involvements
    left join {{ ref('core_crimes') }} as crimes
        on involvements.force = crimes.force and involvements.crime_key = crimes.crime_key
    left join {{ ref('core_incidents') }} as incidents
        on involvements.force = incidents.force and involvements.incident_key = incidents.incident_key
    where
        not involvements.is_baseline
        and (
            {%- if window %}
            {%- for force in forces_in_window() %}
            (
                involvements.force = '{{ force }}'
                and involvements.batch_id > {{ window[force][0] }}
                and involvements.batch_id <= {{ window[force][1] }}
            )
            {%- if not loop.last %} or {% endif %}
            {%- endfor %}
            {%- else %}
            exists (
                select 1 from {{ source('control', 'transform_progress') }} as progress
                where
                    progress.force = involvements.force
                    and involvements.batch_id > progress.done_batch
                    and involvements.batch_id <= progress.seen_batch
            )
            {%- endif %}
        )
    {%- else %}
    select
        null::text as force,
        null::uuid as case_id
    where false
    {%- endif %}
),

relevant_facts as (
    select * from new_facts
    union
    select facts.*
    from joined_cases
    inner join facts
        on
            joined_cases.case_id = facts.case_id
            and facts.landed_at > control.now() - interval '7 days'
)

select
    relevant_facts.*,
    journeys.kind as journey_kind,
    journeys.priority,
    journeys.go_live_at,
    steps.journey,
    steps.step,
    steps.delay,
    steps.channel,
    steps.fallback_channel,
    steps.template,
    steps.message_class,
    steps.send_window,
    steps.expire_after,
    steps.repeat_rule,
    steps.audience
from relevant_facts
inner join {{ ref('journey_steps') }} as steps
    on
        relevant_facts.force = steps.force
        and steps.is_enabled
        and (
            steps.trigger_attribute = relevant_facts.attribute
            or (steps.trigger_attribute = 'reopened' and relevant_facts.kind = 'reopening')
        )
        -- A value that the force's code map does not hold might be any of those waited for.
        and (
            steps.trigger_to is null
            or relevant_facts.to_value = any(steps.trigger_to)
            or relevant_facts.to_value = 'unmapped'
        )
        and (steps.trigger_from is null or relevant_facts.from_value = any(steps.trigger_from))
inner join {{ ref('journeys') }} as journeys
    on
        steps.force = journeys.force
        and steps.journey = journeys.journey
        and journeys.is_enabled
{%- endmacro %}
