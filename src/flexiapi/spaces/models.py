"""Spaces and the servers and authentication methods of each."""

from datetime import UTC, datetime

from django.db import models

from flexiapi.db.fields import CASCADE_IN_DATABASE, Timestamped, UnsignedBigAutoField


class Space(Timestamped):
    """A SIP domain with its host, its limits and what its apps and its portal show."""

    id = UnsignedBigAutoField(primary_key=True)
    domain = models.CharField(max_length=64, unique=True)
    host = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255, unique=True)
    super = models.BooleanField(default=False, db_default=False)
    expire_at = models.DateTimeField(null=True, default=None)
    max_accounts = models.IntegerField(default=0, db_default=0)  # 0 = unlimited

    # What the apps show (section `ui` of provisioning)
    disable_chat_feature = models.BooleanField(default=False, db_default=False)
    disable_meetings_feature = models.BooleanField(default=False, db_default=False)
    disable_broadcast_feature = models.BooleanField(default=True, db_default=True)
    disable_call_recordings_feature = models.BooleanField(default=False, db_default=False)
    max_account = models.IntegerField(default=0, db_default=0)  # accounts in the app, 0 = unlimited
    hide_settings = models.BooleanField(default=False, db_default=False)
    hide_account_settings = models.BooleanField(default=False, db_default=False)
    only_display_sip_uri_username = models.BooleanField(default=False, db_default=False)
    assistant_hide_create_account = models.BooleanField(default=False, db_default=False)
    assistant_disable_qr_code = models.BooleanField(default=False, db_default=False)
    assistant_hide_third_party_account = models.BooleanField(default=False, db_default=False)

    # Portal and registration
    web_panel = models.BooleanField(default=True, db_default=True)
    public_registration = models.BooleanField(default=True, db_default=True)
    phone_registration = models.BooleanField(default=True, db_default=True)
    intercom_features = models.BooleanField(default=False, db_default=False)
    unique_email = models.BooleanField(default=True, db_default=True)
    carddav_user_credentials = models.BooleanField(default=False, db_default=False)
    client_certificate_authentication = models.BooleanField(default=False, db_default=False)
    require_second_factor = models.BooleanField(default=False, db_default=False)  # of administrators, in the portal
    copyright_text = models.TextField(null=True, default=None)
    intro_registration_text = models.TextField(null=True, default=None)  # Markdown
    newsletter_registration_address = models.CharField(max_length=255, null=True, default=None)
    theme_hue = models.IntegerField(null=True, default=None)  # 0 to 360 degrees
    logo = models.CharField(max_length=255, null=True, default=None)

    # Provisioning
    account_proxy_registrar_address = models.CharField(max_length=255, null=True, default=None)
    custom_provisioning_entries = models.TextField(null=True, default=None)  # INI
    custom_provisioning_overwrite_all = models.BooleanField(default=False, db_default=False)
    provisioning_carddav_twins = models.BooleanField(default=False, db_default=False)  # sections `carddav_N` too
    provisioning_reg_proxy = models.CharField(max_length=255, null=True, default=None)  # SIP URI of the proxy

    class Meta:
        db_table = "spaces"

    def __str__(self) -> str:
        return self.domain

    @property
    def expiry_day(self) -> datetime | None:
        """The day of expiry at midnight UTC: the time of day that the column may hold does not count."""
        return self.expire_at and self.expire_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def expired(self, now: datetime) -> bool:
        """Whether the Space is refused at `now`: the day of expiry is no day of service any more."""
        return self.expiry_day is not None and self.expiry_day <= now

    @property
    def digest(self) -> "DigestConfiguration | None":
        """How passwords are hashed; None where Digest is not enabled."""
        return getattr(self, "digest_configuration", None)

    @property
    def oidc(self) -> "OidcConfiguration | None":
        """The identity provider, if there is one."""
        return getattr(self, "oidc_configuration", None)


class DigestConfiguration(Timestamped):
    """How a Space's passwords are hashed; without it the Space has no digest authentication."""

    id = UnsignedBigAutoField(primary_key=True)
    realm = models.CharField(max_length=255)
    default_password_algorithm = models.CharField(max_length=10, default="SHA-256", db_default="SHA-256")
    space = models.OneToOneField(Space, on_delete=CASCADE_IN_DATABASE, related_name="digest_configuration")

    class Meta:
        db_table = "space_digest_authentication_configurations"


class OidcConfiguration(Timestamped):
    """The OpenID Connect provider whose tokens a Space accepts."""

    id = UnsignedBigAutoField(primary_key=True)
    server_url = models.CharField(max_length=255)
    realm = models.CharField(max_length=255)
    sip_identifier = models.CharField(max_length=255, default="sip_identity", db_default="sip_identity")
    public_key = models.TextField(null=True, default=None)  # PEM
    client_id = models.CharField(max_length=255, null=True, default=None)
    client_secret = models.CharField(max_length=255, null=True, default=None)
    auto_provisioning = models.BooleanField(null=True, default=False, db_default=False)
    role_provisioning = models.CharField(max_length=255, null=True, default=None)
    jwks = models.TextField(null=True, default=None)  # the provider's signing keys as they were fetched (RFC 7517)
    jwks_fetched_at = models.DateTimeField(null=True, default=None)
    jwks_tried_at = models.DateTimeField(null=True, default=None)
    space = models.OneToOneField(Space, on_delete=CASCADE_IN_DATABASE, related_name="oidc_configuration")

    class Meta:
        db_table = "space_oidc_authentication_configurations"


class EmailServer(Timestamped):
    """The mail server that a Space's own mail leaves by."""

    id = UnsignedBigAutoField(primary_key=True)
    host = models.CharField(max_length=64)
    port = models.IntegerField()
    username = models.CharField(max_length=128, null=True, default=None)
    password = models.CharField(max_length=128, null=True, default=None)
    from_address = models.CharField(max_length=128, null=True, default=None)
    from_name = models.CharField(max_length=128, null=True, default=None)
    signature = models.CharField(max_length=256, null=True, default=None)
    space = models.OneToOneField(Space, on_delete=CASCADE_IN_DATABASE, related_name="email_server")

    class Meta:
        db_table = "space_email_servers"


class CardDavServer(Timestamped):
    """A directory that the apps of a Space search."""

    id = UnsignedBigAutoField(primary_key=True)
    space = models.ForeignKey(Space, on_delete=CASCADE_IN_DATABASE, related_name="carddav_servers")
    enabled = models.BooleanField(default=True, db_default=True)
    uri = models.CharField(max_length=255)
    min_characters = models.IntegerField(default=3, db_default=3)
    results_limit = models.IntegerField(default=0, db_default=0)  # 0 = unlimited
    timeout = models.IntegerField(default=5, db_default=5)  # seconds
    delay = models.IntegerField(default=500, db_default=500)  # milliseconds
    fields_for_user_input = models.CharField(max_length=255, null=True, default=None)
    fields_for_domain = models.CharField(max_length=255, null=True, default=None)
    use_exact_match_policy = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "space_carddav_servers"
