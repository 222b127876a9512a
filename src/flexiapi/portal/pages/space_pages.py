"""What the pages about one Space share, for its administrators."""

from flexiapi.auth.page_access import AdministratorPage, PageRequest
from flexiapi.portal import queries
from flexiapi.spaces.models import Space


class SpacePage(AdministratorPage):
    """A page about a Space that the caller administers; any other is not there."""

    tab = ""
    """Below the Space's own page, where refused forms go back to."""

    def find(self, request: PageRequest, space_id: int) -> Space:
        """The Space, as it is stored now.

        Raises:
            NotFound: it does not exist or lies out of reach.
        """
        space = queries.administered_space(request.scope, space_id)
        self.form_page = place(space, self.tab)
        return space


def place(space: Space, tab: str = "") -> str:
    """The page of a Space, or one below it."""
    return f"/admin/spaces/{space.pk}{tab}"
