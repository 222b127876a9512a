"""Writes of the accounts room, one module a use case."""
