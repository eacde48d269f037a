-- Suffolk's reporting schema: views under local names over STORM and Athena. None of them says
-- when a row was changed, and nothing else is open to the reader.

create view sfk_rpt.incident_log as
select
    inc.inc_id,
    inc.cad_ref,
    inc.created,
    inc.category,
    inc.grade as response_grade,
    attendance.graded,
    attendance.expected,
    attendance.attended,
    inc.state as inc_state,
    inc.closed,
    inc.locality,
    inc.method as contact_method
from storm.incident as inc
left join storm.attendance as attendance on inc.inc_id = attendance.inc_id;

create view sfk_rpt.crime_register as
select
    crime_no,
    crime_no as urn,
    inc_id,
    recorded,
    offence_from,
    offence,
    ho_class,
    dv,
    state as crime_state,
    state_from,
    officer as officer_no,
    officer_from,
    locality
from athena.crime;

create view sfk_rpt.crime_result as
select crime_no, line_no, result, result_on
from athena.result;

create view sfk_rpt.person_index as
select
    person_urn,
    forename,
    family_name,
    dob,
    phone,
    mail,
    language,
    dead,
    safe_contact,
    vulnerable,
    contact as contact_by,
    opted_out
from athena.person;

create view sfk_rpt.person_link as
select link_urn, person_urn, inc_id, crime_no, role, relation, link_from, link_to
from athena.person_link;

-- People with something open, or newly involved: the slice of person_index worth reading often.
create view sfk_rpt.current_person as
select links.person_urn
from athena.person_link as links
where links.link_from > localtimestamp - interval '7 days'
union
select links.person_urn
from athena.person_link as links
inner join athena.crime as crime on links.crime_no = crime.crime_no
where crime.state <> 'closed';

create view sfk_rpt.officer_list as
select
    officer_no,
    collar,
    full_name,
    grade as officer_rank,
    unit,
    manager,
    mail
from athena.officer;

create view sfk_rpt.detainee_event as
select event_urn, crime_no, person_urn, event, event_on
from athena.detainee_event;
