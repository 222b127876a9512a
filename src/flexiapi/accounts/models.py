"""Accounts, their secrets, tokens and codes, reserved names and phone countries."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone

from flexiapi.db.fields import (
    CASCADE_IN_DATABASE,
    IndexedTimestamped,
    NaturalForeignKey,
    SecretField,
    Timestamped,
    UnsignedAutoField,
    UnsignedBigAutoField,
    UpdatedAtField,
)
from flexiapi.spaces.models import Space


class Account(models.Model):
    """A SIP account. Flexisip reads this table by SQL: its columns keep their names and meaning."""

    id = UnsignedAutoField(primary_key=True)
    username = models.CharField(max_length=64)
    space = NaturalForeignKey(
        Space,
        on_delete=CASCADE_IN_DATABASE,
        to_field="domain",
        db_column="domain",
        related_name="accounts",
    )
    email = models.CharField(max_length=64, null=True, default=None, db_index=True)
    phone = models.CharField(max_length=64, null=True, default=None, db_index=True)  # E.164
    display_name = models.CharField(max_length=255, null=True, default=None)
    dtmf_protocol = models.CharField(max_length=255, null=True, default=None)
    activated = models.BooleanField(default=False, db_default=False)
    blocked = models.BooleanField(default=False, db_default=False, db_index=True)
    admin = models.BooleanField(default=False, db_default=False)
    confirmation_key = SecretField(max_length=14, null=True, default=None)
    ip_address = models.CharField(max_length=39)
    user_agent = models.CharField(max_length=256)
    expire_time = models.DateTimeField(null=True, default=None)  # unused, kept for operators' statements
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    updated_at = UpdatedAtField(null=True, editable=False)

    class Meta:
        db_table = "accounts"
        constraints = [models.UniqueConstraint(fields=["username", "space"], name="accounts_username_domain_unique")]
        indexes = [
            models.Index(fields=["space", "updated_at", "id"], name="accounts_of_space_changed"),
            models.Index(fields=["updated_at", "id"], name="accounts_changed"),
        ]

    def __str__(self) -> str:
        return self.identifier

    @property
    def identifier(self) -> str:
        """`username@domain`."""
        return f"{self.username}@{self.domain}"

    @property
    def sip_uri(self) -> str:
        """`sip:username@domain`."""
        return f"sip:{self.identifier}"


class Password(models.Model):
    """A digest secret: HA1 as lower-case hex (RFC 7616 §3.4.2), read by Flexisip."""

    id = UnsignedAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="passwords", db_index=False)
    password = SecretField(max_length=255)
    algorithm = models.CharField(max_length=10, default="MD5", db_default="MD5")  # `MD5` or `SHA-256`

    class Meta:
        db_table = "passwords"
        constraints = [
            models.UniqueConstraint(fields=["account", "algorithm"], name="passwords_account_id_algorithm_unique")
        ]


class OriginColumns(IndexedTimestamped):
    """A token or code, and where the request came from that made it; `USED_UP` are rows that nobody can use."""

    USED_UP: ClassVar[models.Q] = models.Q(used=True)

    ip = models.CharField(max_length=255, null=True, default=None)
    user_agent = models.CharField(max_length=255, null=True, default=None)

    class Meta:
        abstract = True

    def expired(self, now: datetime, minutes: int | None) -> bool:
        """Whether the row is older than `minutes`; 0 and None are never."""
        return bool(minutes) and self.created_at is not None and self.created_at + timedelta(minutes=minutes or 0) < now

    @classmethod
    def dead(cls, before: datetime, *, expired: bool) -> models.QuerySet[Self]:
        """What nobody can use and was touched last before a moment: used up, or all, where that is `expired`."""
        untouched = models.Q(updated_at=None) | models.Q(updated_at__lt=before)
        rows = cls._default_manager.filter(untouched, created_at__lt=before)
        return rows if expired else rows.filter(cls.USED_UP)


class ActivationExpiration(Timestamped):
    """Until when an account may be activated by its confirmation key."""

    id = UnsignedBigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="activation_expirations")
    expires = models.DateTimeField()

    class Meta:
        db_table = "activation_expirations"


class ProvisioningToken(OriginColumns):
    """A link that provisions the account once; the newest unused one is the account's current token."""

    id = UnsignedAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="provisioning_tokens")
    token = SecretField(max_length=255, null=True, default=None, unique=True)
    used = models.BooleanField(default=False, db_default=False)
    consumed_at = models.DateTimeField(null=True, default=None)
    consumed_ip = models.CharField(max_length=255, null=True, default=None)
    consumed_user_agent = models.CharField(max_length=255, null=True, default=None)

    class Meta:
        db_table = "provisioning_tokens"

    @classmethod
    def dead(cls, before: datetime, *, expired: bool) -> models.QuerySet[Self]:
        """The superseded ones: the newest stays, used or not, lest an older one become the current one again."""
        newer = cls._default_manager.filter(account=models.OuterRef("account"), pk__gt=models.OuterRef("pk"))
        return super().dead(before, expired=True).filter(models.Exists(newer))


class RecoveryCode(OriginColumns):
    """A code that recovers an account, sent to its phone or e-mail address; NULL once consumed."""

    USED_UP = models.Q(code=None) | models.Q(attempts__gte=3)

    id = UnsignedAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="recovery_codes")
    code = SecretField(max_length=255, null=True, default=None)
    phone = models.CharField(max_length=255, null=True, default=None)
    email = models.CharField(max_length=255, null=True, default=None)
    attempts = models.SmallIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "recovery_codes"


class RecoveryRequest(OriginColumns):
    """Somebody asked to recover an account by an identifier, known or not: both look and count the same.

    `code` is what was sent, NULL where the identifier led to nobody.
    """

    USED_UP = models.Q(attempts__gte=3)

    id = UnsignedBigAutoField(primary_key=True)
    token = SecretField(max_length=64, unique=True)  # lower-case hex of the SHA-256 of what the form carries
    identifier = SecretField(max_length=64, db_index=True)  # keyed hash of Space and identifier
    attempts = models.SmallIntegerField(default=0, db_default=0)
    code = models.ForeignKey(
        RecoveryCode, on_delete=CASCADE_IN_DATABASE, related_name="requests", null=True, default=None
    )

    class Meta:
        db_table = "recovery_requests"


class PhoneChangeCode(OriginColumns):
    """A code that confirms a new phone number; NULL once consumed."""

    USED_UP = models.Q(code=None) | models.Q(attempts__gte=3)

    id = UnsignedAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="phone_change_codes")
    code = SecretField(max_length=255, null=True, default=None)
    phone = models.CharField(max_length=255)
    attempts = models.SmallIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "phone_change_codes"


class EmailChangeCode(OriginColumns):
    """A code that confirms a new e-mail address; NULL once consumed."""

    USED_UP = models.Q(code=None) | models.Q(attempts__gte=3)

    id = UnsignedAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="email_change_codes")
    code = SecretField(max_length=255, null=True, default=None)
    email = models.CharField(max_length=255)
    attempts = models.SmallIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "email_change_codes"


class ResetPasswordEmailToken(OriginColumns):
    """A link that sets a new password, sent by mail."""

    id = UnsignedBigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="reset_password_email_tokens")
    token = SecretField(max_length=64, unique=True)  # lower-case hex of the token's SHA-256
    used = models.BooleanField(default=False, db_default=False)
    email = models.CharField(max_length=255)

    class Meta:
        db_table = "reset_password_email_tokens"


class AccountRecoveryToken(OriginColumns):
    """A token that lets an app ask for a recovery code, sent to it by push."""

    id = UnsignedBigAutoField(primary_key=True)
    token = SecretField(max_length=255, db_index=True)
    pn_provider = models.CharField(max_length=255)
    pn_param = models.CharField(max_length=255)
    pn_prid = models.CharField(max_length=255)
    used = models.BooleanField(default=False, db_default=False)
    account = models.ForeignKey(
        Account,
        on_delete=CASCADE_IN_DATABASE,
        related_name="account_recovery_tokens",
        null=True,
        default=None,
    )

    class Meta:
        db_table = "account_recovery_tokens"
        indexes = [models.Index(fields=["pn_provider", "pn_param", "pn_prid"], name="recovery_tokens_push_index")]


class AccountCreationToken(OriginColumns):
    """A token that lets an app create one account, sent to it by push or given after a captcha."""

    id = UnsignedBigAutoField(primary_key=True)
    token = SecretField(max_length=255, db_index=True)
    pn_provider = models.CharField(max_length=255, null=True, default=None)
    pn_param = models.CharField(max_length=255, null=True, default=None)
    pn_prid = models.CharField(max_length=255, null=True, default=None)
    used = models.BooleanField(default=False, db_default=False)
    account = models.ForeignKey(  # the one it created
        Account,
        on_delete=CASCADE_IN_DATABASE,
        related_name="account_creation_tokens",
        null=True,
        default=None,
    )

    class Meta:
        db_table = "account_creation_tokens"
        indexes = [models.Index(fields=["pn_provider", "pn_param", "pn_prid"], name="creation_tokens_push_index")]

    @classmethod
    def dead(cls, before: datetime, *, expired: bool) -> models.QuerySet[Self]:
        """Those of accounts stay: they vouch for them."""
        return super().dead(before, expired=expired).filter(account=None)


class AccountCreationRequestToken(OriginColumns):
    """A token that an app trades for a creation token once its holder has passed the captcha page."""

    id = UnsignedBigAutoField(primary_key=True)
    token = SecretField(max_length=16, db_index=True)
    used = models.BooleanField(default=False, db_default=False)
    validated_at = models.DateTimeField(null=True, default=None)
    creation_token = models.ForeignKey(
        AccountCreationToken,
        on_delete=CASCADE_IN_DATABASE,
        related_name="request_tokens",
        db_column="acc_creation_token_id",
        null=True,
        default=None,
    )

    class Meta:
        db_table = "account_creation_request_tokens"


class Tombstone(IndexedTimestamped):
    """The reserved name of a deleted account; outlives the Space."""

    id = UnsignedBigAutoField(primary_key=True)
    username = models.CharField(max_length=64)
    domain = models.CharField(max_length=64)

    class Meta:
        db_table = "accounts_tombstones"
        constraints = [
            models.UniqueConstraint(fields=["username", "domain"], name="accounts_tombstones_username_domain_unique")
        ]


class PhoneCountry(Timestamped):
    """A country whose phone numbers are accepted once it is activated."""

    code = models.CharField(max_length=2, primary_key=True)  # ISO 3166-1 alpha-2
    country_code = models.CharField(max_length=3)  # calling code without `+`
    activated = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "phone_countries"
