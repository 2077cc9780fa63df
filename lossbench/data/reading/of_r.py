"""Files that R has written: texts stand in quotes there, and a missing value is NA without them."""

import csv
import re
from collections.abc import Sequence

NA = "NA"


def has_na_for_missing(lines: Sequence[str], separator: str, content: bytes) -> bool:
    """Whether NA is a missing value in all columns, by some rows and the whole content.

    It is if each text of the rows has quotes, and none is NA. Numbers, NA, TRUE and FALSE have no
    quotes.
    """
    if b"NA" not in content:
        return False
    words = re.compile(rf"(?<![^{separator}\n])(NA|TRUE|FALSE)(?![^{separator}\r\n])")
    rows = csv.reader(
        (words.sub("0", it) for it in lines), delimiter=separator, quoting=csv.QUOTE_NONNUMERIC
    )
    try:
        values = [it for row in rows for it in row]
    except (ValueError, csv.Error):
        return False
    return any(isinstance(it, str) for it in values) and b'"NA"' not in content
