"""All routes of the product: the doors of every room, the API's below `api/`."""

from django.urls import include, path

from flexiapi.accounts import api as accounts
from flexiapi.operations import api as operations
from flexiapi.portal import pages as portal
from flexiapi.provisioning import api as provisioning
from flexiapi.statistics import api as statistics

API = [
    *operations.api_routes,
    *accounts.routes,
    *statistics.routes,
]

PAGES = [
    *operations.routes,
    *provisioning.routes,
    *portal.routes,
]

urlpatterns = [path("api/", include(API)), *PAGES]

handler400 = "flexiapi.http.errors.bad_request"
handler403 = "flexiapi.http.errors.permission_denied"
handler404 = "flexiapi.http.errors.page_not_found"
handler500 = "flexiapi.http.errors.server_error"
