"""Contacts between accounts, contacts lists and stored vCards."""
