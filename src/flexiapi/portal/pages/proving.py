"""What the pages of second factors share: who may ask for passkeys, and the proof before a change."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.accounts.services import proofs
from flexiapi.auth.page_access import SET_UP_PAGE, PageRequest, UserPage
from flexiapi.auth.second_factor import challenges, passkeys
from flexiapi.auth.second_factor import queries as factors
from flexiapi.auth.second_factor.passkeys import RelyingParty
from flexiapi.auth.second_factor.serializers import ProofForm
from flexiapi.http import errors, forms, proxies, replies
from flexiapi.http.routing import path

OVERVIEW = SET_UP_PAGE
_PROOF = "proof"


def party_of(request: PageRequest) -> RelyingParty:
    """The Space as browsers let it ask for passkeys.

    Raises:
        NotFound: they do not, without TLS or under another name.
    """
    party = passkeys.relying_party(request.space, proxies.connection(request))
    if party is None:
        raise errors.NotFound
    return party


def has_passkey(request: PageRequest, account_id: int) -> bool:
    """Whether an account has a passkey that works here."""
    party = passkeys.relying_party(request.space, proxies.connection(request))
    return party is not None and bool(factors.passkeys(account_id, host=party.host))


def ask(request: PageRequest, **texts: Any) -> HttpResponse:
    """The page that asks for a proof before `action` is done with `method`."""
    texts["passkey"] = has_passkey(request, request.caller.account_id)
    return render(request, "portal/second_factor_proof.html", texts)


def proven(request: PageRequest) -> Account:
    """The account of the caller, who has shown once more that it is theirs.

    Raises:
        Invalid: the proof is missing or wrong.
    """
    account = accounts.own(request.scope)
    proof = ProofForm.read(request, asks_for_proof=proofs.is_possible(account))
    if proof.credential is None:
        proofs.check(account, proof.current_password, space=request.space, origin=request.origin)
    else:
        passkeys.use(
            party_of(request),
            challenge=challenges.take(request.session, _PROOF),
            credential=proof.credential,
            account=account,
            origin=request.origin,
        )
    return account


def done(request: PageRequest, text: str, codes: list[str]) -> HttpResponse:
    """Show new recovery codes, the only time; without new ones back to the overview."""
    if text:
        forms.flash(request, text)
    if not codes:
        return forms.go(OVERVIEW)
    return render(request, "portal/recovery_codes.html", {"codes": codes, "text": "\n".join(codes)})


class FactorPage(UserPage):
    """A page on which somebody manages their second factor."""

    open_without_factor = True


class ProofOptions(FactorPage):
    """What the browser needs to prove by a passkey who sits in front of it."""

    def post(self, request: PageRequest) -> HttpResponse:
        challenge = challenges.put(request.session, _PROOF)
        options = passkeys.request_options(party_of(request), challenge, account_id=request.caller.account_id)
        return replies.json(options)


routes = [path("second_factor/proof/options", ProofOptions.as_view())]
