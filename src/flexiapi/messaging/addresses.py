"""Where mail servers may be: those of Spaces are named by others than the operator of the machine."""

import socket
from collections.abc import Sequence

from flexiapi.http.outbound import is_public

from .outcomes import NotDelivered

Address = tuple[socket.AddressFamily, str]


def public(host: str, port: int) -> Sequence[Address]:
    """The public addresses of a host.

    The connection must go to one of these: a name that is looked up again may answer differently.

    Raises:
        NotDelivered: the name is unknown, or stands for an address that only this network can reach.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotDelivered(f"{host}: name not found", server_down=True) from error
    addresses = [(family, str(place[0])) for family, _, _, _, place in found]
    if not all(is_public(address) for _, address in addresses):
        raise NotDelivered(
            f"{host} is no public address; OUTBOUND_ALLOW_PRIVATE allows mail servers there", server_down=True
        )
    return addresses
