"""The forms in which people have tables: separators, titles, comments, footers, no header."""

from pathlib import Path
from typing import Any

import pytest
from forms import read, rows

from lossbench.data.arrays import DatasetError
from lossbench.data.reading import codes

BARS = "columns are separated by vertical bars"
TABLE = [[1, "x"], [2, "z"], [3, "x"]]
# What a file of that table looks like, its name, and what is said of its form.
FORMS: list[tuple[str, str, list[str]]] = [
    ("a,y\n1,x\n2,z\n3,x\n", "d.csv", []),
    ("a;y\n1;x\n2;z\n3;x\n", "d.csv", ["columns are separated by semicolons"]),
    ("a|y\n1|x\n2|z\n3|x\n", "d.txt", [BARS]),
    ("a\ty\n1\tx\n2\tz\n3\tx\n", "d.csv", ["columns are separated by tabs"]),
    ("a\ty\n1\tx\n2\tz\n3\tx\n", "d.tsv", ["columns are separated by tabs"]),
    ("a y\n1   x\n2   z\n 3   x\n", "d.data", ["columns are separated by blanks"]),
    ("sep=,\na,y\n1,x\n2,z\n3,x\n", "d.csv", []),
    ("sep=;\r\na;y\r\n1;x\r\n2;z\r\n3;x\r\n", "d.csv", ["columns are separated by semicolons"]),
    ("Report 2024\n\na,y\n1,x\n2,z\n3,x\n", "d.csv", ["line 1 above the columns: left out"]),
    ("Report,\n,\na,y\n1,x\n2,z\n3,x\n", "d.csv", ["lines 1 to 2 above the columns: left out"]),
    ("# by x, y\n# of, z, w\na,y\n1,x\n2,z\n3,x\n", "d.csv", ["lines 1 to 2 above the columns: l"]),
    ("#a,y\n1,x\n2,z\n3,x\n", "d.csv", []),
    ("# a,y\n1,x\n2,z\n3,x\n", "d.csv", []),
    ("a,y\n1,x\n# a word\n2,z\n3,x\n", "d.csv", ["1 line with a comment: left out"]),
    ("a, y\n1, x\n2, z\n3, x\n", "d.csv", []),
    ('a,y\n1,"x"\n"2","z"\n3,x\n', "d.csv", []),
    ("a,y,\n1,x,\n2,z,\n3,x,\n", "d.csv", []),
    ("a,y\n1,x,\n2,z,\n3,x,\n", "d.csv", []),
    ("a,y\n1,x,\n2,z\n3,x,\n", "d.csv", []),
    (" a , y \n\n1,x\n\n2,z\n3,x\n\n\n", "d.csv", []),
    *(
        (f"{above}a | y\n{below}1 | x\n2 | z\n3 | x\n{end}", "d.txt", [BARS, f"{lines} of a drawn"])
        for above, below, end, lines in (
            ("", "---|---\n", "", "1 line"),
            ("", "--+---\r\n", "", "1 line"),
            ("", ":---|---:\n", "", "1 line"),
            ("---+---\n", "---+---\n", "---+---\n", "3 lines"),
        )
    ),
]


@pytest.mark.parametrize(("content", "name", "said"), FORMS, ids=[repr(it[0]) for it in FORMS])
def test_a_table_is_the_same_in_all_its_forms(
    content: str, name: str, said: list[str], tmp_path: Path
) -> None:
    reading = read(tmp_path, content, name)
    assert list(reading.frame.columns) == ["a", "y"]
    assert rows(reading) == TABLE
    assert [note[: len(it)] for note, it in zip(reading.notes, said, strict=True)] == said
    assert reading.faults == ()
    # Each row is found on the line on which it stands.
    lines = (tmp_path / name).read_text().splitlines()
    for number, (a, y) in enumerate(TABLE):
        line = lines[int(reading.place(number).removeprefix("line ")) - 1]
        assert str(a) in line
        assert str(y) in line


@pytest.mark.parametrize(
    ("content", "first"),
    [
        ("5.1,3.5,setosa\n4.9,3.0,setosa\n6.3,3.3,virginica\n", [5.1, 3.5, "setosa"]),
        ("p,x,s\ne,x,s\np,f,y\ne,x,s\np,x,s\n", ["p", "x", "s"]),
        ("1,0,1\n0,1,1\n1,1,0\n", [1, 0, 1]),
        ("18.0   8   ?\n15.0   8   350.0\n18.0  8  318.0\n", [18.0, 8, "?"]),
        ("2024-01-01,3\n2024-01-02,4\n2024-01-03,5\n", ["2024-01-01", 3]),
        ("50%,$3\n60%,$4\n70%,$5\n", ["50%", "$3"]),
    ],
)
def test_a_file_without_a_header_keeps_its_first_row_and_wants_a_key(
    content: str, first: list[Any], tmp_path: Path
) -> None:
    reading = read(tmp_path, content)
    names = [f"x{number + 1}" for number in range(len(first))]
    assert list(reading.frame.columns) == names
    assert rows(reading)[0] == first
    assert len(reading.frame) == content.count("\n")
    (fault,) = reading.faults
    assert (fault.key, fault.remedy) == ("header", {"header": False})
    assert fault.message == (
        "line 1 holds values, not names; header: false names the columns x1 to "
        f"{names[-1]}, header: true takes these values for names"
    )
    assert read(tmp_path, content, header=False).faults == ()
    said = read(tmp_path, content, header=True)
    assert said.faults == ()
    assert len(said.frame) == content.count("\n") - 1


@pytest.mark.parametrize(
    "header",
    ["0,1,2,y", "country,2019,2020,2021", "1,2,3,4", "a,1e-3,b,y", "x1,x2,x3,x4", "n,,%,y"],
)
def test_a_header_with_numbers_in_its_names_is_one(header: str, tmp_path: Path) -> None:
    content = f"{header}\n1.5,2.5,3.5,x\n2.5,1.5,1.0,z\n"
    if header.startswith("country"):
        content = f"{header}\nx,2.5,3.5,1.5\nz,1.5,1.0,2.5\n"
    reading = read(tmp_path, content)
    assert reading.faults == ()
    assert len(reading.frame) == 2


def test_a_footer_wants_a_key_and_a_row_cut_short_does(tmp_path: Path) -> None:
    content = "a,y\n" + "1,x\n" * 5
    for end, line in (("\nSource: the office\n", 8), ("2", 7)):
        reading = read(tmp_path, content + end)
        assert len(reading.frame) == 5
        (fault,) = reading.faults
        assert fault.remedy == {"skip_footer": 1}
        assert fault.message.startswith(f"line {line} has 1 value for 2 columns, ")
        assert read(tmp_path, content + end, skip_footer=1).faults == ()


def test_what_is_found_can_be_said_otherwise(tmp_path: Path) -> None:
    content = "Sales, all\nof 2024, too\na,y\n1,x\n2,z\n"
    assert list(read(tmp_path, content, skip_rows=2).frame.columns) == ["a", "y"]
    reading = read(tmp_path, "a;b,y\n1;2,x\n3;4,z\n", separator=",")
    assert list(reading.frame.columns) == ["a;b", "y"]


def test_the_second_column_of_a_name_gets_another(tmp_path: Path) -> None:
    reading = read(tmp_path, "a,a,a.1,y\n1,2,3,x\n4,5,6,z\n")
    assert list(reading.frame.columns) == ["a", "a.1", "a.1.1", "y"]
    assert reading.notes == (
        "columns 1 and 2 are both named 'a': the latter is 'a.1' here",
        "columns 2 and 3 are both named 'a.1': the latter is 'a.1.1' here",
    )


def test_a_row_of_another_length_far_below_is_refused(tmp_path: Path) -> None:
    body = "".join(f"{number},x\n" for number in range(3000))
    for wrong in ("7\n", "7,x,5\n", "7,x,5,6,7\n"):
        with pytest.raises(DatasetError, match=r"line 3002 has \d values? for 2 columns"):
            read(tmp_path, f"a,y\n{body}{wrong}8,z\n" + "1,x\n" * 20)


def test_texts_keep_their_separators_and_lines(tmp_path: Path) -> None:
    text = "id,review\n" + "".join(f'{n},"it was {n}; or | so,\nno #{n}"\n' for n in range(20))
    reading = read(tmp_path, text)
    assert rows(reading)[3] == [3, "it was 3; or | so,\nno #3"]
    assert reading.place(3) == "line 8"


@pytest.mark.parametrize(
    ("content", "expected", "form"),
    [
        ('i,t,y\n1,"a\n# h",3\n2,x,4\n3,a,5\n', [[1, "a\n# h", 3], [2, "x", 4], [3, "a", 5]], {}),
        ('"Title\nmore"\na,b\n1,2\n2,3\n3,4\n', [[1, 2], [2, 3], [3, 4]], {}),
        ('t,y\n"a\nb",3\n2,4\n# a comment\n5,6\n', [["a\nb", 3], ["2", 4], ["5", 6]], {}),
        ('t,y\n"a\nb",3\n2,4\nTotal,7\n', [["a\nb", 3], ["2", 4]], {"skip_footer": 1}),
        ('"a\nb",y\n1,3\n2,4\n', [[1, 3], [2, 4]], {}),
    ],
)
def test_texts_of_several_lines_move_no_row(
    content: str, expected: list[list[Any]], form: dict[str, Any], tmp_path: Path
) -> None:
    assert rows(read(tmp_path, content, **form)) == expected


@pytest.mark.parametrize("code", ["0", "7", "ab", "0.5"])
@pytest.mark.parametrize("shift", range(4))
def test_codes_are_found_wherever_a_block_ends(
    code: str, shift: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "BLOCK", 4)
    reading = read(tmp_path, f"{'z' * shift}p,y\n{code},5\n05,6\n10,7\n")
    assert list(reading.frame.iloc[:, 0]) == [code, "05", "10"]


def test_codes_are_found_far_below(tmp_path: Path) -> None:
    body = "".join(f"{number},{number % 7}\n" for number in range(9000, 2000, -1))
    reading = read(tmp_path, f"zip,y\n{body}01234,5\n")
    assert reading.frame["zip"].iloc[-1] == "01234"
    assert reading.frame["y"].dtype == int


@pytest.mark.parametrize(
    ("content", "decimal"),
    [
        ("v;time;y\n1,103;9.30;1,5\n2,204;10.45;2,25\n", ","),
        ("v;w\n1,5;1.5\n2,5;2.5\n", ","),
        ("v;w\n1.5;2\n2.5;3\n", "."),
        ('v,w\n"1,5",1.5\n"2,5",2.5\n', "."),
        ('v,w\n"1,5",1\n"2,25",2\n', ","),
    ],
)
def test_columns_tell_what_stands_before_decimals(
    content: str, decimal: str, tmp_path: Path
) -> None:
    assert read(tmp_path, content).decimal == decimal


def test_lines_are_left_out_by_their_numbers(tmp_path: Path) -> None:
    content = "A title\na,y\nkg,m\n1,2\nsensor off,0\n3,4\n"
    reading = read(tmp_path, content, skip_rows=(3, 5))
    assert rows(reading) == [[1, 2], [3, 4]]
    assert [reading.place(it) for it in (0, 1)] == ["line 4", "line 6"]
    assert reading.faults == ()


@pytest.mark.parametrize("first", ["NA,NA", "?,-", "1,m", "kg,", "2,3", "k.A.,none"])
def test_a_first_row_with_gaps_is_no_second_header(first: str, tmp_path: Path) -> None:
    reading = read(tmp_path, f"a,y\n{first}\n1,2\n3,4\nk.A.,6\n7,8\n")
    assert (len(reading.frame), reading.faults) == (5, ())


def test_a_line_of_another_width_is_refused_with_a_way(tmp_path: Path) -> None:
    content = "a,y\n1,2\n3,4,5\n6,7\n"
    with pytest.raises(
        DatasetError, match="line 3 has 3 values for 2 columns; skip_rows: \\[3\\] le"
    ):
        read(tmp_path, content)
    assert rows(read(tmp_path, content, skip_rows=(3,))) == [[1, 2], [6, 7]]


def test_lines_above_the_columns_may_have_several_fields(tmp_path: Path) -> None:
    reading = read(tmp_path, "Account,DE1\nFrom,May\nTo,June\n\na,b,c,y\n" + "1,2,3,4\n" * 12)
    assert list(reading.frame.columns) == ["a", "b", "c", "y"]
    assert len(reading.frame) == 12
    assert reading.notes == ("lines 1 to 3 above the columns: left out",)


def test_lines_of_dashes_in_texts_are_not_drawn(tmp_path: Path) -> None:
    table = [["a\n---\nb", 1], ["c", 2], ["---", 3], ["d", 4], ["e", 5], ["f", 6]]
    content = "".join(f'"{text}",{number}\n' for text, number in table)
    assert rows(read(tmp_path, f"t,y\n{content}")) == table
    # Far from the header they are values.
    assert rows(read(tmp_path, "t|y\n" + "a|1\n" * 6 + "---|---\n"))[-1] == ["---", "---"]


def test_a_first_line_about_the_file_may_be_the_widest(tmp_path: Path) -> None:
    first = '"TOA5","CR1000","4","1234","std","Table1"\n'
    body = "".join(f'"2024-01-0{n}",{n},{n / 4}\n' for n in range(1, 8))
    reading = read(tmp_path, f'{first}"t","n","y"\n"TS","RN","W"\n{body}', skip_rows=(3,))
    assert list(reading.frame.columns) == ["t", "n", "y"]
    assert reading.notes == ("line 1 above the columns: left out",)
    assert rows(reading)[0] == ["2024-01-01", 1, 0.25]


def test_a_header_with_more_names_than_values_is_not_left_out(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="line 2 has 2 values for 4 columns"):
        read(tmp_path, "a,b,c,d\n" + "".join(f"{n}.5,{n}\n" for n in range(8)))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_comments_are_found_behind_all_ends_of_lines(end: str, tmp_path: Path) -> None:
    assert rows(read(tmp_path, end.join(["a,y", "1,2", "# so", "3,4", "5,6", ""]))) == [
        [1, 2],
        [3, 4],
        [5, 6],
    ]
