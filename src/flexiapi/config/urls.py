"""All routes of the product: the doors of every room, the API's below `api/`."""

from django.urls import URLPattern, URLResolver, include, path

from flexiapi.accounts import api as accounts
from flexiapi.accounts import pages as accounts_pages
from flexiapi.auth import api as auth
from flexiapi.contacts import api as contacts
from flexiapi.contacts import pages as contacts_pages
from flexiapi.intercom import api as intercom
from flexiapi.messaging import api as messaging
from flexiapi.operations import api as operations
from flexiapi.operations import pages as operations_pages
from flexiapi.portal import pages as portal
from flexiapi.provisioning import api as provisioning
from flexiapi.spaces import api as spaces
from flexiapi.spaces import pages as spaces_pages
from flexiapi.statistics import api as statistics
from flexiapi.telephony import api as telephony
from flexiapi.telephony import pages as telephony_pages

Entry = URLPattern | URLResolver

# Routes are tried one after the other: what proxies and apps ask all the time comes first, in one step.
HOT = ("accounts/me", "resolve/<seg:sip>", "accounts/<seg:sip>/search", "statistics/")

API: list[Entry] = [
    *statistics.routes,
    *operations.api_routes,
    *auth.routes,
    *accounts.routes,
    *contacts.routes,
    *intercom.routes,
    *spaces.routes,
    *telephony.routes,
    *provisioning.api_routes,
    *messaging.routes,
]

PAGES = [
    *operations.routes,
    *operations_pages.routes,
    *portal.routes_before_provisioning,
    *provisioning.routes,
    *accounts_pages.routes,
    *contacts_pages.routes,
    *telephony_pages.routes,
    *spaces_pages.routes,
    *portal.routes,
]


def _lifted(entry: Entry) -> Entry:
    """An entry of the API as one of the whole map."""
    route = f"api/{entry.pattern}"
    return path(route, include(entry.url_patterns) if isinstance(entry, URLResolver) else entry.callback)


urlpatterns = [
    *(_lifted(entry) for entry in API if str(entry.pattern) in HOT),
    path("api/", include([entry for entry in API if str(entry.pattern) not in HOT])),
    *PAGES,
]

handler400 = "flexiapi.http.errors.bad_request"
handler403 = "flexiapi.http.errors.permission_denied"
handler404 = "flexiapi.http.errors.page_not_found"
handler500 = "flexiapi.http.errors.server_error"
