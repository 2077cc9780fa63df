"""Take all tables, or those whose names have one of the given words: see the README of tests."""

import sys

from real_tables.cases import CASES
from real_tables.run import as_table, take


def main() -> None:
    words = sys.argv[1:]
    chosen = [it for it in CASES if not words or any(word in it.name for word in words)]
    found = []
    for case in chosen:
        found.append(take(case))
        print(as_table(found[-1:]).splitlines()[0], file=sys.stderr, flush=True)
    print(as_table(found))
    sys.exit(not all(it.is_right for it in found))


if __name__ == "__main__":
    main()
