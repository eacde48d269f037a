"""A stand-in for GOV.UK Notify that runs as its own process and speaks its HTTP API.

It never sends anything to anyone, and no live code imports it.
"""
