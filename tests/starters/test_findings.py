"""What a person is told of a table: ids, leaks, codes for missing values, and what was decided."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lossbench.data.arrays import DatasetError
from lossbench.starters.dataset import StarterDataset, starter_dataset

Look = Callable[..., StarterDataset]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Looks at columns, or at the text of a file, whose target is ``y``."""

    def look_at(data: dict[str, Any] | str, target: str = "y", **settings: Any) -> StarterDataset:
        path = tmp_path / "d.csv"
        if isinstance(data, str):
            path.write_text(data)
        else:
            pd.DataFrame(data).to_csv(path, index=False)
        return starter_dataset(str(path), target, settings=settings)

    return look_at


rng = np.random.default_rng(0)
NOISE = rng.normal(size=100).round(3)
OTHER = rng.normal(size=100).round(3)
TARGET = rng.normal(size=100).round(3)


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("id", np.arange(100), "numbers the rows"),
        ("customer_id", rng.permutation(100) + 1000, "names the rows: nearly all differ"),
        ("PassengerId", rng.permutation(100), "names the rows: nearly all differ"),
        ("code", [f"K{number}" for number in range(100)], "has 100 different texts in 100 rows"),
        ("zip", rng.integers(10000, 99999, 100), "has codes, whose size means nothing"),
        ("country", ["US"] * 100, "has a single value"),
        ("", np.arange(100), "has no name in the header"),
        ("empty", [None] * 100, "has no values"),
    ],
)
def test_a_column_that_cannot_help_is_left_out(
    name: str, values: Any, reason: str, look: Look
) -> None:
    found = look({name: values, "a": NOISE, "y": TARGET})
    (left_out,) = found.left_out.items()
    assert left_out[0] == (name or "Unnamed: 0")
    assert left_out[1].startswith(reason)
    assert found.keys["drop"] == [left_out[0]]
    assert found.description.numbers == 1


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("year", np.arange(1900, 2000)),
        ("day", np.arange(1, 101)),
        ("humid", rng.permutation(100)),
        ("postage", rng.integers(1, 9, 100)),
        ("idle", rng.permutation(100)),
    ],
)
def test_a_useful_column_stays(name: str, values: Any, look: Look) -> None:
    found = look({name: values, "a": NOISE, "y": TARGET})
    assert found.left_out == {}
    assert any(f"column {name!r} counts the rows" in it for it in found.remarks) == (name == "day")


def told(found: StarterDataset, words: str) -> list[str]:
    return [it for it in found.remarks if words in it]


def test_a_feature_that_tells_the_target_is_pointed_out(look: Look) -> None:
    found = look({"a": NOISE, "copy": (1.1 * TARGET + 3).round(3), "y": TARGET})
    assert [it.split("'")[1] for it in told(found, "tells the target alone")] == ["copy"]
    parts = look({"a": NOISE, "b": OTHER, "c": TARGET, "y": NOISE + OTHER})
    (line,) = told(parts, "add up to the target")
    assert line.startswith(
        "columns 'a', 'b' add up to the target; if they are not known beforehand"
    )
    classes = np.where(TARGET > 0, "up", "down")
    named = look({"a": NOISE, "code": np.where(TARGET > 0, 7, 3), "y": classes})
    assert [it.split("'")[1] for it in told(named, "tells the target alone")] == ["code"]
    texts = look({"a": NOISE, "text": np.where(TARGET > 0, "p", "n"), "y": classes})
    assert [it.split("'")[1] for it in told(texts, "tells the target alone")] == ["text"]
    assert told(look({"a": NOISE, "b": OTHER, "y": TARGET}), "target") == []
    assert told(look({"a": NOISE, "b": OTHER, "y": classes}), "target") == []


@pytest.mark.parametrize(("code", "is_told"), [(-999, True), (9999, True), (-9, True), (3, False)])
def test_a_code_for_missing_is_pointed_out(code: int, is_told: bool, look: Look) -> None:
    values = rng.integers(0, 5, 100)
    values[::10] = code
    lines = told(look({"a": values, "b": NOISE, "y": TARGET}), "far from all others")
    expected = f"column 'a' has {code} in 10 rows, far from all others; "
    assert [it.startswith(expected) for it in lines] == [True] * is_told


def test_what_a_file_leaves_open_is_decided_and_told(look: Look) -> None:
    body = "".join(f"{n % 9},{n % 7},2024-{n % 12 + 1:02}-01,{n % 5}\n" for n in range(60))
    found = look(f"a,b,when,y\n{body}?,1,2024-01-01,2\n3,-,2024-01-01,2\n\nSource: us\n")
    keys = found.keys
    assert keys["missing_values"] == ["?", "-"]
    assert keys["dates"] == ["month", "ordinal"]
    assert keys["skip_footer"] == 1
    assert [it.partition(";")[0] for it in found.decided] == [
        "line 65 has 1 value for 4 columns, 'Source: us'",
        "line 62, column 'a': '?' is text among numbers",
        "line 63, column 'b': '-' is text among numbers",
        "column 'when' with dates",
    ]
    assert found.missing == {"a": 1, "b": 1}
    assert found.description.rows == 62


def test_a_row_of_totals_is_left_out(look: Look) -> None:
    body = "".join(f"{'uv'[n % 2]},{n},{n % 7}\n" for n in range(40))
    found = look(f"shop,a,y\n{body}Total,780,117\n")
    assert found.description.rows == 40
    assert found.keys["skip_footer"] == 1


def test_a_last_row_of_sums_is_left_out_without_a_word_for_it(look: Look) -> None:
    rows = [(n % 7 + 0.1, n % 5 + 0.3, n % 3 + 0.7) for n in range(60)]
    sums = [sum(column) for column in zip(*rows, strict=True)]
    text = "\n".join(",".join(f"{it:.1f}" for it in row) for row in [*rows, sums])
    found = look(f"a,b,y\n{text}\n")
    assert (found.keys["skip_footer"], found.description.rows) == (1, 60)
    assert "line 62, the last one, has totals of the rows above" in found.decided[0]


def test_a_class_of_a_single_row_is_left_out_or_merged(look: Look) -> None:
    data = {"a": NOISE, "y": ["cat"] * 50 + ["dog"] * 46 + ["frog"] * 3 + ["newt"]}
    found = look(data)
    assert found.keys["rare"] == "drop"
    assert found.description.balance == {"cat": 50, "dog": 46}
    assert found.decided[-1].startswith(
        "classes with fewer than 5 rows: 'frog' (3 rows), 'newt' (1 row); the configs have rare: "
    )
    merged = look(data, rare="merge")
    assert merged.description.balance == {"cat": 50, "other": 50}


def test_all_that_only_a_person_knows_is_said_at_once(look: Look) -> None:
    body = "".join(f"{n / 8},{n / 7},{n % 5}\n" for n in range(60))
    with pytest.raises(DatasetError) as caught:
        look(f"a,b,y\n{body}1O5,?,2\n3,4 kg,2\n")
    lines = [str(it) for it in (caught.value, *caught.value.others)]
    assert len(lines) == 2
    assert lines[0].startswith("line 62, column 'a': '1O5' is text among numbers; missing_values:")
    assert lines[1].startswith(
        "line 62, column 'b': '?' is text among numbers, '4 kg' too (2 rows)"
    )
    found = look(f"a,b,y\n{body}1O5,?,2\n3,4 kg,2\n", missing_values=["1O5", "?"], categories=["b"])
    assert found.description.categories == 1


def test_a_wrong_target_is_said_with_all_else(look: Look) -> None:
    body = "".join(f"{n / 8},{n % 5}\n" for n in range(60))
    with pytest.raises(DatasetError) as caught:
        look(f"a,y\n{body}1O5,2\n", "z", drop=["q"])
    assert caught.value.key == "--target"
    assert [it.key for it in caught.value.others] == ["drop"]
    with pytest.raises(DatasetError) as caught:
        look(f"y,a\n{''.join(f'{n % 5},{n / 8}' + chr(10) for n in range(60))}2,1O5\n", "z")
    assert "'1O5' is text among numbers" in str(caught.value.others[0])


@pytest.mark.parametrize("target", ["Y", " y ", "y"])
def test_a_target_is_found_whatever_its_capitals_and_blanks(target: str, look: Look) -> None:
    found = look({"a": NOISE, "y": TARGET}, target)
    assert (found.target, found.keys["target"]) == ("y", "y")
    assert list(found.decided) == (
        [] if target == "y" else [f"the target {target!r} is the column 'y'"]
    )


def test_a_target_of_a_headerless_file_is_named_by_its_column(look: Look) -> None:
    body = "5.1,3.5,setosa\n4.9,3.0,virginica\n" * 20
    with pytest.raises(DatasetError, match="is not a column: line 1 holds values, not names"):
        look(body, "setosa")
    found = look(body, "x3")
    assert found.keys["header"] is False
    assert found.description.balance == {"setosa": 20, "virginica": 20}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0, 1, 1, 2, 3, 9] * 9 + [12], "has 6 different whole numbers, taken for numbers"),
        (pd.date_range("2024-01-01", periods=60).strftime("%d.%m.%Y"), "has dates, taken for days"),
    ],
)
def test_what_a_target_is_taken_for_is_said_with_the_option_that_changes_it(
    values: Any, said: str, look: Look
) -> None:
    count = len(values)
    (line,) = told(look({"a": NOISE[:count], "y": values}), said)
    assert line.endswith("--problem classification takes each for a class")


def test_outliers_of_a_feature_are_scaled_robustly(look: Look) -> None:
    far = NOISE.copy()
    assert look({"a": far, "y": TARGET}).keys["standardize"] == {"features": "train"}
    far[5] = 1000
    assert look({"a": far, "y": TARGET}).keys["standardize"] == {
        "features": "train",
        "method": "robust",
    }


def test_a_table_whose_columns_are_all_left_out_is_refused_with_the_reasons(look: Look) -> None:
    names = [f"browser {number}" for number in range(100)]
    with pytest.raises(DatasetError, match="no column is left as a feature: 'name' has 100 diff"):
        look({"name": names, "y": TARGET})
    with pytest.raises(DatasetError, match="no column is left as a feature: 'a' has a single val"):
        look({"a": [1] * 100, "y": TARGET})


def test_a_row_of_totals_above_a_footer_is_left_out_and_first_decisions_stay(look: Look) -> None:
    body = "".join(f"{n},{n % 9 / 4},,{'uv'[n % 2]},{n % 7 / 4}\n" for n in range(100))
    found = look(f"id,a,empty,name,y\n{body},450.5,,Total,50000\nSource: me\n")
    assert found.keys["skip_footer"] == 2
    assert found.description.rows == 100
    assert found.description.target
    assert found.description.target.high == 1.5
    assert set(found.left_out) == {"empty", "id"}
    assert found.keys["drop"] == ["empty", "id"]


def test_what_is_set_is_kept_beside_what_is_decided(look: Look) -> None:
    data = {"id": np.arange(100), "a": NOISE, "x": OTHER, "y": TARGET}
    assert look(data, drop=["x"]).keys["drop"] == ["x", "id"]
    for settings, said in (
        ({"skip_rows": "abc"}, "must be a whole number of lines above the header, or a list"),
        ({"skip_rows": [0]}, "must be a whole number of lines above the header, or a list"),
        ({"encoding": "foo"}, "is not an encoding that Python knows"),
        ({"separator": ";;"}, "is not a known name"),
        ({"categories": ["b"]}, "has 'b', which is not a column"),
    ):
        with pytest.raises(DatasetError, match=said):
            look(data, **settings)
    gone = np.where(np.arange(100) % 2, -999, -999)
    found = look({"a": NOISE, "b": gone, "y": TARGET}, missing_values=[-999])
    assert found.left_out == {"b": "has no values"}


def test_a_row_of_totals_makes_no_numbers_categories(look: Look) -> None:
    body = "".join(f"{n % 9 / 4},{n % 3 + 0.5},{n % 7 / 4}\n" for n in range(42))
    found = look(f"a,b,y\n{body},Total,50\n")
    assert (found.description.numbers, found.description.categories) == (2, 0)


def test_units_below_the_header_are_left_out_and_told(look: Look) -> None:
    body = "".join(f"{n % 9 / 4},{n % 3 + 0.5},{n % 7 / 4}\n" for n in range(42))
    found = look(f"a,b,y\nkg,m,\n{body}")
    assert found.keys["skip_rows"] == [2]
    assert (found.description.rows, found.description.numbers) == (42, 2)
    assert "words above numbers on line 2, as a second header or units" in found.decided[0]
    logger = look(f"a,b,y\nTS,RN,TI\nmin,m3/h,-\n{body}")
    assert logger.keys["skip_rows"] == [2, 3]
    titled = look(f"A title\n\na,b,y\nWidth,Height,Price\n{body}", skip_rows=2)
    assert titled.keys["skip_rows"] == [1, 2, 4]
    assert (titled.description.rows, titled.description.numbers) == (42, 2)


def test_a_unit_of_a_single_column_makes_no_numbers_categories(look: Look) -> None:
    body = "".join(f"{n % 4},p{n % 3},{n % 7 / 4}\n" for n in range(42))
    with pytest.raises(DatasetError, match="line 2, column 'a': 'kg' is text among numbers"):
        look(f"a,b,y\nkg,,\n{body}")


def test_times_of_day_are_hours(look: Look) -> None:
    times = [f"{n % 24}:{n % 60:02}" for n in range(100)]
    target = look({"a": NOISE, "y": times})
    assert target.description.target
    assert 0 <= target.description.target.low <= target.description.target.high < 24
    assert told(target, "has times, taken for hours")
    days = pd.date_range("2024-01-05", periods=100).strftime("%Y-%m-%d")
    found = look({"day": days, "time": times, "y": TARGET})
    assert found.keys["dates"] == ["month", "day_of_week", "hour", "ordinal"]
    assert found.description.numbers == 5  # of the time there is the hour alone
