"""Accounts from a CSV file, for administrators: upload and check, then the import."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from flexiapi.accounts.queries.administration import target_space
from flexiapi.auth.page_access import AdministratorPage, PageRequest
from flexiapi.http import errors, forms, inputs
from flexiapi.http.messages import sentence
from flexiapi.http.routing import path
from flexiapi.portal import account_imports, import_files, queries
from flexiapi.portal.account_imports import Report
from flexiapi.spaces.models import Space

_PLACE = "/admin/accounts/import"
_KINDS = (".csv", ".txt")
_LARGEST = 32 * 1024 * 1024


class AccountImport(AdministratorPage):
    """The form for a file, and what is wrong with the file."""

    form_page = _PLACE

    def get(self, request: PageRequest) -> HttpResponse:
        context = {"domains": [(name, name) for name in queries.domains(request.scope)], "own": request.space.domain}
        return render(request, "portal/account_import.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        space = _space(request)
        bound = _bound(request, space)
        handle = import_files.keep(_upload(request), **bound)
        with import_files.opened(handle, **bound) as file:
            report = account_imports.check(file, space)
        if report.total:
            import_files.drop(handle, **bound)
        return _told(request, space, report, handle=handle)


class ImportHandling(AdministratorPage):
    """The import of a file that was checked."""

    form_page = _PLACE

    def post(self, request: PageRequest) -> HttpResponse:
        space = _space(request)
        handle = inputs.read(request).get("file_path")
        try:
            with import_files.taken(str(handle), **_bound(request, space)) as file:
                report = account_imports.create(file, space, by=request.caller, origin=request.origin)
        except errors.NotFound:
            raise errors.Invalid({"csv": [_("This file is not kept any more. Please choose it again.")]}) from None
        if report.total:
            return _told(request, space, report)
        text = ngettext("%(number)s account was created.", "%(number)s accounts were created.", report.accounts)
        forms.flash(request, text % {"number": report.accounts})
        return forms.go("/admin/accounts")


def _told(request: PageRequest, space: Space, report: Report, handle: str | None = None) -> HttpResponse:
    context = {"space": space, "report": report, "handle": handle}
    return render(request, "portal/account_import_check.html", context)


def _space(request: PageRequest) -> Space:
    """The Space that the accounts are for: the own one, or the one that a super administrator names."""
    domain = inputs.read(request).get("domain")
    if request.scope.super_admin and not inputs.storable(domain):
        raise errors.Invalid({"domain": [sentence("required", "domain")]})
    space = target_space(request.scope, domain)
    if space is None:
        raise errors.Invalid({"domain": [sentence("exists", "domain")]})
    return space


def _upload(request: PageRequest) -> UploadedFile:
    upload = request.FILES.get("csv")
    if upload is None:
        raise errors.Invalid({"csv": [_("Choose a file.")]})
    if not (upload.name or "").lower().endswith(_KINDS):
        raise errors.Invalid({"csv": [_("The name of the file has to end in .csv or .txt.")]})
    if (upload.size or 0) > _LARGEST:
        raise errors.Invalid({"csv": [_("The file is larger than 32 MB. Please divide it.")]})
    return upload


def _bound(request: PageRequest, space: Space) -> dict[str, Any]:
    """Who may import a file, and where."""
    return {"account_id": request.caller.account_id, "domain": space.domain}


routes = [
    path("admin/accounts/import", AccountImport.as_view()),
    path("admin/accounts/import/handle", ImportHandling.as_view()),
]
