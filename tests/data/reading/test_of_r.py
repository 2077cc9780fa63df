"""Files that R has written."""

from pathlib import Path

import pytest
from forms import read, rows


def test_na_without_quotes_is_missing_where_texts_have_quotes(tmp_path: Path) -> None:
    content = '"","kind","size","old"\n"1","a",1.5,TRUE\n"2",NA,NA,NA\n"3","b",2,FALSE\n'
    reading = read(tmp_path, content)
    assert [row[1] for row in rows(reading)] == ["a", None, "b"]
    assert reading.notes == ("NA without quotes is a missing value, as texts have quotes",)


@pytest.mark.parametrize(
    "content",
    [
        'kind,size\n"a",1\n"NA",2\nNA,3\n',  # a text NA, as for Namibia
        'kind,size,code\n"a",1,x\nNA,2,y\n"b",3,x\n',
        "kind,size\na,1\nNA,2\nb,3\n",
    ],
)
def test_na_is_a_text_where_others_have_no_quotes_either(content: str, tmp_path: Path) -> None:
    reading = read(tmp_path, content)
    assert "NA" in [row[0] for row in rows(reading)]
    assert reading.notes == ()
