"""Links that set an app up and make it do something."""

from django.db import models

from flexiapi.accounts.models import Account
from flexiapi.db.fields import CASCADE_IN_DATABASE, SecretField, Timestamped


class Wizard(Timestamped):
    """A link that provisions an account and then calls, shows or answers something in the app."""

    token = SecretField(max_length=8, primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="wizards")
    provisioning_account = models.ForeignKey(
        Account,
        on_delete=CASCADE_IN_DATABASE,
        related_name="provisioning_wizards",
        null=True,
        default=None,
    )
    sip = models.CharField(max_length=255, null=True, default=None)
    linphone_action = models.CharField(max_length=255, null=True, default=None)
    linphone_use_sips = models.BooleanField(null=True, default=None)
    used_at = models.DateTimeField(null=True, default=None)

    class Meta:
        db_table = "wizards"
