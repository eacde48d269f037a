with branding as (
    {{ all_forces_seed('branding') }}
)

select
    force,
    display_name,
    website_url,
    opt_out_url,
    victim_support_url,
    phone_line
from branding
