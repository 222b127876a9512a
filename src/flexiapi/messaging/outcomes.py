"""How sending can end other than well."""


class NotDelivered(Exception):
    """Not sent this time: try again later.

    `reason` is for administrators, without anything of the message. `server_down` tells that other messages
    would meet the same fate at this server.
    """

    def __init__(self, reason: str, *, server_down: bool = False) -> None:
        self.reason = reason[:255]
        self.server_down = server_down
        super().__init__(self.reason)


class Undeliverable(Exception):
    """Never to be sent: trying again would end the same way. `reason` as above."""

    def __init__(self, reason: str) -> None:
        self.reason = reason[:255]
        super().__init__(self.reason)


class LeaseLost(Exception):
    """Somebody else has taken the delivery: this process was away for too long."""


def masked(recipient: str) -> str:
    """An address or number as logs and lists of sent messages show it: `al***@example.org`, `+336***89`."""
    local, at, domain = recipient.rpartition("@")
    if at:
        return f"{local[:2] if len(local) > 4 else local[:1]}***@{domain}"
    return f"{recipient[:4]}***{recipient[-2:]}" if len(recipient) > 8 else "***"
