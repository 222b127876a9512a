"""The vCards that apps fetch beside the API: contacts, and what the account keeps."""

from django.http import HttpResponse

from flexiapi.auth.access import ApiRequest, UserView
from flexiapi.http import replies
from flexiapi.http.routing import path

from . import cards, queries

_VCARD = "text/vcard; charset=utf-8"


class MyContactCards(UserView):
    """The contacts that the account sees as vCards: the list that Linphone fetches at every start."""

    def get(self, request: ApiRequest) -> HttpResponse:
        """All of them by id; an empty body without any, as apps empty their list before they ask."""
        found = queries.effective(request.caller.account_id, dictionary=False)
        return _vcard_reply(cards.directory(found))


class MyContactCard(UserView):
    """One contact that the account sees as a vCard."""

    def get(self, request: ApiRequest, sip: str) -> HttpResponse:
        """The contact with a SIP address."""
        return _vcard_reply(cards.card(queries.effective_contact(request.caller.account_id, sip, dictionary=False)))


class MyVcardFile(UserView):
    """The vCards that the account keeps, as text."""

    def get(self, request: ApiRequest) -> HttpResponse:
        """All of them by age, a blank line after each; an empty body without any."""
        return _vcard_reply("".join(f"{found.vcard}\n" for found in queries.vcards(request.caller.account_id)))


class MyVcardText(UserView):
    """One vCard that the account keeps, as text."""

    def get(self, request: ApiRequest, uuid: str) -> HttpResponse:
        """The card with a UID."""
        return _vcard_reply(queries.vcard(request.caller.account_id, uuid).vcard)


def _vcard_reply(text: str) -> HttpResponse:
    return replies.Reply(text.encode(), content_type=_VCARD)


routes = [
    path("contacts/vcard", MyContactCards.as_view()),
    path("contacts/vcard/<seg:sip>", MyContactCard.as_view()),
    path("vcards-storage", MyVcardFile.as_view()),
    path("vcards-storage/<path:uuid>", MyVcardText.as_view()),
]
