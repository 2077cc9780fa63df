"""Every link of every README leads somewhere."""

import re
from pathlib import Path

import pytest
from docs.readmes import FENCED, READMES, ROOT

# No test asks the network; these were looked at when they were added.
EXTERNAL = {
    "https://machinelearningmastery.com/how-to-choose-loss-functions-when-training-deep-learning-neural-networks/",
    "https://analyticsindiamag.com/loss-functions-in-deep-learning-an-overview/",
    "https://distributed.dask.org",
    "https://clevercsv.readthedocs.io",
}
LINK = re.compile(r"\]\(([^)\s]+)\)")


def prose(path: Path) -> str:
    return FENCED.sub("", path.read_text())


def anchors(path: Path) -> set[str]:
    """What GitHub calls the headings of a file."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", it.lower()).replace(" ", "-") for it in headings}


LINKS = [(path, target) for path in READMES for target in LINK.findall(prose(path))]


@pytest.mark.parametrize(
    ("path", "target"),
    [pytest.param(*it, id=f"{it[0].relative_to(ROOT)}-{it[1]}") for it in LINKS],
)
def test_a_link_leads_somewhere(path: Path, target: str) -> None:
    if target.startswith("http"):
        assert target in EXTERNAL
        return
    place, _, anchor = target.partition("#")
    file = path.parent / place if place else path
    assert file.resolve().is_relative_to(ROOT)
    assert file.exists()
    if anchor:
        assert anchor in anchors(file)


def test_the_readmes_are_linked_and_both_articles() -> None:
    text = prose(ROOT / "README.md")
    assert all(f"({path.relative_to(ROOT)})" in text for path in READMES[1:])
    assert {target for _, target in LINKS} >= EXTERNAL
