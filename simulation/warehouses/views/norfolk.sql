-- What Norfolk's analysts made for reading: views under local names over STORM and Athena. None
-- of them says when a row was changed, and nothing else is open to the reader.

create view nfk_bi.v_command_log as
select
    log.log_ref,
    log.cad_no,
    log.opened_on,
    to_char(log.opened_time, 'HH24:MI:SS') as opened_time,
    log.type_code as log_type,
    log.grade,
    timeline.graded,
    timeline.due_at_scene,
    timeline.at_scene,
    log.log_state,
    log.closed,
    log.district,
    log.origin
from storm.log as log
left join storm.log_timeline as timeline on log.log_ref = timeline.log_ref;

create view nfk_bi.v_investigation as
select
    inv_ref,
    inv_ref as crime_number,
    log_ref,
    recorded,
    committed,
    offence,
    ho_code,
    da as da_marker,
    state as inv_state,
    state_since,
    oic as oic_collar,
    oic_since,
    district
from athena.investigation;

create view nfk_bi.v_disposal as
select disposal_ref, inv_ref, disposal, disposed
from athena.disposal;

create view nfk_bi.v_nominal as
select
    nominal_ref,
    forenames,
    surname,
    born,
    mobile,
    email,
    lang,
    deceased,
    safe_contact,
    vulnerable,
    contact_by,
    opt_out
from athena.nominal;

create view nfk_bi.v_nominal_role as
select role_ref, nominal_ref, log_ref, inv_ref, role, relation, since, until
from athena.nominal_role;

-- People with something open, or newly involved: the slice of v_nominal worth reading often.
create view nfk_bi.v_live_nominal as
select roles.nominal_ref
from athena.nominal_role as roles
where roles.since > localtimestamp - interval '7 days'
union
select roles.nominal_ref
from athena.nominal_role as roles
inner join athena.investigation as inv on roles.inv_ref = inv.inv_ref
where inv.state <> 'FILED';

create view nfk_bi.v_staff as
select
    collar,
    shoulder_no,
    name as staff_name,
    rank as staff_rank,
    team,
    line_manager,
    email
from athena.staff;

create view nfk_bi.v_custody_event as
select event_ref, inv_ref, nominal_ref, event as custody_event, happened
from athena.custody_event;
