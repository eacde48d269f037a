-- Nobody is dropped without a reason: every change that sets a step off has a decision for it, unless
-- its batch is still being worked on. Returns changes and steps without one. Changes from before the
-- force's tables were last edited are left out, because other steps may have been enabled then.
with facts as (
    select * from {{ ref('fct_case_state_change') }}
    where kind != 'baseline'
),

steps as (
    select steps.*
    from {{ ref('journey_steps') }} as steps
    inner join {{ ref('journeys') }} as journeys
        on
            steps.force = journeys.force
            and steps.journey = journeys.journey
            and journeys.is_enabled
    where steps.is_enabled
),

decided as (
    select distinct
        change_id,
        journey,
        step
    from {{ ref('fct_journey_decision') }}
),

-- The time since which the force's tables have been as they are now, and the batches done in it.
since as (
    select
        decisions.force,
        min(decisions.decided_at) as began_at,
        max(decisions.batch_id) as batch_id
    from {{ ref('fct_journey_decision') }} as decisions
    inner join {{ ref('config_version') }} as versions
        on
            decisions.force = versions.force
            and decisions.config_version = versions.config_version
    group by decisions.force
)

select
    facts.change_id,
    steps.journey,
    steps.step
from facts
inner join since
    on
        facts.force = since.force
        and facts.landed_at >= since.began_at
        and facts.batch_id <= since.batch_id
inner join steps
    on
        facts.force = steps.force
        and (
            facts.attribute = steps.trigger_attribute
            or (facts.kind = 'reopening' and steps.trigger_attribute = 'reopened')
        )
        and (steps.trigger_to is null or facts.to_value = any(steps.trigger_to) or facts.to_value = 'unmapped')
        and (steps.trigger_from is null or facts.from_value = any(steps.trigger_from))
left join decided
    on
        facts.change_id = decided.change_id
        and steps.journey = decided.journey
        and steps.step = decided.step
where decided.change_id is null
