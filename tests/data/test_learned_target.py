"""The target of both parts with a transform, and targets that have none."""

from pathlib import Path

import numpy as np
import pytest
from dataset_configs import check_complaint, complaints, houses, split_of

REAL = b"a,y\n1,0.5\n2,1.5\n3,3.5\n4,2.5\n"
HOUSES = "file: h.csv, target: price, missing: median, train_size: 40"


def with_values(*values: float) -> bytes:
    return b"a,y\n" + b"".join(f"{number},{it}\n".encode() for number, it in enumerate(values))


REFUSED: list[tuple[bytes, str, str]] = [
    (
        with_values(1.5, 2.5, 3.5, 0),
        "log",
        "target_transform: 'log' needs a target above 0, and this one goes down to 0; log1p takes "
        "0, too, and standardize any number",
    ),
    (
        with_values(1.5, 2.5, 3.5, -0.5),
        "log1p",
        "target_transform: 'log1p' needs a target of at least 0, and this one goes down to -0.5; "
        "standardize takes any number",
    ),
    (
        with_values(-1.5, 1.5, 7.5, 8.5),  # the first half trains
        "mean",
        "target_transform: 'mean' needs a mean above 0, and that of the training rows is 0; "
        "standardize takes any number",
    ),
    (
        b"a,y\n1,x\n2,z\n3,x\n4,z\n",
        "log",
        "target_transform: 'log' is for a target of real numbers, and this one has classes",
    ),
    (
        with_values(1e30, 2.5e20, 3.5, 1.5),
        "standardize",
        "target: 'y' is so large that its mse is too large for 32-bit floats",
    ),
    (with_values(1.5, 1.5, 2.5, 3.5), "log", "target: 'y' is constant in the training part"),
    (REAL, "sqrt", "target_transform: 'sqrt' is not a known name; allowed: log, log1p, mean, st"),
]


@pytest.mark.parametrize(
    ("content", "name", "said"), REFUSED, ids=[f"{name} {it[:40]}" for _, name, it in REFUSED]
)
def test_a_target_without_such_a_transform_is_one_complaint_with_its_place(
    content: bytes, name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss = "bce" if b"x" in content else "mse"
    check_complaint(monkeypatch, tmp_path, content, f"target_transform: {name}", loss, said)


def test_a_generator_is_refused_in_the_same_way(tmp_path: Path) -> None:
    (line,) = complaints(tmp_path, "generator: make_regression, target_transform: log", "mse")
    assert line.startswith("1: dataset.target_transform: 'log' needs a target above 0")


def test_a_target_is_not_scaled_twice(tmp_path: Path) -> None:
    dataset = "generator: load_diabetes, target_transform: log, standardize: {target: train}"
    (line,) = complaints(tmp_path, dataset, "mse")
    assert line == (
        "1: dataset.target_transform: 'log' cannot stand beside the target of standardize; remove "
        "that one for metrics in the units of the data, or this one for metrics of a standardized "
        "target"
    )


def test_a_loss_of_positive_targets_is_told_of_the_mean(tmp_path: Path) -> None:
    dataset = "generator: load_diabetes, target_transform: standardize"
    (line,) = complaints(tmp_path, dataset, "poisson")
    assert "this one goes down to -1.6" in line
    assert line.endswith(" once it is transformed; target_transform: mean keeps the sign")
    learned = split_of(tmp_path, "generator: load_diabetes, target_transform: mean", "poisson")
    assert learned.y_train.mean() == pytest.approx(1, abs=1e-6)
    assert learned.y_train.min() > 0


def test_both_parts_have_what_is_learned_and_what_it_was(tmp_path: Path) -> None:
    houses().to_csv(tmp_path / "h.csv", index=False)
    price = houses()["price"].to_numpy()
    split = split_of(tmp_path, f"{HOUSES}, target_transform: log", "mse")
    assert split.y_train.dtype == split.y_test.dtype == np.float32
    logs = np.log(price)
    center, scale = logs[:40].mean(), logs[:40].std()
    np.testing.assert_allclose(split.y_test, (logs[40:] - center) / scale, rtol=1e-6)
    assert split.original
    assert split.original.transform.center == pytest.approx(center)
    for found, rows in zip(split.measured, (price[:40], price[40:]), strict=True):
        np.testing.assert_array_equal(found, rows)


def test_data_are_the_same_whatever_is_learned_of_their_target(tmp_path: Path) -> None:
    """So that losses that need other transforms are compared, in the units of the target."""
    houses().to_csv(tmp_path / "h.csv", index=False)
    plain, *others = (
        split_of(tmp_path, f"{HOUSES}{more}", "mse").sha256
        for more in ("", ", target_transform: log", ", target_transform: mean")
    )
    assert others == [plain, plain]
    houses().assign(price=houses()["price"] + 1).to_csv(tmp_path / "h.csv", index=False)
    assert split_of(tmp_path, f"{HOUSES}, target_transform: log", "mse").sha256 != plain
