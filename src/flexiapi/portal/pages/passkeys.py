"""The passkeys of somebody's own account."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.services import proofs
from flexiapi.auth.page_access import PageRequest
from flexiapi.auth.second_factor import challenges, passkeys
from flexiapi.auth.second_factor import queries as factors
from flexiapi.auth.second_factor.serializers import NewPasskeyForm
from flexiapi.http import errors, forms, replies
from flexiapi.http.routing import path

from .proving import OVERVIEW, FactorPage, ask, done, party_of, proven

_NEW = "new passkey"


class Passkeys(FactorPage):
    """A passkey that the browser has just made."""

    form_page = OVERVIEW

    def post(self, request: PageRequest) -> HttpResponse:
        party, account = party_of(request), accounts.own(request.scope)
        challenge = challenges.take(request.session, _NEW)
        new = NewPasskeyForm.read(request, asks_for_proof=proofs.is_possible(account))
        proofs.check(account, new.current_password, space=request.space, origin=request.origin)
        codes = passkeys.register(
            party,
            account,
            challenge=challenge,
            credential=new.credential,
            name=new.name,
            by=request.caller,
            origin=request.origin,
        )
        return done(request, _("The passkey was added."), codes)


class NewPasskeyOptions(FactorPage):
    """What the browser needs to make one."""

    def post(self, request: PageRequest) -> HttpResponse:
        party, account = party_of(request), accounts.own(request.scope)
        return replies.json(passkeys.creation_options(party, account, challenges.put(request.session, _NEW)))


class OnePasskey(FactorPage):
    """The end of a passkey, behind a proof."""

    def delete(self, request: PageRequest, passkey_id: int) -> HttpResponse:
        self.form_page = f"/second_factor/passkeys/{passkey_id}/delete"
        passkeys.remove(proven(request), passkey_id, by=request.caller, origin=request.origin)
        forms.flash(request, _("The passkey was removed."))
        return forms.go(OVERVIEW)


class PasskeyDeletion(FactorPage):
    """The question before a passkey is removed."""

    def get(self, request: PageRequest, passkey_id: int) -> HttpResponse:
        found = factors.own_passkey(request.caller.account_id, passkey_id)
        if found is None:
            raise errors.NotFound
        return ask(
            request,
            heading=_("Remove the passkey “%(name)s”?") % {"name": found.name},
            text=_("It lets nobody in any more. The device may still offer it: delete it there, too."),
            action=f"/second_factor/passkeys/{found.pk}",
            method="DELETE",
            button=_("Remove"),
        )


routes = [
    path("second_factor/passkeys", Passkeys.as_view()),
    path("second_factor/passkeys/options", NewPasskeyOptions.as_view()),
    path("second_factor/passkeys/<id:passkey_id>", OnePasskey.as_view()),
    path("second_factor/passkeys/<id:passkey_id>/delete", PasskeyDeletion.as_view()),
]
