"""What calls to an account leave and where they go, for its administrators."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.auth.page_access import PageRequest
from flexiapi.http import errors, forms, inputs
from flexiapi.http.routing import path
from flexiapi.portal import forwardings, lines, paging
from flexiapi.telephony import queries
from flexiapi.telephony.services import call_forwardings, files

from .account_pages import AccountPage, place

_PER_PAGE = 30


class AccountTelephony(AccountPage):
    """The voicemails of the account, which administrators can delete and not hear, and its call forwardings."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        ids, pager = paging.page(request, queries.recordings(account), per_page=_PER_PAGE)
        context = {
            "account": account,
            "base": place(account),
            "recordings": lines.recordings(ids),
            "pager": pager,
            **forwardings.form(account, own=False),
        }
        return render(request, "portal/account_telephony.html", context)


class AccountForwardings(AccountPage):
    """The call forwardings, all types at once."""

    tab = "/telephony"

    def put(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        call_forwardings.replace_forwardings(account, forwardings.read(account, inputs.read(request)))
        forms.flash(request, _("Call forwarding was saved."))
        return forms.go(place(account, "/telephony#forwarding"))


class AccountRecordingDeletion(AccountPage):
    """The question before a voicemail is deleted."""

    def get(self, request: PageRequest, account_id: int, file_id: str) -> HttpResponse:
        account = self.find(request, account_id)
        context = {"account": account, "recording": lines.recording(queries.voicemail(account, file_id))}
        return render(request, "portal/account_file_delete.html", context)


class AccountRecording(AccountPage):
    """A voicemail, to be deleted."""

    def delete(self, request: PageRequest, account_id: int, file_id: str) -> HttpResponse:
        account = self.find(request, account_id)
        if not files.remove_file(account, file_id):
            raise errors.NotFound
        forms.flash(request, _("The voicemail was deleted."))
        return forms.go(place(account, "/telephony#files"))


routes = [
    path("admin/accounts/<id:account_id>/telephony", AccountTelephony.as_view()),
    path("admin/accounts/<id:account_id>/call_forwardings", AccountForwardings.as_view()),
    path("admin/accounts/<id:account_id>/files/<seg:file_id>/delete", AccountRecordingDeletion.as_view()),
    path("admin/accounts/<id:account_id>/files/<seg:file_id>", AccountRecording.as_view()),
]
