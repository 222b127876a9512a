"""Writes of telephony, one module a subject."""
