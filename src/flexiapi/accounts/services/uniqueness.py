"""What is unique within a Space beyond the database's own constraint, checked again under the Space's lock."""

from flexiapi.accounts import queries
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence
from flexiapi.spaces.models import Space


def refuse_taken(
    space: Space, *, username: str, email: object = None, phone: object = None, but: int | None = None
) -> None:
    """Refuse values that another account got since they were validated; the caller holds the Space's row.

    Raises:
        Invalid: with the field that was taken.
    """
    taken = {
        "username": queries.username_taken(space.domain, username, but=but),
        "email": bool(email) and space.unique_email and queries.email_taken(space.domain, str(email), but=but),
        "phone": bool(phone) and queries.phone_taken(space.domain, str(phone), but=but),
    }
    if any(taken.values()):
        raise Invalid({field: [sentence("unique", field)] for field, found in taken.items() if found})
