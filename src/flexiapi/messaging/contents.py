"""What each mail says, once for its HTML and its text form, in the active language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import npgettext, pgettext

Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """A mail without its frame: paragraphs, then a code, a link and a picture where there is one, then notes."""

    subject: str
    paragraphs: tuple[str, ...]
    code: str | None = None
    link: tuple[str, str] | None = None  # label, URL
    picture: tuple[str, str] | None = None  # what it shows, URL
    notes: tuple[str, ...] = ()


def content(template: str, variables: Variables) -> Content:
    """What a mail of the catalogue says."""
    return _CONTENTS[template](variables)


def _say(sentence: str, variables: Variables, **more: object) -> str:
    """A translated sentence about the Space and the account."""
    account = variables.get("account") or {}
    return pgettext("mail", sentence) % {
        "space": variables["space"]["name"],
        "identifier": account.get("identifier", ""),
        **more,
    }


def _minutes(variables: Variables) -> tuple[str, ...]:
    minutes = int(variables["expiration_minutes"] or 0)
    if minutes <= 0:
        return ()
    return (
        npgettext("mail", "The code is valid for %d minute.", "The code is valid for %d minutes.", minutes) % minutes,
    )


def _register_validation(variables: Variables) -> Content:
    url = variables.get("confirmation_url")
    return Content(
        subject=_say("%(space)s: confirm your registration", variables),
        paragraphs=(
            _say("Thank you for registering with %(space)s.", variables),
            _say("To confirm your e-mail address, please enter this code:", variables),
        ),
        code=str(variables["code"]),
        link=(_say("Confirm by this link", variables), str(url)) if url else None,
        notes=(*_minutes(variables), _say("If you did not ask for it, you can ignore this message.", variables)),
    )


def _recover_by_code(variables: Variables) -> Content:
    return Content(
        subject=_say("%(space)s: your account recovery code", variables),
        paragraphs=(
            _say("Somebody, probably you, asked to recover the account %(identifier)s.", variables),
            _say("To go on, please enter this code:", variables),
        ),
        code=str(variables["code"]),
        notes=(
            *_minutes(variables),
            _say("If it was not you, ignore this message and tell the code to nobody.", variables),
        ),
    )


def _reset_password(variables: Variables) -> Content:
    hours = int(variables["expiration_hours"] or 0)
    return Content(
        subject=_say("%(space)s: reset your password", variables),
        paragraphs=(_say("You can set a new password for your account %(identifier)s.", variables),),
        link=(_say("Reset my password", variables), str(variables["reset_password_url"])),
        notes=(npgettext("mail", "The link is valid for %d hour.", "The link is valid for %d hours.", hours) % hours,)
        if hours > 0
        else (),
    )


def _provisioning(variables: Variables) -> Content:
    return Content(
        subject=_say("Welcome to %(space)s: start using your account", variables),
        paragraphs=(
            _say("Your account %(identifier)s is ready.", variables),
            _say("Open this link to set up the app on this device:", variables),
        ),
        link=(_say("Set up my account", variables), str(variables["wizard_url"])),
        picture=(
            _say("Or scan this QR code with the app on another device:", variables),
            str(variables["provisioning_qrcode_url"]),
        ),
        notes=(_say("Link and QR code work once. Keep this message to yourself.", variables),),
    )


def _newsletter_registration(variables: Variables) -> Content:
    subscriber = variables["subscriber_email"]
    return Content(
        subject=_say("%(space)s: new newsletter subscription", variables),
        paragraphs=(_say("%(subscriber)s wishes to receive the newsletter.", variables, subscriber=subscriber),),
    )


def _voicemail(variables: Variables) -> Content:
    sender, moment = variables["sip_from"], variables["recorded_at"]
    if not sender:
        sender = pgettext("mail", "an unknown caller")
    return Content(
        subject=_say("%(space)s: new voice message from %(sender)s", variables, sender=sender),
        paragraphs=(
            _say("You have a new voice message.", variables),
            _say("From: %(sender)s", variables, sender=sender),
            _say("To: %(identifier)s", variables),
            _say("Recorded at: %(moment)s (UTC)", variables, moment=moment),
        ),
    )


def _expiring_space(variables: Variables) -> Content:
    days, date = int(variables["days_left"] or 0), variables["expire_at"]
    words = {"space": variables["space"]["name"], "days": days}
    return Content(
        subject=npgettext(
            "mail",
            "Your Space %(space)s expires in %(days)d day",
            "Your Space %(space)s expires in %(days)d days",
            days,
        )
        % words,
        paragraphs=(
            npgettext(
                "mail",
                "The Space %(space)s expires in %(days)d day, on %(date)s.",
                "The Space %(space)s expires in %(days)d days, on %(date)s.",
                days,
            )
            % {**words, "date": date},
            _say("To keep it in service, please renew it or contact the support.", variables),
        ),
    )


_CONTENTS: Final[Mapping[str, Callable[[Variables], Content]]] = {
    "register_validation": _register_validation,
    "recover_by_code": _recover_by_code,
    "reset_password": _reset_password,
    "provisioning": _provisioning,
    "newsletter_registration": _newsletter_registration,
    "voicemail": _voicemail,
    "expiring_space": _expiring_space,
}
