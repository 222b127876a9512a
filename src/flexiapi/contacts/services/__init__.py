"""Writes of contacts, contacts lists and stored vCards."""
