{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    indexes=[
        {'columns': ['decision_id'], 'unique': true},
        {'columns': ['force', 'dedupe_key']},
        {'columns': ['case_id']},
        {'columns': ['change_id']},
        {'columns': ['decided_in']},
    ],
    post_hook="{{ hand_over_messages() }}",
) }}

-- One row per change, triggered step and person: what was decided, why, and by which row.
-- depends_on: {{ source('control', 'transform_progress') }}
with candidates as (
    select
        {{ uuid5([
            "'decision'", 'c.change_id::text', 'c.journey', 'c.step', "coalesce(c.recipient_key, '')"
        ]) }} as decision_id,
        concat_ws(
            '|',
            coalesce(c.crime_id, c.case_id), c.person_id, c.journey, c.step,
            case c.repeat_rule when 'each_change' then c.change_id::text else 'episode ' || c.episode end
        ) as dedupe_key,
        c.*
    from ({{ step_wording() }}) as c
),

undecided as (
    select * from candidates
    {%- if is_incremental() %}
    where
        not exists (
            select 1 from {{ this }} as decided
            where decided.decision_id = candidates.decision_id
        )
    {%- endif %}
),

criteria as not materialized (
    select * from {{ ref('journey_criteria') }}
),

judged as (
    select
        c.*,
        excluded.reason as exclude_reason,
        excluded.criterion as exclude_criterion,
        unmet.criterion as unmet_criterion,
        overruling.journey as overruling_journey,
        wording.channel as chosen_channel,
        wording.language as chosen_language,
        wording.notify_template_id,
        wording.wording_hash,
        wording.placeholders,
        templates_there.is_there as is_template_there,
        opening.send_after,
        c.valid_at + c.delay + c.expire_after as expire_at
    from undecided as c
    left join lateral (
        select
            k.reason,
            k.criterion
        from criteria as k
        where
            k.force = c.force
            and k.journey in (c.journey, '*')
            and k.step in (c.step, '*')
            and k.effect = 'exclude'
            and {{ criterion_holds('k', criterion_value('k.field', 'c')) }}
        order by k.position
        limit 1
    ) as excluded on true
    left join lateral (
        -- Include rows of one field are alternatives; every field named must be met.
        select min(k.criterion) as criterion
        from criteria as k
        where
            k.force = c.force
            and k.journey in (c.journey, '*')
            and k.step in (c.step, '*')
            and k.effect = 'include'
        group by k.field
        having not bool_or({{ criterion_holds('k', criterion_value('k.field', 'c')) }})
        order by criterion
        limit 1
    ) as unmet on true
    left join lateral (
        select j.journey
        from {{ ref('journeys') }} as j
        where
            j.force = c.force
            and j.is_enabled
            and j.priority < c.priority
            and exists (
                select 1 from criteria as k
                where k.force = j.force and k.journey = j.journey and k.effect = 'include'
            )
            and not exists (
                select 1 from criteria as k
                where
                    k.force = j.force
                    and k.journey = j.journey
                    and k.step = '*'
                    and k.effect = 'include'
                group by k.field
                having not bool_or({{ criterion_holds('k', criterion_value('k.field', 'c')) }})
            )
        order by j.priority
        limit 1
    ) as overruling on true
    left join lateral (
        select t.*
        from {{ ref('templates') }} as t
        where
            t.force = c.force
            and t.template = c.template
            and t.language in (c.language, 'en')
            and t.channel in (c.channel, c.fallback_channel)
            and (
                (t.channel = 'sms' and c.mobile is not null)
                or (t.channel = 'email' and c.email is not null)
            )
        order by
            (t.channel = c.preferred_channel) desc,
            (t.channel = c.channel) desc,
            (t.language = c.language) desc
        limit 1
    ) as wording on true
    left join lateral (
        select true as is_there
        from {{ ref('templates') }} as t
        where
            t.force = c.force
            and t.template = c.template
            and t.language in (c.language, 'en')
            and t.channel = c.channel
        limit 1
    ) as templates_there on true
    left join lateral (
        select greatest(c.valid_at + c.delay, c.landed_at, w.opens_at) as send_after
        from {{ ref('window_openings') }} as w
        where
            w.force = c.force
            and w.send_window = c.send_window
            and w.closes_at > greatest(c.valid_at + c.delay, c.landed_at)
        order by w.closes_at
        limit 1
    ) as opening on true
),

reasoned as (
    select
        judged.*,
        case
            when kind = 'correction' then 'correction'
            when to_value = 'unmapped' or 'unmapped' in (grade, incident_type, crime_type) then 'unknown_code'
            when valid_at < go_live_at then 'before_go_live'
            when unmet_criterion is not null then 'journey_not_applicable'
            when overruling_journey is not null then 'enhanced_journey_applies'
            when recipient_key is null then 'no_recipient'
            when person_id is null then 'person_not_arrived'
            when is_deceased then 'deceased'
            when is_also_suspect then 'victim_is_also_suspect'
            when is_safe_contact_only then 'safe_contact_only'
            when age < 18 or age is null then 'under_18'
            when shares_contact_with_suspect then 'contact_point_shared_with_suspect'
            when exclude_reason is not null then exclude_reason
            when has_opted_out then 'opted_out'
            when is_domestic_abuse then 'domestic_abuse_contact'
            when is_template_there is null then 'template_missing'
            when
                chosen_channel is null and mobile is null and email is null and (has_mobile_text or has_email_text)
                then 'malformed_contact_point'
            when chosen_channel is null then 'no_contact_point'
            when not placeholder_values ?& placeholders then 'placeholder_missing'
            when send_after is null or send_after >= expire_at then 'expired'
            else 'due'
        end as first_reason,
        {%- if is_incremental() %}
        exists(
            select 1 from {{ this }} as earlier
            where
                earlier.force = judged.force
                and earlier.dedupe_key = judged.dedupe_key
                and earlier.decision = 'send'
        ) as was_told,
        {%- else %}
        false as was_told,
        {%- endif %}
        concat_ws('/', force, journey, step) as step_rule
    from judged
),

deduplicated as (
    select
        reasoned.*,
        case
            when
                first_reason = 'due'
                and (
                    was_told
                    or row_number() over (
                        partition by force, dedupe_key, first_reason
                        order by valid_at, version_id, decision_id
                    ) > 1
                )
                then 'already_told'
            else first_reason
        end as reason_code
    from reasoned
)

select
    d.decision_id,
    d.force,
    d.change_id,
    d.case_id,
    d.crime_id,
    d.person_id,
    d.recipient_key as person_key,
    d.attribute,
    d.to_value,
    d.journey,
    d.step,
    d.episode,
    d.dedupe_key,
    coalesce(reasons.decision, 'suppress') as decision,
    d.reason_code,
    case
        when d.reason_code = d.exclude_reason then d.exclude_criterion
        when d.reason_code = 'journey_not_applicable' then d.unmet_criterion
        when d.reason_code = 'enhanced_journey_applies' then concat_ws('/', d.force, d.overruling_journey)
        else d.step_rule
    end as rule,
    case when d.is_domestic_abuse or d.is_sensitive_offence then 'S' else d.message_class end as message_class,
    d.chosen_channel as channel,
    d.template,
    d.notify_template_id,
    d.wording_hash,
    d.chosen_language as language,
    case d.chosen_channel when 'sms' then d.mobile when 'email' then d.email end as recipient,
    case
        when d.reason_code = 'due' then (
            select jsonb_object_agg(name, d.placeholder_values -> name)
            from unnest(d.placeholders) as name
        )
    end as personalisation,
    d.send_window,
    d.send_after,
    d.expire_at,
    d.valid_at,
    d.landed_at,
    control.now() as decided_at,
    versions.config_version,
    d.batch_id,
    '{{ invocation_id }}' as decided_in
from deduplicated as d
left join {{ ref('reason_codes') }} as reasons on d.reason_code = reasons.reason_code
left join {{ ref('config_version') }} as versions on d.force = versions.force
