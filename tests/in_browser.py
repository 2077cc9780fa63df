"""A page in Chromium, with what it asked for and complained of."""

from dataclasses import dataclass, field

from playwright.sync_api import Page


@dataclass
class Tab:
    """A page with all that it asked for and complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
