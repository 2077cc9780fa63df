"""The names of columns."""

UNNAMED = "Unnamed: "  # and the number of the column, as pandas calls what has no name


def unique_names(names: list[str]) -> tuple[list[str], list[str]]:
    """Names of columns without blanks around, each different, and notes on what was changed.

    A second column ``a`` becomes ``a.1``, as pandas names it; one without a name is ``Unnamed: 0``.
    """
    found: dict[str, int] = {}
    notes = []
    for number, given in enumerate(names):
        name = unique = given.strip() or f"{UNNAMED}{number}"
        count = 0
        while unique in found:
            count += 1
            unique = f"{name}.{count}"
        if count:
            columns = f"columns {found[name] + 1} and {number + 1}"
            notes.append(f"{columns} are both named {name!r}: the latter is {unique!r} here")
        found[unique] = number
    return list(found), notes


def numbered_names(count: int) -> list[str]:
    """The names of columns in a file without a header: x1, x2, ..."""
    return [f"x{number + 1}" for number in range(count)]
