"""Everything that goes out: the outbox, the dispatcher, the reconciler and the receipts.

Who is told what is decided in dbt; nothing here chooses a victim, a template or a time.
"""
