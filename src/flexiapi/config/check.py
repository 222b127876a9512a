"""What an operator should know about the variables that an instance was given."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from . import dotenv, instance
from .errors import ConfigurationError
from .settings import InstanceSettings
from .variables import variables

FIRST_OF_SPACE: Final = "app_sip_domain"
"""The first of the settings that describe the first Space and belong to the Space afterwards."""

OBSOLETE: Final[Mapping[str, str]] = {
    "ACCOUNT_AUTHENTICATION_BEARER": "bearer tokens are a setting of the Space",
    "ACCOUNT_CONSUME_EXTERNAL_ACCOUNT_ON_CREATE": "has no effect",
    "BCRYPT_ROUNDS": "passwords are kept as SIP needs them",
    "BROADCAST_DRIVER": "has no effect",
    "CACHE_DRIVER": "the cache is not configurable",
    "CACHE_PREFIX": "the cache is not configurable",
    "DEVICES_MANAGEMENT": "devices can be managed as soon as Redis is configured",
    "INSTANCE_CONFIRMED_REGISTRATION_TEXT": "the texts of mails are templates of the configuration directory",
    "LOG_SLACK_WEBHOOK_URL": "forward the journal or syslog instead",
    "LOG_STDERR_FORMATTER": "has no effect",
    "MAIL_LOG_CHANNEL": "mails are logged where everything is",
    "PAPERTRAIL_PORT": "forward the journal or syslog instead",
    "PAPERTRAIL_URL": "forward the journal or syslog instead",
    "QUEUE_CONNECTION": "mail and SMS are queued in the database",
    "QUEUE_FAILED_DRIVER": "mail and SMS are queued in the database",
    "REDIS_CACHE_DB": "the cache is not configurable",
    "REDIS_CLUSTER": "has no effect",
    "REDIS_QUEUE": "has no effect",
    "REDIS_SENTINEL_PERSISTENT": "connections are always kept",
    "REDIS_SENTINEL_RETRY_INTERVAL": "has no effect",
    "SESSION_CONNECTION": "sessions are kept in the database",
    "SESSION_DRIVER": "sessions are kept in the database",
    "SESSION_STORE": "sessions are kept in the database",
}

_OBSOLETE_FAMILIES = ("MEMCACHED_", "DYNAMODB_", "SQS_", "PUSHER_", "MAILGUN_", "POSTMARK_", "MIX_")
_OUR_FAMILIES = ("APP_", "ACCOUNT_", "COTURN_", "FLEXIAPI_", "HCAPTCHA_", "INSTANCE_", "JWT_", "OVH_APP_")
_CLOSE = 0.8


@dataclass(frozen=True, slots=True)
class Report:
    """Findings: each of them names a variable, a sentence a finding."""

    file: Path | None
    errors: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    obsolete: list[str] = field(default_factory=list)


def check(environ: Mapping[str, str], *, env_name: str | None = None, cwd: Path) -> Report:
    """Look at every variable of the environment and of the DotEnv file that it selects.

    In the environment, where other programs have variables too, only names of our families can be unknown.
    """
    try:
        file = dotenv.choose(environ, env_name=env_name, cwd=cwd)
        written = dotenv.read(file, environ) if file else {}
    except ConfigurationError as error:
        return Report(None, errors=[str(error)])
    report = Report(file)
    try:
        settings = instance.load(environ, env_name=env_name, cwd=cwd)
    except ConfigurationError as error:
        report.errors.extend(str(error).splitlines())
    else:
        report.missing.extend(_missing(settings))
    theirs = {name for name in environ if name.startswith(_OUR_FAMILIES) or name in OBSOLETE}
    report.unknown.extend(_unknown({*written, *theirs}))
    report.obsolete.extend(obsolete({**environ, **written}))
    return report


def obsolete(texts: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each variable that has no effect any more, or none once there is a Space."""
    ours = [variable.name for variable in variables(InstanceSettings)]
    of_space = set(ours[ours.index(FIRST_OF_SPACE.upper()) :])
    for name in sorted(texts):
        if name in of_space:
            yield f"{name} only describes the first Space when it is created: afterwards change the Space."
        elif name in OBSOLETE:
            yield f"{name} is not read: {OBSOLETE[name]}."
        elif name.startswith(_OBSOLETE_FAMILIES):
            yield f"{name} is not read."


def _unknown(names: set[str]) -> Iterator[str]:
    known = [variable.name for variable in variables(InstanceSettings)]
    for name in sorted(names.difference(known, OBSOLETE)):
        if name.startswith(_OBSOLETE_FAMILIES):
            continue
        close = difflib.get_close_matches(name, known, n=1, cutoff=_CLOSE)
        yield f"{name} is not known" + (f": is {close[0]} meant?" if close else ".")


def _missing(settings: InstanceSettings) -> Iterator[str]:
    """What works only halfway for lack of a variable."""
    if not settings.app_root_host:
        yield "APP_ROOT_HOST is not set: fine with a single Space, needed for several."
    if not settings.mail_configured:
        yield "MAIL_HOST is not set: mails are only logged where the Space has no server of its own."
    wanted = settings.hcaptcha_enabled and (settings.hcaptcha_secret or settings.hcaptcha_sitekey)
    if wanted and not settings.captcha_enabled:
        yield "HCAPTCHA_SECRET and HCAPTCHA_SITEKEY must both be set to real keys: the captcha is off."
    if settings.ovh_app_key and not settings.sms_configured:
        yield "OVH_APP_SECRET and OVH_APP_CONSUMER_KEY must be set beside OVH_APP_KEY: no SMS is sent."
    if bool(settings.coturn_server_host) != bool(settings.coturn_static_auth_secret):
        yield "COTURN_SERVER_HOST and COTURN_STATIC_AUTH_SECRET must both be set: there is no TURN service."
    if settings.production and settings.app_debug:
        yield "APP_DEBUG must be false in production."
