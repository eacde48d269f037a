-- A reason is one of our own codes, whose decision it then has, or that of an exclusion row of the
-- force, which suppresses. Returns decisions for which neither is so.
select
    decisions.decision_id,
    decisions.reason_code,
    decisions.decision
from {{ ref('fct_journey_decision') }} as decisions
left join {{ ref('reason_codes') }} as codes on decisions.reason_code = codes.reason_code
where
    decisions.decision is distinct from coalesce(codes.decision, 'suppress')
    or (codes.reason_code is null and decisions.rule not like decisions.force || '/%/%/%')
