"""Registration by e-mail or by phone."""

from django.http import HttpResponse
from django.shortcuts import render

from flexiapi.accounts import captcha
from flexiapi.accounts.serializers.registration import RegistrationByEmail, RegistrationByPhone
from flexiapi.accounts.services import registration
from flexiapi.auth import limits, sessions
from flexiapi.auth.page_access import PageRequest, PanelPage, require
from flexiapi.config import instance
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.spaces import queries as spaces
from flexiapi.spaces import texts

WANTS_NEWSLETTER = "newsletter"
"""What a session knows of somebody whose e-mail address is not confirmed yet."""


class RegistrationPage(PanelPage):
    """A page of a Space that anybody may register in, while there is a seat left."""

    def enter(self, request: PageRequest) -> None:
        """Registration is open and the Space is not full."""
        super().enter(request)
        require(request.space.public_registration, errors.NotFound("Public registration disabled"))
        require(not spaces.is_full(request.space), errors.Forbidden("The current space is full"))


class Register(RegistrationPage):
    """The entry of registration."""

    def get(self, request: PageRequest) -> HttpResponse:
        return forms.go("/register/email")


class RegisterBy(RegistrationPage):
    """The form, by e-mail or by phone."""

    means = "email"

    def get(self, request: PageRequest) -> HttpResponse:
        if self.means == "phone":
            require(request.space.phone_registration, errors.NotFound("Phone registration disabled"))
        settings = instance.current()
        context = {
            "means": self.means,
            "space": request.space,
            "newsletter": self.means == "email" and texts.newsletter_address(request.space) is not None,
            "captcha": captcha.gateway(),
            "terms_url": settings.terms_of_use_url,
            "privacy_url": settings.privacy_policy_url,
        }
        return with_captcha(render(request, "portal/register.html", context))


class Accounts(RegistrationPage):
    """What the forms send: an account, which is logged in and asked for the code that it was sent."""

    form_page = "/register/email"

    def post(self, request: PageRequest) -> HttpResponse:
        space = request.space
        by_phone = "phone" in request.POST
        if by_phone:
            self.form_page = "/register/phone"
            require(space.phone_registration, errors.NotFound("Phone registration disabled"))
        elif "email" not in request.POST:
            raise errors.NotFound
        form = RegistrationByPhone if by_phone else RegistrationByEmail
        new = form.read(request, domain=space.domain, unique_email=space.unique_email)
        captcha.check(request, address=request.origin.ip)
        limits.take(limits.REGISTRATIONS, request.origin)
        account = registration.register_by_form(space, new, origin=request.origin)
        request.session[WANTS_NEWSLETTER] = new.newsletter
        after = "/phone/validate" if by_phone else "/email/validate"
        return forms.go(sessions.log_in(request, account, method="registration", to=after))


def with_captcha(reply: HttpResponse) -> HttpResponse:
    """Let the captcha's widget work on a page."""
    reply["Content-Security-Policy"] = captcha.content_policy()
    return reply


routes = [
    path("register", Register.as_view()),
    path("register/email", RegisterBy.as_view(means="email")),
    path("register/phone", RegisterBy.as_view(means="phone")),
    path("accounts", Accounts.as_view()),
]
