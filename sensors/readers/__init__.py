"""Readers of force warehouses: one protocol, one session per kind of driver.

Rows are only read here; the landing decides what is new in them.
"""
