"""What an account has beside its registration: trunks, forwardings, voicemails, directory credentials."""

from django.db import models

from flexiapi.accounts.models import Account
from flexiapi.db.fields import (
    CASCADE_IN_DATABASE,
    ExactCharField,
    IndexedTimestamped,
    Timestamped,
    UnsignedBigAutoField,
)
from flexiapi.spaces.models import CardDavServer


class ExternalAccount(Timestamped):
    """Credentials on a foreign SIP service, read by Flexisip's B2BUA; it knows them by `id`."""

    id = UnsignedBigAutoField(primary_key=True)
    account = models.OneToOneField(Account, on_delete=CASCADE_IN_DATABASE, related_name="external_account")
    username = models.CharField(max_length=64)
    domain = models.CharField(max_length=64)
    password = models.CharField(max_length=255)  # HA1 with the realm, or the domain without one
    algorithm = models.CharField(max_length=10, default="MD5", db_default="MD5")
    realm = models.CharField(max_length=64, null=True, default=None)
    registrar = models.CharField(max_length=64, null=True, default=None)
    outbound_proxy = models.CharField(max_length=64, null=True, default=None)
    protocol = models.CharField(max_length=4, default="UDP", db_default="UDP")

    class Meta:
        db_table = "external_accounts"
        constraints = [
            models.UniqueConstraint(fields=["username", "domain"], name="external_accounts_username_domain_unique")
        ]


class CallForwarding(Timestamped):
    """Where calls go: `type` says when (`always`, `busy`, `no_answer`), `forward_to` what kind of target."""

    id = UnsignedBigAutoField(primary_key=True)
    account = models.ForeignKey(
        Account,
        on_delete=CASCADE_IN_DATABASE,
        related_name="call_forwardings",
        null=True,
        default=None,
        db_index=False,
    )
    type = models.CharField(max_length=255)
    forward_to = models.CharField(max_length=255)
    sip_uri = models.CharField(max_length=255, null=True, default=None)
    enabled = models.BooleanField(default=False, db_default=False)
    contact = models.ForeignKey(
        Account,
        on_delete=CASCADE_IN_DATABASE,
        related_name="forwarded_to_by",
        null=True,
        default=None,
    )

    class Meta:
        db_table = "call_forwardings"
        constraints = [
            models.UniqueConstraint(fields=["account", "type"], name="call_forwardings_account_id_type_unique")
        ]


class AccountFile(IndexedTimestamped):
    """A voicemail or another upload; without `name` until the upload happened."""

    id = ExactCharField(max_length=36, primary_key=True)  # UUID, made by the application
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="files", null=True, default=None)
    name = models.CharField(max_length=255, null=True, default=None)
    size = models.IntegerField(null=True, default=None)  # bytes
    content_type = models.CharField(max_length=255, db_index=True)
    sip_from = models.TextField(null=True, default=None)
    uploaded_at = models.DateTimeField(null=True, default=None)
    sending_by_mail_at = models.DateTimeField(null=True, default=None)
    sent_by_mail_at = models.DateTimeField(null=True, default=None)
    sending_by_mail_tryouts = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "account_files"


class CardDavCredential(Timestamped):
    """An account's own credentials on one of its Space's directories."""

    id = UnsignedBigAutoField(primary_key=True)
    server = models.ForeignKey(
        CardDavServer,
        on_delete=CASCADE_IN_DATABASE,
        related_name="credentials",
        db_column="space_carddav_server_id",
        db_index=False,
    )
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="carddav_credentials")
    username = models.CharField(max_length=64)
    password = models.CharField(max_length=255)  # HA1
    realm = models.CharField(max_length=255)
    algorithm = models.CharField(max_length=10, default="MD5", db_default="MD5")

    class Meta:
        db_table = "account_carddav_credentials"
        constraints = [models.UniqueConstraint(fields=["server", "account"], name="account_carddav_credentials_unique")]
