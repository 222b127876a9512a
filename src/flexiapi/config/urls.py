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

# Routes are tried one after the other: what proxies and apps ask all the time comes first.
HOT = ("accounts/me", "resolve/<seg:sip>", "accounts/<seg:sip>/search")

API: list[URLPattern | URLResolver] = [
    *(route for route in accounts.routes if str(route.pattern) in HOT),
    *statistics.routes,
    *operations.api_routes,
    *auth.routes,
    *(route for route in accounts.routes if str(route.pattern) not in HOT),
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

urlpatterns = [path("api/", include(API)), *PAGES]

handler400 = "flexiapi.http.errors.bad_request"
handler403 = "flexiapi.http.errors.permission_denied"
handler404 = "flexiapi.http.errors.page_not_found"
handler500 = "flexiapi.http.errors.server_error"
