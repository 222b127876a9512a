"""The periodic work of every room, for workers and `schedule:run`."""

from flexiapi.accounts import tasks as accounts
from flexiapi.auth import tasks as auth
from flexiapi.messaging import tasks as messaging
from flexiapi.operations import tasks as operations
from flexiapi.portal import tasks as portal
from flexiapi.provisioning import tasks as provisioning
from flexiapi.statistics import tasks as statistics
from flexiapi.telephony import tasks as telephony

JOBS = [
    *auth.JOBS,
    *messaging.JOBS,
    *accounts.JOBS,
    *provisioning.JOBS,
    *telephony.JOBS,
    *statistics.JOBS,
    *portal.JOBS,
    *operations.JOBS,
]
