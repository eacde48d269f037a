-- What stood in a force's system before we came is baseline. Returns decisions about it.
select
    decisions.decision_id,
    decisions.force
from {{ ref('fct_journey_decision') }} as decisions
inner join {{ ref('fct_case_state_change') }} as changes on decisions.change_id = changes.change_id
where changes.kind = 'baseline'
