"""The words of the public files and ours for them, and who is hurt by which type of crime.

An outcome of the files stands for several Home Office codes: which one a crime got is drawn
from the calibration, in `story`.
"""

from __future__ import annotations

ANTI_SOCIAL = "Anti-social behaviour"

CRIME_TYPES = {
    ANTI_SOCIAL: "anti_social_behaviour",
    "Bicycle theft": "bicycle_theft",
    "Burglary": "burglary",
    "Criminal damage and arson": "criminal_damage_arson",
    "Drugs": "drugs",
    "Other crime": "other_crime",
    "Other theft": "other_theft",
    "Possession of weapons": "possession_of_weapons",
    "Public order": "public_order",
    "Robbery": "robbery",
    "Shoplifting": "shoplifting",
    "Theft from the person": "theft_from_person",
    "Vehicle crime": "vehicle_crime",
    # The files say no more than this, so nor do we: a force's own rules hold such cases back.
    "Violence and sexual offences": "violence_and_sexual_offences",
}

# Which Home Office codes they stand for is in the calibration.
OUTCOME_TYPES = {
    "Action to be taken by another organisation",
    "Formal action is not in the public interest",
    "Further action is not in the public interest",
    "Further investigation is not in the public interest",
    "Investigation complete; no suspect identified",
    "Local resolution",
    "Offender given a caution",
    "Offender given a drugs possession warning",
    "Offender given penalty notice",
    "Suspect charged",
    "Suspect charged as part of another case",
    "Unable to prosecute suspect",
}

# The share of cases with a victim who could be told: the rest hurt a business or nobody.
PERSONAL_VICTIM = {
    "anti_social_behaviour": 0.3,
    "bicycle_theft": 0.97,
    "burglary": 0.8,
    "criminal_damage_arson": 0.7,
    "drugs": 0.01,
    "other_crime": 0.25,
    "other_theft": 0.6,
    "possession_of_weapons": 0.05,
    "public_order": 0.2,
    "robbery": 0.95,
    "shoplifting": 0.03,
    "theft_from_person": 1.0,
    "vehicle_crime": 0.8,
    "violence_and_sexual_offences": 0.93,
}

DOMESTIC_ABUSE = {
    "violence_and_sexual_offences": 0.36,
    "criminal_damage_arson": 0.14,
    "public_order": 0.07,
    "other_crime": 0.08,
}
