"""Credentials of the HTTP API that are not passwords."""

from django.db import models
from django.utils import timezone

from flexiapi.accounts.models import Account
from flexiapi.db.fields import (
    CASCADE_IN_DATABASE,
    ExactCharField,
    IndexedTimestamped,
    SecretField,
    Timestamped,
    UnsignedAutoField,
    UnsignedBigAutoField,
)


class ApiKey(Timestamped):
    """A key of the API: the account's own, or one that an administrator manages.

    `expires_after_last_used_minutes` tells them apart: NULL is the account's own key; a managed key
    has the idle time here after which it ends, 0 = never.
    """

    id = UnsignedAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="api_keys")
    key = SecretField(max_length=160, unique=True)  # lower-case hex of the key's SHA-256
    name = models.CharField(max_length=255, null=True, default=None)
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_after_last_used_minutes = models.IntegerField(null=True, default=None)
    ip = models.CharField(max_length=255, null=True, default=None)  # the only address it works from
    requests = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "api_keys"


class Opaque(IndexedTimestamped):
    """A nonce that a client has used, with the highest count seen (`nc`, RFC 7616 §3.4)."""

    id = UnsignedAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="opaques", db_index=False)
    nonce = SecretField(max_length=255)
    nc = models.IntegerField(default=0, db_default=0)
    ip = models.CharField(max_length=255)
    opaque = SecretField(max_length=64)

    class Meta:
        db_table = "opaques"
        constraints = [models.UniqueConstraint(fields=["account", "nonce"], name="opaques_account_id_nonce_unique")]
        indexes = [models.Index(fields=["account", "opaque"], name="opaques_account_opaque_index")]


class AuthToken(IndexedTimestamped):
    """A short-lived token by which one device lets another in; without account until that happened."""

    id = UnsignedBigAutoField(primary_key=True)
    account = models.ForeignKey(
        Account, on_delete=CASCADE_IN_DATABASE, related_name="auth_tokens", null=True, default=None
    )
    token = SecretField(max_length=32, unique=True)
    ip = models.CharField(max_length=255, null=True, default=None)
    user_agent = models.CharField(max_length=255, null=True, default=None)

    class Meta:
        db_table = "auth_tokens"


class PortalSession(models.Model):
    """A browser's session of the portal; `session_key` is the SHA-256 of the cookie's value.

    Rows of a logged-in account carry it, so that its owner and its administrators can list and end them.
    """

    session_key = SecretField(max_length=64, primary_key=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField(db_index=True)
    account = models.ForeignKey(
        Account, on_delete=CASCADE_IN_DATABASE, related_name="portal_sessions", null=True, default=None
    )
    ip = models.CharField(max_length=255, null=True, default=None)
    user_agent = models.CharField(max_length=255, null=True, default=None)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "portal_sessions"

    @property
    def handle(self) -> str:
        """What names the session to those who may end it: half of the hash, worth nothing as a cookie."""
        return self.session_key[:32]


class RateCounter(models.Model):
    """How often something happened within a window of time; its name tells rule, window and, hashed, whom."""

    id = UnsignedBigAutoField(primary_key=True)
    name = ExactCharField(max_length=64, unique=True)
    hits = models.IntegerField(default=0, db_default=0)
    locked = models.BooleanField(default=False, db_default=False)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "rate_counters"
        indexes = [models.Index(fields=["locked", "expires_at"], name="rate_counters_locked_index")]


class TotpSecret(Timestamped):
    """The secret that an account shares with an authenticator app (RFC 6238); it counts once confirmed.

    `last_step` is the time step of the code that was accepted last: each code is good once.
    """

    id = UnsignedBigAutoField(primary_key=True)
    account = models.OneToOneField(Account, on_delete=CASCADE_IN_DATABASE, related_name="totp_secret")
    secret = SecretField(max_length=255)  # sealed with a key derived from APP_KEY
    confirmed_at = models.DateTimeField(null=True, default=None)
    last_step = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "second_factor_totp_secrets"


class Passkey(Timestamped):
    """A public key of an authenticator (WebAuthn), good on the host that it was made on.

    Credential ids may be longer than an index takes: rows are found by the SHA-256.
    """

    id = UnsignedBigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=CASCADE_IN_DATABASE, related_name="passkeys")
    name = models.CharField(max_length=64)
    host = models.CharField(max_length=255)  # the relying party's id
    credential_hash = SecretField(max_length=64, unique=True)
    credential_id = models.TextField()  # base64url
    public_key = models.TextField()  # COSE, base64url
    sign_count = models.BigIntegerField(default=0, db_default=0)
    transports = models.CharField(max_length=255, default="", db_default="")  # words, separated by commas
    last_used_at = models.DateTimeField(null=True, default=None)

    class Meta:
        db_table = "second_factor_passkeys"


class FactorRecoveryCode(Timestamped):
    """A code that stands for a lost second factor, once: using it deletes it. Stored as SHA-256."""

    id = UnsignedBigAutoField(primary_key=True)
    account = models.ForeignKey(
        Account, on_delete=CASCADE_IN_DATABASE, related_name="factor_recovery_codes", db_index=False
    )
    code = SecretField(max_length=64)

    class Meta:
        db_table = "second_factor_recovery_codes"
        constraints = [models.UniqueConstraint(fields=["account", "code"], name="second_factor_recovery_codes_unique")]
