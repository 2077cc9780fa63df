"""How figures and shares are written."""

import pytest

from lossbench.text import figure, percent


def test_a_share_is_all_only_if_it_is() -> None:
    shares = (0, 0.001, 0.5, 0.999, 1)
    assert [percent(it) for it in shares] == ["0 %", "<1 %", "50 %", ">99 %", "100 %"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.7934, "0.793"),
        (0.1, "0.100"),
        (1, "1.000"),
        (0.0026183, "0.00262"),
        (4.589, "4.59"),
        (1234.5, "1.23e+03"),
        (0.0, "0"),
        (-0.25, "-0.25"),
        (float("nan"), "diverged"),
    ],
)
def test_a_figure_has_three_decimals_or_three_significant_digits(value: float, text: str) -> None:
    assert figure(value) == text
