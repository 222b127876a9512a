"""The names of what the audit log records; they are stored and served, so that they stay as they are."""

from typing import Literal

Action = Literal[
    "account.created",
    "account.changed",
    "account.deleted",
    "account.activated",
    "account.deactivated",
    "account.blocked",
    "account.unblocked",
    "account.provisioned",
    "account.mailed",
    "password.changed",
    "key.replaced",
    "key.created",
    "key.deleted",
    "login.succeeded",
    "logout",
    "sessions.ended",
    "credential.refused",
    "second_factor.added",
    "second_factor.removed",
    "second_factor.reset",
    "recovery_codes.replaced",
    "recovery_code.used",
    "space.created",
    "space.changed",
    "space.deleted",
    "contacts_list.created",
    "contacts_list.changed",
    "contacts_list.deleted",
]
