"""Files that go with mails, from the storage of uploads."""

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from flexiapi.config import uploads

from .outcomes import NotDelivered, Undeliverable


def read(name: str) -> bytes:
    """The content of a stored file.

    Raises:
        Undeliverable: it is gone.
        NotDelivered: the storage does not work.
    """
    try:
        with uploads.storage().open(name) as file:
            return bytes(file.read())
    except FileNotFoundError:
        raise Undeliverable("the attached file is gone") from None
    except (OSError, BotoCoreError, ClientError) as error:
        raise NotDelivered(f"the attached file cannot be read: {type(error).__name__}") from None
