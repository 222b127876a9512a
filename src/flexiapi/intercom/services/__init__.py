"""Writes of account types, actions and dictionaries."""
