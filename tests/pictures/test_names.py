"""Names of pictures and of what is in them."""

from collections.abc import Callable

import pytest
from made_results import made

from lossbench.evidence.comparison import compare
from lossbench.pictures.names import of_data, safe, unique
from lossbench.pictures.short_names import short_names
from lossbench.results.result import Result


def test_comparisons_are_named_after_their_data(result: Callable[..., Result]) -> None:
    circles = [result(it, [0.5, 0.6]) for it in ("hinge", "squared_hinge")]
    few, many = (
        [
            made(f"{it}_{rows}", dataset={"generator": "make_moons", "n_samples": rows})
            for it in ("a", "b")
        ]
        for rows in (60, 80)
    )
    names = of_data(compare([*circles, *few, *many]))
    assert names == ["make_circles", "make_moons_60_rows", "make_moons_80_rows"]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a/../b: c", "a_.._b_c"),
        ("../..", "unnamed"),
        ("größe", "größe"),
        ("hinge+learning_rate=1e-05", "hinge+learning_rate=1e-05"),
        ("a\0\n$(b)", "a_b"),
        ("x" * 300, "x" * 80),
    ],
)
def test_names_are_safe(name: str, file: str) -> None:
    assert safe(name) == file


def test_names_differ_also_where_case_does_not_count() -> None:
    assert unique(["a", "A", "a_2", "b"]) == ["a", "A_2", "a_2_2", "b"]


def test_short_names_keep_what_tells_them_apart() -> None:
    names = ["categorical_crossentropy", "sparse_categorical_crossentropy", "kl_divergence"]
    assert short_names(names, 14) == ["categorical…", "sparse…", "kl_divergence"]
    assert short_names(names, 99) == names
    points = ["mse+learning_rate=0.1", "mse+learning_rate=1"]
    assert short_names(points, 20) == ["learning_rate=0.1", "learning_rate=1"]
    assert short_names(["mean_squared_error", "mean_absolute_error"], 14) == [
        "mean_squared…",
        "mean_absolute…",
    ]


@pytest.mark.parametrize("most", [14, 19, 29])
def test_short_names_differ(most: int) -> None:
    points = [
        f"hinge+loss={loss}+learning_rate={rate}+hidden={units}"
        for loss in ("hinge", "squared_hinge")
        for rate in ("0.001", "0.01")
        for units in ("5", "10")
    ]
    for names in (points, [f"my{'_' * 30}{it}{'_' * 30}end" for it in range(12)]):
        short = short_names(names, most)
        assert len(set(short)) == len(names)
        assert max(map(len, short)) <= most
    assert short_names(points, 29)[:2] == ["hinge+0.001+5", "hinge+0.001+10"]
    alike = [f"a_long_name_of_number_{it}_of_{loss}" for it in (1, 2) for loss in ("mse", "bce")]
    assert short_names(alike, 14) == ["…1_of_mse", "…1_of_bce", "…2_of_mse", "…2_of_bce"]
    assert short_names(["a+x=0.1" + "1" * 20, "a+x=0.2" + "1" * 20], 14)[0].startswith("x=0.1")
