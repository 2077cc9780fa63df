"""What data hold, in the sentences that ``lossbench new`` prints and writes into configs."""

from collections.abc import Iterator

from lossbench.starters.dataset import StarterDataset
from lossbench.starters.description import Description, TargetDescription
from lossbench.text import counted


def dataset_lines(dataset: StarterDataset) -> list[str]:
    """What data hold, in lines: rows, features, what is left out or missing, and the target."""
    it, target = dataset.description, dataset.target
    kinds = [(it.numbers, "of numbers"), (it.categories, "of categories")]
    features = ", ".join(f"{count} {kind}" for count, kind in kinds if count)
    counts = f"{it.rows} rows, {counted(it.numbers + it.categories, 'feature')}"
    lines = [f"{dataset.title}: {counts} ({features})"]
    lines += [f"read: {line}" for line in dataset.read]
    lines += [f"left out: column '{name}' {reason}" for name, reason in dataset.left_out.items()]
    lines += [f"decided: {line}" for line in dataset.decided]
    for name, count in dataset.missing.items():
        dropped = name == target or dataset.keys.get("missing") == "drop"
        how = "its rows are left out" if dropped else "filled in"
        lines.append(f"missing: {count} in column '{name}'; {how}")
    lines += [f"{target}: {line}" for line in target_lines(it)]
    if dataset.path and it.has_numbers_for_classes and "problem" not in dataset.keys:
        lines.append(f"{target}: few different whole numbers, taken for classes; see --problem")
    lines += [f"note: {line}" for line in dataset.remarks]
    return lines


def target_lines(description: Description) -> list[str]:
    """What the target is, in lines."""
    target = description.target
    return [*(_real(target) if target else _classes(description))]


def _real(target: TargetDescription) -> Iterator[str]:
    low, median, high = (
        f"{value:.0f}" if 1e3 <= abs(value) < 1e15 else f"{value:.4g}"
        for value in (target.low, target.median, target.high)
    )
    yield f"real numbers from {low} to {high}, median {median}: regression"
    skewness = round(target.skewness, 1) + 0.0  # no -0.0
    side = "right" if target.skewness > 0 else "left"
    tail = f": a long tail to the {side}" if abs(target.skewness) > 1 else ""
    yield f"skewness {skewness:.1f}{tail}; {100 * target.outliers:.1f} % outliers"
    if target.misleads_mse:
        yield "a few rows decide the mse: compare on mae, too"


def _classes(description: Description) -> Iterator[str]:
    by_size = sorted(description.balance.items(), key=lambda it: -it[1])
    shares = [f"{name}: {100 * size / description.rows:.0f} %" for name, size in by_size]
    shown = shares if len(shares) <= 6 else [*shares[:3], "...", *shares[-2:]]
    yield f"{len(by_size)} classes ({', '.join(shown)}): {description.problem}"
    if description.unbalanced:
        share = f"{100 * by_size[0][1] / description.rows:.0f} %"
        yield f"unbalanced: always predicting the largest class gives an accuracy of {share}"
