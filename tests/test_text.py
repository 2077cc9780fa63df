"""Names and values as text."""

import doctest
import json
from math import inf, nan

import pytest

from lossbench import text
from lossbench.text import (
    close_to,
    cut,
    described,
    figure,
    finite_or_none,
    nearest,
    on_one_line,
    percent,
    to_json,
)


def test_examples_give_what_they_show() -> None:
    outcome = doctest.testmod(text)
    assert outcome.attempted
    assert outcome.failed == 0


def test_a_similar_name_is_found_whatever_its_capitals_and_underscores() -> None:
    names = ["he_normal", "he_uniform", "zeros"]
    assert close_to("HeNormal", names) == "he_normal"
    assert close_to("zeroes", names) == "zeros"
    assert close_to("tanh", names) is None
    assert nearest("zeroes", names) == (
        "did you mean 'zeros'? allowed: he_normal, he_uniform, zeros"
    )
    assert nearest("zeroes", []) == "none is allowed here"


def test_of_many_names_the_eight_most_alike_are_listed_in_their_order() -> None:
    names = [f"{letter}{number}" for letter in "abc" for number in range(8)]
    said = "did you mean 'b3'? allowed: b1, b2, b3, b4, b5, b6, b7, c3 and 16 more"
    assert nearest("b3", names) == said
    assert nearest(None, names) == "allowed: a0, a1, a2, a3, a4, a5, a6, a7 and 16 more"
    said = "did you mean 'c3'? allowed: c0, c1, c2, c3, c4, c5, c6, c7 and 16 more"
    assert nearest("C_3", names) == said
    assert nearest(None, names[:8]) == "allowed: a0, a1, a2, a3, a4, a5, a6, a7"


@pytest.mark.parametrize(("value", "found"), [(0.5, 0.5), (nan, None), (inf, None), (-inf, None)])
def test_what_is_not_finite_is_none(value: float, found: float | None) -> None:
    assert finite_or_none(value) == found
    assert json.loads(to_json([finite_or_none(value)])) == [found]


def test_json_has_no_nan_and_ascii_where_it_is_asked_for() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"median": nan})
    assert to_json({"data": "Münster"}) == '{\n  "data": "Münster"\n}\n'
    assert to_json(["ü"], ascii_only=True) == '[\n  "\\u00fc"\n]\n'


def test_what_a_terminal_would_act_on_is_escaped_and_long_texts_are_cut() -> None:
    assert on_one_line("a\x1b[31m\nb") == r"a\x1b[31m\nb"
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abc..."
    assert len(on_one_line("x" * 1000)) == 300


def test_an_exception_is_described_even_if_it_cannot_say_anything() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert described(ValueError("two\nlines")) == "ValueError: two lines"
    assert described(Mute()) == "Mute"


def test_a_share_is_all_only_if_it_is() -> None:
    shares = (0, 0.001, 0.5, 0.999, 1)
    assert [percent(it) for it in shares] == ["0 %", "<1 %", "50 %", ">99 %", "100 %"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.7934, "0.793"),
        (0.1, "0.100"),
        (1, "1.000"),
        (0.0026183, "0.00262"),
        (4.589, "4.59"),
        (1234.5, "1230"),
        (0.0, "0"),
        (-0.25, "-0.25"),
        (float("nan"), "diverged"),
    ],
)
def test_a_figure_has_three_decimals_or_three_significant_digits(value: float, said: str) -> None:
    assert figure(value) == said
