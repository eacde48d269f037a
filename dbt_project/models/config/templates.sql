{{ config(indexes=[{'columns': ['force', 'template', 'channel']}]) }}

with templates as (
    {{ all_forces_seed('templates') }}
)

select
    force,
    trim(template) as template,
    title,
    trim(language) as language,
    channel,
    subject,
    body,
    notify_template_id::uuid as notify_template_id,
    array(
        select distinct placeholder[1]
        from regexp_matches(concat_ws(' ', templates.subject, templates.body), '\(\(([a-z_]+)\)\)', 'g') as placeholder
        order by placeholder[1]
    ) as placeholders,
    md5(concat_ws('|', subject, body)) as wording_hash
from templates
