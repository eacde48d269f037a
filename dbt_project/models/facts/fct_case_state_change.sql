{{ config(
    materialized='incremental',
    unique_key='change_id',
    incremental_strategy='append',
    indexes=[
        {'columns': ['change_id'], 'unique': true},
        {'columns': ['subject_id', 'valid_at', 'version_id']},
        {'columns': ['case_id']},
        {'columns': ['force', 'batch_id']},
    ],
) }}

-- Named here because an incremental branch is not seen while dbt parses.
-- depends_on: {{ ref('orphan_observations') }}
with observations as (
    select
        {{ uuid5(["'subject'", 'o.force', 'o.attribute', 'o.subject_key']) }} as subject_id,
        o.*
    from ({{ case_observations() }}) as o
),

{% if is_incremental() -%}
subjects as (
    select
        subject_id,
        min(version_id) as first_version_id
    from observations
    group by subject_id
),
{%- endif %}

known as (
    -- What was known before these observations, seen as one earlier observation per subject.
    {%- if is_incremental() %}
    select
        subjects.subject_id,
        latest.to_value as observed_value,
        latest.valid_at,
        latest.version_id
    from subjects
    inner join lateral (
        select
            facts.to_value,
            facts.valid_at,
            facts.version_id
        from {{ this }} as facts
        where
            facts.subject_id = subjects.subject_id
            and facts.version_id < subjects.first_version_id
        order by facts.valid_at desc, facts.version_id desc
        limit 1
    ) as latest on true
    {%- else %}
    select
        null::uuid as subject_id,
        null::text as observed_value,
        null::timestamptz as valid_at,
        null::bigint as version_id
    where false
    {%- endif %}
),

last_facts as (
    {%- if is_incremental() %}
    select
        subjects.subject_id,
        latest.observation
    from subjects
    inner join lateral (
        select {{ observation_text('facts.valid_at', 'facts.to_value') }} as observation
        from {{ this }} as facts
        where
            facts.subject_id = subjects.subject_id
            and facts.version_id < subjects.first_version_id
        order by facts.version_id desc
        limit 1
    ) as latest on true
    {%- else %}
    select
        null::uuid as subject_id,
        null::text as observation
    where false
    {%- endif %}
),

timeline as (
    select
        subject_id,
        observed_value,
        valid_at,
        version_id,
        true as is_known
    from known
    union all
    select
        subject_id,
        observed_value,
        valid_at,
        version_id,
        false as is_known
    from observations
),

compared as (
    -- What was in force just before each observation arrived.
    select
        *,
        facts.effective_value({{ observation_text('valid_at', 'observed_value') }}) over (
            partition by subject_id
            order by version_id
            rows between unbounded preceding and 1 preceding
        ) as in_force
    from timeline
),

judged as (
    select
        subject_id,
        version_id,
        {{ observation_text('valid_at', 'observed_value') }} as observation,
        substr(in_force, 21) as from_value,
        {{ observation_text('valid_at', "''") }} < left(in_force, 20) as is_earlier
    from compared
    where
        not is_known
        and substr(in_force, 21) is distinct from observed_value
),

ordered as (
    select
        judged.*,
        lag(judged.observation, 1, last_facts.observation) over (
            partition by judged.subject_id
            order by judged.version_id
        ) as previous
    from judged
    left join last_facts on judged.subject_id = last_facts.subject_id
),

news as (
    -- A correction that says what the fact before it said is the same edit, seen again.
    select * from ordered
    where not (coalesce(is_earlier, false) and coalesce(observation = previous, false))
)

select
    {{ uuid5([
        "'change'", 'observations.force', 'observations.attribute', 'observations.subject_key',
        'observations.version_id::text'
    ]) }} as change_id,
    observations.force,
    observations.subject_id,
    observations.case_id,
    observations.crime_id,
    observations.person_key,
    observations.attribute,
    news.from_value,
    observations.observed_value as to_value,
    observations.source_value,
    observations.valid_at,
    observations.recorded_at,
    observations.landed_at,
    case
        when observations.is_baseline then 'baseline'
        when news.is_earlier then 'correction'
        when
            observations.attribute in ('crime_status', 'incident_status')
            and news.from_value = 'closed'
            then 'reopening'
        else 'change'
    end as kind,
    observations.source_key,
    observations.version_id,
    observations.batch_id
from news
inner join observations
    on
        news.subject_id = observations.subject_id
        and news.version_id = observations.version_id
{%- if is_incremental() %}
where
    not exists (
        select 1
        from {{ this }} as facts
        where
            facts.subject_id = news.subject_id
            and facts.version_id = news.version_id
    )
{%- endif %}
