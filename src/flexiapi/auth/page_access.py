"""The gates of pages, as base views: which visitors, users and administrators pass."""

from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from django.views import View

from flexiapi.accounts.models import Account
from flexiapi.http import errors, forms, messages, negotiation

from . import oidc, sessions
from .access import ApiRequest, origin, refuse_blocked
from .scope import Caller, Scope

SET_UP_PAGE = "/second_factor"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class PageRequest(ApiRequest):
    """A request for a page (a type only); `account` is who is logged in, if anybody is."""

    account: Account | None
    waiting: Account
    """The account whose second factor is asked for, on pages that ask."""
    lacks_factor: bool
    """Whether an administrator has to set up a second factor before anything else."""


class Redirected(Exception):
    """A gate sends the visitor elsewhere."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(url)


class Page(View):
    """A page for anybody, on every Space."""

    access: ClassVar[str] = "page"
    form_page: str = "/"
    keeps_input: ClassVar[bool] = True
    """Whether a refused form comes back as it was filled in."""
    stored_by_browsers: ClassVar[bool] = True

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Pass the gates, then hand over to the method's handler; a refused form goes back to its page."""
        with messages.for_people():
            response = self._answer(request, *args, **kwargs)
        if not self.stored_by_browsers:
            response.setdefault("Cache-Control", "no-store")
        return response

    def _answer(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        handler = getattr(self, "get" if request.method == "HEAD" else (request.method or "").lower(), None)
        if handler is None or request.method.lower() not in self.http_method_names:
            return errors.method_not_allowed(request, [name for name in _METHODS if hasattr(self, name.lower())])
        request.origin = origin(request)
        request.account = sessions.account_of(request)
        caller = sessions.caller_of(request, request.account) if request.account is not None else None
        request.caller = caller
        request.scope = Scope(request.space, caller)
        if caller is not None:  # every page then carries the log-out form
            request.form_targets = oidc.form_targets(request.space)
        try:
            self.enter(request)
            answered: HttpResponseBase = handler(request, *args, **kwargs)
        except Redirected as elsewhere:
            return forms.go(elsewhere.url)
        except errors.Invalid as error:
            return forms.refuse(request, error, self.form_page, keep_input=self.keeps_input)
        except errors.ApiError as error:
            return errors.render(request, error)
        return answered

    def enter(self, request: PageRequest) -> None:
        """Pass the gates.

        Raises:
            Redirected: the visitor belongs elsewhere.
            ApiError: refused.
        """


def account_of(request: PageRequest) -> Account:
    """Who is logged in, as the gate has read it: a `UserPage` sees to it that somebody is."""
    if request.account is None:
        raise errors.Unauthenticated
    return request.account


class PanelPage(Page):
    """A page of the portal for visitors: there is none where the Space's web panel is off."""

    access = "panel"

    def enter(self, request: PageRequest) -> None:
        """The Space has a web panel, and a browser asks."""
        _refuse_without_panel(request)
        if negotiation.accepts_json(request) and request.method == "GET":
            raise Redirected("/about")


class WaitingPage(PanelPage):
    """A page for an account that has shown its password and not its second factor; `request.waiting` is it."""

    access = "waiting page"
    stored_by_browsers = False

    def enter(self, request: PageRequest) -> None:
        """Some account is asked for its second factor."""
        super().enter(request)
        found = sessions.waiting(request)
        if found is None:
            raise Redirected("/login")
        request.waiting = found


class UserPage(PanelPage):
    """A page for the account that is logged in; blocked ones are told so."""

    access = "user page"
    stored_by_browsers = False
    open_without_factor: ClassVar[bool] = False
    """Whether it opens for an administrator who still has to set up the second factor that the Space wants."""

    def enter(self, request: PageRequest) -> None:
        """Somebody is logged in and not blocked."""
        _refuse_without_panel(request)
        if request.account is None:
            if negotiation.accepts_json(request):
                raise errors.Unauthenticated
            if request.method == "GET":
                request.session["asked_for"] = request.get_full_path()
            raise Redirected("/")
        super().enter(request)
        self.admit(request)

    def admit(self, request: PageRequest) -> None:
        """Whoever is logged in may use the page: not blocked, with the second factor that the Space wants."""
        refuse_blocked(request.caller)
        request.lacks_factor = sessions.lacks_factor(request, request.caller)
        if request.lacks_factor and not self.open_without_factor:
            raise Redirected(SET_UP_PAGE)


class AdministratorPage(UserPage):
    """A page for administrators of the host's Space."""

    access = "administrator page"

    def enter(self, request: PageRequest) -> None:
        """An administrator is logged in and not blocked."""
        _refuse_without_panel(request)
        if request.account is None:
            raise Redirected("/login")
        PanelPage.enter(self, request)
        if not request.caller.admin:
            raise errors.Forbidden
        self.admit(request)


class SuperAdministratorPage(AdministratorPage):
    """A page for super administrators."""

    access = "super administrator page"

    def enter(self, request: PageRequest) -> None:
        """A super administrator is logged in."""
        super().enter(request)
        if not request.caller.super_admin:
            raise errors.Forbidden


def _refuse_without_panel(request: PageRequest) -> None:
    if not request.space.web_panel:
        raise Redirected("/about")


def require(condition: bool, error: errors.ApiError) -> None:
    """Raise `error` unless the condition holds (feature gates of a Space)."""
    if not condition:
        raise error


def home_of(caller: Caller | None) -> str:
    """Where somebody who is logged in belongs."""
    if caller is None:
        return "/login"
    if caller.blocked:
        return "/blocked"
    if caller.super_admin:
        return "/admin/spaces"
    return "/admin/spaces/me" if caller.admin else "/dashboard"
