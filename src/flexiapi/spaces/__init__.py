"""Spaces: the SIP domains with their hosts, servers and settings."""
