"""SIP addresses as they stand in paths and as people type them."""


def without_scheme(address: str) -> str:
    """A SIP address without an optional `sip:` or `sips:`."""
    scheme, colon, rest = address.partition(":")
    return rest if colon and scheme.lower() in ("sip", "sips") else address
