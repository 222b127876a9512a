"""What telephony does when an account is gone."""

from flexiapi.accounts.events import account_deleted

from .services import devices, external_accounts, files


def connect() -> None:
    """Connect the receivers: the bridge is told, registrations and uploads go."""
    account_deleted.connect(external_accounts.announce_deleted)
    account_deleted.connect(devices.forget_registrations)
    account_deleted.connect(files.remove_files_of)
