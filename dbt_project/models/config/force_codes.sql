with codes as (
    {{ all_forces_seed('codes') }}
)

select
    force,
    trim(code_set) as code_set,
    trim(source_code) as source_code,
    trim(canonical_code) as canonical_code,
    trim(label) as label
from codes
