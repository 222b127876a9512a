"""What calls leave and where they go: voicemails and call forwarding."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.auth.page_access import PageRequest, UserPage
from flexiapi.http import errors, forms, inputs
from flexiapi.http.routing import path
from flexiapi.portal import forwardings, lines, paging
from flexiapi.telephony import queries
from flexiapi.telephony.services import call_forwardings, files

_PER_PAGE = 30


class Telephony(UserPage):
    """The voicemails of the account, and the form of its call forwardings."""

    def get(self, request: PageRequest) -> HttpResponse:
        account = accounts.own(request.scope)
        ids, pager = paging.page(request, queries.recordings(account), per_page=_PER_PAGE)
        context = {
            "recordings": lines.recordings(ids),
            "pager": pager,
            **forwardings.form(account, own=True),
        }
        return render(request, "portal/telephony.html", context)


class Forwardings(UserPage):
    """The call forwardings, all types at once."""

    form_page = "/telephony"

    def put(self, request: PageRequest) -> HttpResponse:
        account = accounts.own(request.scope)
        call_forwardings.replace_forwardings(account, forwardings.read(account, inputs.read(request)))
        forms.flash(request, _("Call forwarding was saved."))
        return forms.go("/telephony#forwarding")


class RecordingDeletion(UserPage):
    """The question before a voicemail is deleted."""

    def get(self, request: PageRequest, file_id: str) -> HttpResponse:
        file = queries.voicemail(accounts.own(request.scope), file_id)
        origin = "dashboard" if request.GET.get("from") == "dashboard" else ""
        return render(request, "portal/file_delete.html", {"recording": lines.recording(file), "from": origin})


class Recording(UserPage):
    """A voicemail, to be deleted."""

    form_page = "/telephony"

    def delete(self, request: PageRequest, file_id: str) -> HttpResponse:
        if not files.remove_file(accounts.own(request.scope), file_id):
            raise errors.NotFound
        forms.flash(request, _("The voicemail was deleted."))
        return forms.go("/dashboard" if inputs.read(request).get("from") == "dashboard" else "/telephony#files")


routes = [
    path("telephony", Telephony.as_view()),
    path("call_forwardings", Forwardings.as_view()),
    path("files/<seg:file_id>/delete", RecordingDeletion.as_view()),
    path("files/<seg:file_id>", Recording.as_view()),
]
