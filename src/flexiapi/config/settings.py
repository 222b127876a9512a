"""The settings of an instance: each field is one variable with its kind, its default and its meaning."""

# `setting` declares a field and evaluates nothing that instances would share.
# ruff: noqa: RUF009

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from . import defaults
from .kinds import (
    EMAIL,
    FLAG,
    HOST,
    KEY,
    KEYS,
    LINE,
    MINUTES,
    NAME,
    NAMES,
    NETWORKS,
    PAIRS,
    PATH,
    PORT,
    REGEX,
    SECONDS,
    TEXT,
    URL,
    Network,
    choice,
    integer,
)
from .variables import Derived, setting

_DATABASES = choice("sqlite", "mysql", "pgsql", sqlite3="sqlite", mariadb="mysql", postgres="pgsql", postgresql="pgsql")
_ALGORITHMS = choice("SHA-256", "MD5", sha256="SHA-256")
_SAMPLES = frozenset({"secret-key", "site-key"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InstanceSettings:
    """What an operator configured. Minutes are whole; 0 minutes of validity mean "never expires"."""

    app_name: str = setting(
        LINE, "Flexisip Account Manager", "Name of the instance, shown where no Space's name applies."
    )
    app_env: str = setting(
        NAME, defaults.PRODUCTION, "Name of the environment; selects the DotEnv file and prefixes log lines."
    )
    app_key: bytes = setting(
        KEY,
        Derived("none in production; elsewhere a random one at each start", defaults.app_key),
        "Secret of the instance, written by `flexiapi key:generate`. Changing it logs everybody out.",
        secret=True,
    )
    app_previous_keys: tuple[bytes, ...] = setting(
        KEYS, (), "Former values of `APP_KEY`, separated by commas: what they encrypted can still be read.", secret=True
    )
    app_debug: bool = setting(FLAG, False, "Detailed error pages. Never in production.")
    app_root_host: str | None = setting(HOST, None, "Base host: every Space answers on it or on a host below it.")
    app_url: str = setting(URL, "http://localhost", "Base of links made outside a request, for lack of a Space.")
    asset_url: str | None = setting(
        URL, None, "Base of the addresses of static files, where they are served elsewhere."
    )
    app_project_url: str | None = setting(URL, None, "Link on the About page.")
    terms_of_use_url: str | None = setting(URL, None, "Terms of use, linked from registration and the About page.")
    privacy_policy_url: str | None = setting(URL, None, "Privacy policy, linked like the terms of use.")
    instance_custom_theme: bool = setting(
        FLAG,
        False,
        "Link `css/$APP_ENV.style.css` of the configuration directory after the standard style sheet.",
    )
    app_show_login_counter_temp: bool = setting(FLAG, True, "Show the number of accounts on the login page.")
    app_dangerous_endpoints: bool = setting(FLAG, False, "Serve the deprecated public endpoints of old Linphone apps.")
    flexiapi_data_dir: Path = setting(
        PATH,
        Path("data"),
        "Directory of the embedded database, uploads, queue and logs, below the working directory.",
    )
    flexiapi_config_dir: Path = setting(
        PATH,
        Path("config"),
        "Directory of `flexiapi.env`, hooks, templates and themes; `/etc/flexisip-account-manager` if present.",
    )
    app_mail_templates_path: Path = setting(
        PATH,
        Derived("`mails` in `FLEXIAPI_CONFIG_DIR`", defaults.mail_templates),
        "Directory of customised mail templates.",
    )

    app_allow_phone_number_username_admin_api: bool = setting(
        FLAG, False, "Let administrators give accounts a phone number as their username."
    )
    account_blacklisted_usernames: tuple[str, ...] = setting(
        NAMES, (), "Refused usernames: compared literally and, where valid, searched as regular expressions."
    )
    account_username_regex: str = setting(REGEX, "^[a-z0-9+_.-]*$", "Accepted SIP usernames.")
    blocking_time_period_check: int = setting(MINUTES, 30, "Minutes that the blocking of an account looks back.")
    blocking_amount_events_authorized_during_period: int = setting(
        integer(0, 1_000_000),
        5,
        "Recoveries, phone and e-mail changes in that time that block an account; 0 = off.",
    )

    app_api_key_expiration_minutes: int = setting(MINUTES, 60, "How long an unused API key of a user lives.")
    app_api_account_creation_token_retry_minutes: int = setting(
        MINUTES, 60, "Delay between two account creation tokens for one device."
    )
    app_api_account_recovery_token_retry_minutes: int = setting(
        MINUTES, 60, "Delay between two account recovery tokens for one device."
    )
    app_account_creation_token_expiration_minutes: int = setting(MINUTES, 0, "Validity of an account creation token.")
    app_account_recovery_token_expiration_minutes: int = setting(MINUTES, 60, "Validity of an account recovery token.")
    app_email_change_code_expiration_minutes: int = setting(MINUTES, 10, "Validity of an e-mail change code.")
    app_phone_change_code_expiration_minutes: int = setting(MINUTES, 10, "Validity of a phone change code.")
    app_recovery_code_expiration_minutes: int = setting(MINUTES, 10, "Validity of a recovery code.")
    app_provisioning_token_expiration_minutes: int = setting(MINUTES, 0, "Validity of a provisioning token.")
    app_reset_password_email_token_expiration_minutes: int = setting(
        MINUTES, 1440, "Validity of the link of a password reset mail."
    )

    account_provisioning_use_x_linphone_provisioning_header: bool = setting(
        FLAG,
        True,
        "Require the `X-Linphone-Provisioning` header. Switch off for Linphone apps that do not send it.",
    )
    account_provisioning_grace_seconds: int = setting(
        SECONDS,
        0,
        "How long a consumed provisioning token still answers the same address and user agent; 0 = off.",
    )
    account_provisioning_rc_file: Path | None = setting(
        PATH, None, "INI file that is merged into every provisioning document."
    )
    account_provisioning_overwrite_all: bool = setting(
        FLAG, False, 'Add `overwrite="true"` to every provisioned entry, whatever the Space says.'
    )

    app_linphone_daemon_unix_path: Path | None = setting(
        PATH, None, "Socket of linphone-daemon; without it `POST /api/messages` does not exist."
    )
    app_flexisip_pusher_path: Path | None = setting(PATH, None, "The `flexisip_pusher` executable; without it no push.")
    app_flexisip_pusher_firebase_keysmap: Mapping[str, str] = setting(
        PAIRS,
        MappingProxyType({}),
        "Firebase keys: `id:key` pairs separated by blanks, chosen by `pn_param`.",
        secret=True,
    )
    push_driver: str = setting(
        choice("pusher", "log", "array"),
        "pusher",
        "How push notifications leave: `pusher` (`flexisip_pusher`), `log` (only logged), `array` (kept, for tests).",
    )
    flexisip_no_answer_alias: str = setting(
        LINE, "away", "The word that Flexisip gets for call forwardings of the type `no_answer`."
    )
    flexisip_use_global_domain: bool = setting(
        FLAG, False, "Set where Flexisip's own `use-global-domain` is: the devices of all domains are filed together."
    )
    flexisip_clear_registrations: bool = setting(
        FLAG, True, "Remove the registrations of a deleted account from the registrar."
    )
    coturn_server_host: str | None = setting(LINE, None, "TURN server, `host` or `host:port`.")
    coturn_session_ttl_minutes: int = setting(MINUTES, 1440, "Validity of TURN credentials; 0 = no TURN service.")
    coturn_static_auth_secret: str | None = setting(LINE, None, "Secret shared with the TURN server.", secret=True)

    db_connection: str = setting(
        _DATABASES, "sqlite", "Database: `sqlite` (embedded), `mysql` (MariaDB too) or `pgsql`."
    )
    db_driver: str | None = setting(_DATABASES, None, "Takes the place of `DB_CONNECTION` where set.")
    database_url: str | None = setting(
        LINE,
        None,
        "`mysql://user:password@host:port/name`; takes the place of the single variables.",
        secret=True,
    )
    db_host: str = setting(LINE, "127.0.0.1", "Database server.")
    db_port: int | None = setting(PORT, Derived("`3306`, `5432` for `pgsql`", defaults.database_port), "Its port.")
    db_database: str | None = setting(
        LINE,
        Derived("`flexisip`; for `sqlite` a file in the data directory", defaults.database_name),
        "Name of the database; for `sqlite` its file, below the data directory.",
    )
    db_username: str = setting(LINE, "flexisip", "User of the database.")
    db_password: str = setting(LINE, "", "Password of that user.", secret=True)
    db_socket: str | None = setting(LINE, None, "Unix socket of the server, instead of host and port.")
    mysql_attr_ssl_ca: str | None = setting(
        LINE, None, "CA file: encrypt the connection to MariaDB and check the server."
    )

    redis_client: str = setting(
        choice("phpredis", "phpredis-sentinel", predis="phpredis", redis="phpredis", sentinel="phpredis-sentinel"),
        "phpredis",
        "`phpredis-sentinel` asks Sentinel for the server; else the server is addressed directly.",
    )
    redis_url: str | None = setting(
        LINE,
        None,
        "`redis://user:password@host:port/db`; takes the place of the single variables.",
        secret=True,
    )
    redis_host: str | None = setting(LINE, None, "Redis server of the SIP registrar. Without it Redis is not used.")
    redis_port: int = setting(PORT, 6379, "Its port.")
    redis_password: str | None = setting(LINE, None, "Its password.", secret=True)
    redis_db: int = setting(integer(0, 65535), 0, "Number of the Redis database.")
    redis_prefix: str = setting(LINE, "", "Prefix of every key.")
    redis_sentinel_host: str = setting(LINE, "127.0.0.1", "Sentinel.")
    redis_sentinel_port: int = setting(PORT, 26379, "Its port.")
    redis_sentinel_service: str = setting(LINE, "mymaster", "Name of the service that it watches.")
    redis_sentinel_password: str | None = setting(LINE, None, "Its password.", secret=True)
    redis_sentinel_timeout: int = setting(SECONDS, 0, "Seconds to connect to it; 0 = the product's own limit.")
    redis_sentinel_read_timeout: int = setting(
        SECONDS, 0, "Seconds to wait for its answer; 0 = the product's own limit."
    )

    mail_driver: str = setting(
        choice("smtp", "sendmail", "log", "array"),
        Derived("`log`; `smtp` once `MAIL_HOST` is set", defaults.mail_driver),
        "How mail leaves: `smtp`, `sendmail`, `log` (only logged), `array` (kept in memory, for tests).",
    )
    mail_host: str | None = setting(HOST, None, "Mail server.")
    mail_port: int = setting(PORT, 587, "Its port; 465 is encrypted from the first byte.")
    mail_username: str | None = setting(LINE, None, "User; without one there is no authentication.")
    mail_password: str | None = setting(LINE, None, "Password of that user.", secret=True)
    mail_encryption: str | None = setting(
        choice("tls", "ssl", starttls="tls"),
        None,
        "`tls` insists on STARTTLS, `ssl` encrypts from the first byte; unset: STARTTLS where offered.",
    )
    mail_from_address: str = setting(EMAIL, Derived("`noreply@` and `APP_ROOT_HOST`", defaults.mail_from), "Sender.")
    mail_from_name: str = setting(LINE, Derived("`APP_NAME`", defaults.app_name), "Name of the sender.")
    mail_signature: str = setting(
        LINE,
        Derived("`APP_NAME`", defaults.app_name),
        "Closing line of mails, where the Space has none.",
    )
    mail_allow_self_signed: bool = setting(FLAG, False, "Accept a self-signed certificate of the mail server.")
    mail_verify_peer: bool = setting(FLAG, True, "Check the certificate of the mail server.")
    mail_verify_peer_name: bool = setting(FLAG, True, "Check that the certificate names the mail server.")
    ovh_app_key: str | None = setting(LINE, None, "OVH application key; without it no SMS is sent.", secret=True)
    ovh_app_secret: str | None = setting(LINE, None, "OVH application secret.", secret=True)
    ovh_app_consumer_key: str | None = setting(LINE, None, "OVH consumer key.", secret=True)
    ovh_app_sender: str = setting(LINE, "", "Sender of SMS, as registered at OVH.")
    ovh_app_endpoint: str = setting(LINE, "ovh-eu", "OVH endpoint.")
    sms_driver: str = setting(
        choice("ovh", "log", "array"),
        "ovh",
        "How SMS leave: `ovh`, `log` (only logged), `array` (kept in memory, for tests).",
    )
    deliveries_inline: bool = setting(FLAG, False, "Send mail and SMS inside the request instead of in the background.")

    trusted_proxies: tuple[Network, ...] = setting(
        NETWORKS, (), "Proxies whose `X-Forwarded-*` and `X-SSL-Client-*` headers are believed."
    )
    rate_limit_api_per_minute: int = setting(integer(0, 10_000_000), 600, "API requests a minute and address; 0 = off.")
    rate_limit_credentials: bool = setting(FLAG, True, "Limit credential checks and token requests.")
    upload_max_bytes: int = setting(integer(1, 2**31 - 1), 20_971_520, "Size of an uploaded file at most, in bytes.")
    outbound_allow_private: bool = setting(
        FLAG,
        False,
        "Let OIDC providers, webhooks and mail servers of Spaces be on private or loopback addresses.",
    )
    hcaptcha_enabled: bool = setting(FLAG, True, "Ask for the captcha where both of its keys are set.")
    captcha_driver: str = setting(
        choice("hcaptcha", "log", "array"),
        "hcaptcha",
        "Who checks captchas: `hcaptcha`, `log` (everybody passes, for development), `array` (for tests).",
    )
    hcaptcha_sitekey: str | None = setting(LINE, None, "Site key of hCaptcha.")
    hcaptcha_secret: str | None = setting(LINE, None, "Secret of hCaptcha.", secret=True)
    session_lifetime: int = setting(integer(1, 525_600), 120, "Minutes of inactivity that end a web session.")
    session_cookie: str = setting(
        LINE,
        Derived("`APP_NAME` in lower case and `_session`", defaults.cookie_name),
        "Name of the session cookie.",
    )
    session_domain: str | None = setting(LINE, None, "Domain of the session cookie; unset = only the host itself.")
    session_secure_cookie: bool | None = setting(
        FLAG, None, "Send the session cookie over HTTPS only; unset = when the request came over HTTPS."
    )

    filesystem_driver: str = setting(choice("local", "s3"), "local", "Where uploads are kept: data directory or S3.")
    aws_bucket: str | None = setting(LINE, None, "S3 bucket of the uploads.")
    aws_access_key_id: str | None = setting(LINE, None, "S3 access key.", secret=True)
    aws_secret_access_key: str | None = setting(LINE, None, "S3 secret key.", secret=True)
    aws_default_region: str = setting(LINE, "us-east-1", "S3 region.")
    aws_endpoint: str | None = setting(URL, None, "S3 endpoint, where it is not Amazon's.")
    aws_use_path_style_endpoint: bool = setting(FLAG, False, "Put the bucket into the path instead of the host name.")

    log_channel: str = setting(
        choice("stack", "single", "daily", "syslog", "stderr", "null", errorlog="stderr", none="null"),
        "stack",
        "Where log lines go; `null` is nowhere, `stack` is `single`.",
    )
    log_level: str = setting(
        choice("debug", "info", "warning", "error", "critical", notice="info"),
        "info",
        "The least level that is logged.",
    )

    app_sip_domain: str | None = setting(HOST, None, "SIP domain of the first Space.")
    app_admins_manage_multi_domains: bool = setting(FLAG, False, "The first Space is the super Space.")
    account_proxy_registrar_address: str | None = setting(LINE, None, "Registrar shown to users.")
    account_transport_protocol_text: str | None = setting(LINE, None, "Transports shown beside the registrar.")
    account_realm: str | None = setting(LINE, None, "Digest realm; unset = the domain.")
    account_email_unique: bool | None = setting(FLAG, None, "E-mail addresses are unique within a Space.")
    account_default_password_algorithm: str | None = setting(_ALGORITHMS, None, "Algorithm of new passwords.")
    instance_copyright: str | None = setting(TEXT, None, "Text of the footer.")
    instance_intro_registration: str | None = setting(TEXT, None, "Markdown of the login and registration pages.")
    web_panel: bool | None = setting(FLAG, None, "Whether there are web pages.")
    newsletter_registration_address: str | None = setting(EMAIL, None, "Where newsletter subscriptions are sent.")
    public_registration: bool | None = setting(FLAG, None, "Whether anybody may register.")
    phone_authentication: bool | None = setting(FLAG, None, "Whether registration and recovery by phone exist.")
    intercom_features: bool | None = setting(FLAG, None, "Whether the intercom features are shown.")
    jwt_rsa_public_key_pem: str | None = setting(TEXT, None, "PEM public key of the issuer of bearer tokens.")
    jwt_sip_identifier: str | None = setting(LINE, None, "Claim of bearer tokens that holds the SIP address.")

    @property
    def mail_configured(self) -> bool:
        """Whether mail leaves this machine without a Space's own server."""
        return self.mail_driver == "sendmail" or (self.mail_driver == "smtp" and bool(self.mail_host))

    @property
    def sms_configured(self) -> bool:
        """Whether SMS can be sent."""
        keys = (self.ovh_app_key, self.ovh_app_secret, self.ovh_app_consumer_key)
        return self.sms_driver != "ovh" or all(keys)

    @property
    def sentinel(self) -> bool:
        """Whether Sentinel is asked for the Redis server."""
        return self.redis_client == "phpredis-sentinel"

    @property
    def redis_configured(self) -> bool:
        """Whether there is a Redis server."""
        return self.sentinel or bool(self.redis_url or self.redis_host)

    @property
    def captcha_enabled(self) -> bool:
        """Whether pages ask for the captcha: it is on, and both keys are set and are no sample values."""
        keys = (self.hcaptcha_secret, self.hcaptcha_sitekey)
        return self.hcaptcha_enabled and all(key and key not in _SAMPLES for key in keys)

    @property
    def turn_configured(self) -> bool:
        """Whether TURN credentials can be given."""
        complete = bool(self.coturn_server_host and self.coturn_static_auth_secret)
        return complete and self.coturn_session_ttl_minutes > 0

    @property
    def production(self) -> bool:
        """Whether this is a production environment."""
        return self.app_env == defaults.PRODUCTION

    def derived_key(self, purpose: str) -> bytes:
        """32 bytes that depend on `APP_KEY` and the purpose alone: HKDF-Expand with SHA-256 (RFC 5869 §2.3).

        The extraction of that RFC is left out as its §3.3 allows: `APP_KEY` is uniformly random already.
        """
        return _expanded(self.app_key, purpose)

    def derived_keys(self, purpose: str) -> tuple[bytes, ...]:
        """The derived key of `APP_KEY`, then those of the previous keys: to read what they protected."""
        return tuple(_expanded(key, purpose) for key in (self.app_key, *self.app_previous_keys))


def _expanded(key: bytes, purpose: str) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\x01", "sha256")
