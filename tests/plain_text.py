"""Text as a pipe gets it."""

import re

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def assert_plain(text: str) -> None:
    """The text has no control characters, no blank lines at its end and nothing of TensorFlow."""
    assert not CONTROL.search(text)
    assert not text.endswith("\n\n")
    assert not re.search("tensorflow|cuda|oneDNN|absl|XLA", text, re.IGNORECASE)
