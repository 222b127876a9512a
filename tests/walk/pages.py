"""The routes of pages, for browsers with sessions: they take no keys, their own tests say who may see them."""

PAGES: list[tuple[str, str]] = [
    ("GET", "/up"),
]
