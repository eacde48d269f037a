{# One normalised form (+447…) for a UK mobile number however it was typed, or null.
   Numbers that are not UK mobiles are null: landlines, foreign numbers, personal numbers (070),
   pagers (076 but for 07624), and the Channel Islands and Isle of Man, which are priced as
   international. Two numbers in one field have too many digits and are null as well. #}
{% macro uk_mobile(column) -%}
    substring(
        regexp_replace(
            regexp_replace(
                -- Only what people put between digits may go; a letter makes the value invalid.
                regexp_replace({{ column }}, '[\s\u00a0\u200b-\u200d\u2060\ufeff().-]', '', 'g'),
                '^(\+44|0044|44)0?', '+44'
            ),
            '^07', '+447'
        )
        from '^\+447(?!0|6|(?:50|82)9|937|700(?:[2-8]|9(?!00))|797|781|839|911[17]|4576|[59]24)[0-9]{9}$'
    )
{%- endmacro %}

{# An address that one person can safely be written to at, in lower case, or null. #}
{% macro plain_email(column) -%}
    substring(
        lower(regexp_replace({{ column }}, '^[\s\u00a0\u200b-\u200d\u2060\ufeff]+|[\s\u00a0\u200b-\u200d\u2060\ufeff]+$', '', 'g'))
        from '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$'
    )
{%- endmacro %}
