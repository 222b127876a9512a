"""Accounts and their secrets, tokens and codes; reserved names; phone countries."""
