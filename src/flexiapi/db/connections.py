"""Database connections of threads that no request owns."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import close_old_connections, connections


@contextmanager
def kept() -> Iterator[None]:
    """A piece of work of a thread that lives on: its connection is kept for the next one while it is good."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


@contextmanager
def closed_after() -> Iterator[None]:
    """The work of a thread that ends with it: no connection stays behind."""
    try:
        yield
    finally:
        connections.close_all()
