"""Real tables, of every sort and spelling, are read as they are meant."""

import pytest
from real_tables.cases import CASES
from real_tables.run import as_table, take


@pytest.mark.soak
def test_real_tables_work_or_say_what_to_do() -> None:
    found = [take(case) for case in CASES]
    print(as_table(found))
    assert all(it.is_right for it in found)
