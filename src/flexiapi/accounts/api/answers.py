"""What several doors of the accounts room share: account documents, and GETs that change something."""

from django.http import HttpResponse

from flexiapi.accounts import documents
from flexiapi.accounts.documents import Variant
from flexiapi.http import errors, replies


def document(account_id: int, variant: Variant = Variant.FULL, **more: str | None) -> HttpResponse:
    """An account for itself or its administrator, `more` keys added; gone meanwhile is 404."""
    found = documents.one(account_id, variant, with_token=True)
    if found is None:
        raise errors.NotFound
    return replies.json({**found, **more})


def no_store(reply: HttpResponse) -> HttpResponse:
    """Keep a reply that holds a secret out of caches."""
    reply["Cache-Control"] = "no-store"
    return reply
