"""Values that stand for a missing one."""

from collections.abc import Iterable

# In a column of numbers these are missing; among texts they are values, such as the country code
# NA. They are what programs write: pandas, R, SQL, and Excel for an error, in some languages.
# All in small letters.
USUAL = frozenset(
    {
        *("na", "n/a", "<na>", "#n/a", "#na", "nan", "-nan", "null", "none", "nil", "nat"),
        *("#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!", "1.#ind", "1.#qnan"),
        *("-1.#ind", "-1.#qnan", "#nv", "#wert!", "#bezug!", "#zahl!", "#n/d", "#valeur!", "\\n"),
    }
)
# What people write. It is missing only where a config says so.
PLACEHOLDERS = frozenset(
    {
        *(
            "?",
            "??",
            "-",
            "--",
            "---",
            "\u2013",
            "\u2014",
            ".",
            "..",
            "...",
            "*",
            "n.a.",
            "n.a",
            "n.d.",
        ),
        *("0000-00-00", "0000-00-00 00:00:00", "00.00.0000", "00/00/0000"),
        *("n.d", "nd", "unknown", "missing", "not available", "no data"),
        *("inf", "-inf", "+inf", "infinity", "-infinity"),
    }
)


def is_usual(text: str) -> bool:
    """Whether a text usually stands for a missing number."""
    return text.casefold() in USUAL


def are_placeholders(texts: Iterable[str]) -> bool:
    """Whether each of these texts is one that people write for a missing value."""
    return all(text.casefold() in PLACEHOLDERS for text in texts)
