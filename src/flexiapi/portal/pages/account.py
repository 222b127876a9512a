"""What somebody does with their own account: set up an app, password, API key, sessions, deletion."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.accounts.services import deletion, passwords, provisioning_tokens
from flexiapi.auth import keys, limits, seals, sessions
from flexiapi.auth.page_access import PageRequest, UserPage, account_of, require
from flexiapi.config import instance
from flexiapi.http import errors, forms
from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path
from flexiapi.portal import cards, queries
from flexiapi.portal.cards import provisioning_links
from flexiapi.portal.serializers import DeletionForm, PasswordForm
from flexiapi.provisioning import queries as provisioning
from flexiapi.spaces import texts

from .qr_login import offered

_NEW_KEY = "new_api_key"
_OTHERS = "others"  # in place of a session's handle: all but the present one


class Dashboard(UserPage):
    """The account at a glance."""

    def get(self, request: PageRequest) -> HttpResponse:
        account = account_of(request)
        token, registrar = provisioning.unspent_token(account.pk), texts.registrar(request.space)
        context = {
            "account": account,
            "realm": request.space.digest.realm if request.space.digest else account.domain,
            "has_password": accounts.has_password(account),
            "transports": instance.current().account_transport_protocol_text,
            "registrar": registrar,
            "facts": facts(account, registrar),
            "offered": offered(request),
            "provisioning": provisioning_links(base_url(request), token) if token else None,
            **cards.of(account, request.scope),
        }
        return render(request, "portal/dashboard.html", context)


def facts(account: Account, registrar: str | None) -> dict[str, str]:
    """What scripts of an operator's own theme may read of the account (`account_infos`)."""
    known = {"sip": account.sip_uri, "username": account.username, "domain": account.domain}
    return {**known, "registrar_address": registrar} if registrar else known


class Provision(UserPage):
    """A new provisioning link; older ones are dead from then on."""

    form_page = "/dashboard"

    def post(self, request: PageRequest) -> HttpResponse:
        provisioning_tokens.provision(accounts.own(request.scope), by=request.caller, origin=request.origin)
        forms.flash(request, _("A new provisioning link is ready."))
        return forms.go("/dashboard#provisioning")


class Password(UserPage):
    """The password of the account; right after a recovery the old one is not asked for."""

    form_page = "/password"

    def enter(self, request: PageRequest) -> None:
        """Digest is enabled on the Space."""
        super().enter(request)
        require(request.space.digest is not None, errors.Forbidden("Digest is not enabled on this space"))

    def get(self, request: PageRequest) -> HttpResponse:
        has_password = accounts.has_password(accounts.own(request.scope))
        asks = has_password and not sessions.has_just_recovered(request)
        return render(request, "portal/password.html", {"has_password": has_password, "asks_for_old": asks})

    def post(self, request: PageRequest) -> HttpResponse:
        account = accounts.own(request.scope)
        recovered = sessions.has_just_recovered(request)
        new = PasswordForm.read(request, asks_for_old=accounts.has_password(account) and not recovered)
        with limits.guarded(
            limits.PASSWORDS,
            request.origin,
            space=request.space,
            account=account.identifier,
            failures=(errors.Invalid,),
        ):
            passwords.change_own_password(
                account,
                password=new.password,
                old_password=new.old_password,
                by=request.caller,
                origin=request.origin,
                recovered=recovered,
            )
        sessions.end_all(account.pk)
        sessions.log_out(request)
        forms.flash(request, _("The password was changed. Log in with the new one."))
        return forms.go("/logout")


class ApiKey(UserPage):
    """The account's own API key: shown once, when it is made."""

    form_page = "/api_key"

    def get(self, request: PageRequest) -> HttpResponse:
        sealed = request.session.pop(_NEW_KEY, None)
        context = {
            "key": queries.personal_key(accounts.own(request.scope)),
            "new_key": (seals.opened(_NEW_KEY, sealed) or b"").decode() if sealed else None,
        }
        return render(request, "portal/api_key.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        key = keys.issue_personal_key(request.caller.account_id, ip=request.origin.ip)
        request.session[_NEW_KEY] = seals.seal(_NEW_KEY, key.encode())
        forms.flash(request, _("A new API key was created. The old one no longer works."))
        return forms.go("/api_key")


class Deletion(UserPage):
    """The end of the account, behind typing its address."""

    form_page = "/delete"

    def get(self, request: PageRequest) -> HttpResponse:
        return render(request, "portal/delete.html", {"account": accounts.own(request.scope)})

    def delete(self, request: PageRequest) -> HttpResponse:
        account = accounts.own(request.scope)
        DeletionForm.read(request, address=account.identifier)
        deletion.delete_account(account, by=request.caller, origin=request.origin)
        sessions.log_out(request)
        forms.flash(request, _("Your account was deleted."))
        return forms.go("/login")


class Sessions(UserPage):
    """Where the account is logged in, and the way to end that."""

    form_page = "/sessions"

    def get(self, request: PageRequest) -> HttpResponse:
        rows = queries.sessions(request.caller.account_id, present=request.session.session_key)
        return render(request, "portal/sessions.html", {"sessions": rows})

    def delete(self, request: PageRequest) -> HttpResponse:
        handle, caller = request.POST.get("session", ""), request.caller
        if handle == _OTHERS:
            sessions.end_others(request)
            forms.flash(request, _("All other sessions were ended."))
        else:
            sessions.end(caller.account_id, handle, by=caller, origin=request.origin)
            forms.flash(request, _("The session was ended."))
        return forms.go("/sessions")


routes = [
    path("dashboard", Dashboard.as_view()),
    path("dashboard/provision", Provision.as_view()),
    path("password", Password.as_view()),
    path("api_key", ApiKey.as_view()),
    path("delete", Deletion.as_view()),
    path("sessions", Sessions.as_view()),
]
