"""The pages of the documentation lead to each other."""

import re

from scripts import lint_rooms


def test_links_lead_somewhere(checkout):
    dead = []
    for name in lint_rooms.tracked(checkout):
        if not name.endswith(".md"):
            continue
        text = re.sub(r"```.*?```", "", (checkout / name).read_text(), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            # A path from the root is a page of the product: its documentation pages are read there.
            outside = "://" in target or target.startswith(("mailto:", "/"))
            if not outside and not ((checkout / name).parent / target).exists():
                dead.append(f"{name}: {target}")

    assert dead == []


def test_operators_and_developers_pages_are_listed(checkout):
    index = (checkout / "docs/README.md").read_text()

    for page in [*(checkout / "docs/operators").glob("*.md"), *(checkout / "docs/developers").glob("*.md")]:
        assert f"({page.parent.name}/{page.name})" in index
