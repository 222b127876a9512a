"""What is said about an account to intercoms and the phones that open their doors."""

from django.db import models

from flexiapi.accounts.models import Account
from flexiapi.db.fields import (
    CASCADE_IN_DATABASE,
    ExactCharField,
    Timestamped,
    UnsignedAutoField,
    UnsignedBigAutoField,
)


class AccountType(Timestamped):
    """A kind of device that an account may be, the same for all Spaces."""

    id = UnsignedAutoField(primary_key=True)
    key = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "account_types"


class AccountTypeMembership(Timestamped):
    """An account is of a type."""

    id = UnsignedBigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="type_memberships", db_index=False)
    account_type = models.ForeignKey(AccountType, on_delete=CASCADE_IN_DATABASE, related_name="memberships")

    class Meta:
        db_table = "account_account_type"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "account_type"],
                name="account_account_type_account_id_account_type_id_unique",
            )
        ]


class AccountAction(Timestamped):
    """A DTMF code that does something at the account's device."""

    id = UnsignedBigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="actions")
    key = models.CharField(max_length=255)
    code = models.CharField(max_length=255)

    class Meta:
        db_table = "account_actions"


class DictionaryEntry(Timestamped):
    """A free key and value of an account."""

    id = UnsignedBigAutoField(primary_key=True)
    account = models.ForeignKey(
        Account, on_delete=CASCADE_IN_DATABASE, related_name="dictionary_entries", db_index=False
    )
    key = ExactCharField(max_length=255, db_index=True)
    value = models.CharField(max_length=255, db_index=True)

    class Meta:
        db_table = "account_dictionary_entries"
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="account_dictionary_entries_account_id_key_unique")
        ]
