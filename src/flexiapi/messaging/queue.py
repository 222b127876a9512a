"""The queue of background work: a file in the data directory, or Redis where it is configured."""


def send_soon(delivery_id: int) -> None:
    """Have a delivery sent; whatever is lost here is found by the periodic sweep."""
