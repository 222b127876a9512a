"""Files that go with mails. They lie in the storage of uploads, which belongs to another room."""

from collections.abc import Callable

from .outcomes import Undeliverable

Reader = Callable[[str], bytes]

_reader: Reader | None = None


def read_with(reader: Reader) -> None:
    """Say how the content of a stored file is read; the reader raises FileNotFoundError for one that is gone."""
    global _reader
    _reader = reader


def read(name: str) -> bytes:
    """The content of a stored file.

    Raises:
        Undeliverable: it is gone.
        OSError: the storage does not work.
    """
    if _reader is None:
        raise Undeliverable("no storage of uploads")
    try:
        return _reader(name)
    except FileNotFoundError:
        raise Undeliverable("the attached file is gone") from None
