"""Writes what is generated in the READMEs, and the schemas in configs: ``make docs``.

A generated block stands between ``<!-- name -->`` and ``<!-- /name -->``. With ``--check`` nothing
is written: a line names each block that is out of date, and the exit code is 1. Without it the
outputs in the console blocks are written anew as well, for which their commands run.
"""

import ast
import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import lossbench
from lossbench.config.schema import claims_schema, schema
from lossbench.data.generators import GENERATORS
from lossbench.tables.layers import LAYERS
from lossbench.tables.losses import ANY_REAL, LOSSES, Loss
from lossbench.tables.losses.outputs import UNITS
from lossbench.tables.metrics import METRICS, Metric
from lossbench.tables.optimizers import COMMON, OPTIMIZERS, SCHEDULES
from lossbench.tables.problems import Problem
from lossbench.text import figure, to_json

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "results"
REFERENCE = RESULTS / "reference"  # the nine experiments: see `make reference`
SCHEMAS = {"schema.json": schema, "claims.schema.json": claims_schema}
PARTS = ("train", "test")
ARROW = "    ↓\n"


def results() -> str:
    """The nine experiments: bold is a published figure outside of the interval."""
    rows = []
    for row in _summary()["experiments"]:
        assert row["diverged"] == 0  # as the README says below the table
        cells = [row["name"], row["metric"]]
        for part in PARTS:
            figures = row["published"][part]
            bold = "**" if figures["verdict"] == "outside" else ""
            # No line may end within an interval.
            interval = f"[{figure(figures['low'])},\N{NO-BREAK SPACE}{figure(figures['high'])}]"
            # The tutorial prints three decimals.
            published = f"{bold}{figures['value']:.3f}{bold}"
            cells += [f"{figure(figures['median'])} {interval}", published]
        rows.append(cells)
    return _table(["experiment", "metric", "train", "published", "test", "published"], rows)


def findings() -> str:
    """Five findings, with the figures of the stored results."""
    mse, mae, msle = (_final(name, "mse") for name in ("mse", "mae", "msle"))
    cross, hinge, squared = (
        _final(name, "accuracy")["test"]
        for name in ("binary_crossentropy", "hinge", "squared_hinge")
    )
    blobs = [
        _final(name, "accuracy")["test"]
        for name in ("categorical_crossentropy", "sparse_categorical_crossentropy", "kl_divergence")
    ]
    reached = (mse["train"] < 0.0015) & (mse["test"] < 0.0015)
    astray = msle["test"] > 4
    verdicts = {it["number"]: it["verdict"] for it in _summary()["claims"]}
    assert 0 < np.median(cross) - np.median(squared) < 0.01
    assert not reached.any()
    assert msle["test"][~astray].max() < 0.4
    assert verdicts[8] == verdicts[9] == "holds"
    return _list(
        [
            f"**The hinge losses are close to cross-entropy.** The tutorial finds them under 80 % "
            f"and 70 %, because of [the metric that it prints](results/README.md#the-hinge-"
            f"accuracy). Of the test rows, hinge puts {_median(hinge)} on the right side of the "
            f"boundary, squared hinge {_median(squared)} and cross-entropy {_median(cross)}. "
            f"Cross-entropy is ahead of them in {_ahead(cross, hinge)} and "
            f"{_ahead(cross, squared)} of the pairs of seeds, by less than one point.",
            f"**A mean squared error of 0.000 / 0.001 is rare luck.** The median is "
            f"{_median(mse['train'])} / {_median(mse['test'])}, and none of the {len(reached)} "
            "seeds reaches 0.001 on both parts.",
            f"**The absolute error ends at a smaller squared error** than the squared error does: "
            f"{_median(mae['test'])} against {_median(mse['test'])} on the test rows. It is ahead "
            f"in {_ahead(-mae['test'], -mse['test'])} of the pairs of seeds.",
            f"**The logarithmic error sometimes ends far off.** With {astray.sum()} of "
            f"{len(astray)} seeds the mean squared error of the test rows ends above 4, with the "
            "others below 0.4.",
            f"**The three losses on the blobs cannot be told apart.** Their median test accuracies "
            f"are {', '.join(map(_median, blobs[:2]))} and {_median(blobs[2])}.",
        ]
    )


def claims() -> str:
    """The tutorial's nine claims, and what the stored results say of each."""
    return _list(
        [
            f"{it['claim']} **{it['verdict'].capitalize()}**: {it['figures']}."
            for it in _summary()["claims"]
        ],
        numbered=True,
    )


def bench() -> str:
    """The table that ``make bench`` has printed."""
    lines = (RESULTS / "bench.md").read_text().splitlines()
    return "".join(f"{line}\n" for line in lines if line.startswith("|"))


def losses() -> str:
    """A row for each loss."""

    def activations(loss: Loss) -> str:
        # The same six, seven times, would hide what differs.
        own = "linear*" if loss.activations == ANY_REAL else " or ".join(loss.activations)
        return own + (f"; N {' or '.join(loss.on_classes)}" if loss.on_classes else "")

    rows = [
        [
            _names(loss.name, *loss.aliases),
            f"`{loss.formula}`",
            f"{UNITS[loss.outputs][1]} {activations(loss)}",
            f"{loss.labels}{' or one-hot' * bool(loss.on_classes)}",
            ", ".join(loss.takes_for),
            _names(*loss.parameters),
        ]
        for loss in LOSSES.values()
    ]
    table = _table(["loss", "formula", "output layer", "labels", "takes", "parameters"], rows)
    return f"{table}\nN: as many units as classes. \\* or {', '.join(ANY_REAL[1:])}\n"


def metrics() -> str:
    """A row for each metric."""

    def taken(metric: Metric) -> str:
        if not metric.every_epoch:
            return "of the final weights, if `metrics` names it"
        labels = f" with the labels {metric.labels}" if metric.labels else ""
        return f"after every epoch{labels}"

    rows = [
        [
            _names(metric.name),
            _listed(metric.problems),
            ("smaller" if metric.smaller_is_better else "larger")
            if metric.ordered
            else "nearer to 0",
            taken(metric),
        ]
        for metric in METRICS.values()
    ]
    return _table(["metric", "problems", "better is", "taken"], rows)


def _listed(problems: Sequence[Problem]) -> str:
    """Problems in words: "binary and multi-class classification"."""
    *first, last = problems
    short = ", ".join(it.removesuffix(" classification") for it in first)
    return f"{short} and {last}" if first else last


def optimizers() -> str:
    """The optimizers with their own parameters, then the schedules; those alike share a row."""
    own = {name: [key for key in keys if key not in COMMON] for name, keys in OPTIMIZERS.items()}

    def rows(parameters: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
        alike: dict[str, list[str]] = {}
        for name, keys in parameters.items():
            alike.setdefault(_names(*keys), []).append(name)
        return ([_names(*names), keys] for keys, names in alike.items())

    common = ["every optimizer", _names(*COMMON)]
    head = ["optimizer or schedule", "parameters"]
    return _table(head, [*rows(own), common, *rows(SCHEDULES)])


def layers() -> str:
    """The layers with their parameters; those alike share a row."""
    alike: dict[str, list[str]] = {}
    for name, row in LAYERS.items():
        alike.setdefault(_names(*row.parameters), []).append(name)
    return _table(["layer", "parameters"], ([_names(*it), keys] for keys, it in alike.items()))


def generators() -> str:
    """What of scikit-learn's data there is, by the kind of target."""
    return _list(
        f"{title}: {_names(*(name for name, it in GENERATORS.items() if it == kind))}"
        for kind, title in (
            ("real", "Real targets"),
            ("classes", "Classes"),
            ("several", "Several targets"),
        )
    )


def packages() -> str:
    """The packages, from the one that imports to those that are imported, with their docstrings."""
    project = (ROOT / "pyproject.toml").read_text()
    layers = re.search(r"^layers = \[\n(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    assert layers
    drawn = []
    for layer in re.findall(r'"(.*)"', layers[1]):
        lines = []
        for name in layer.replace("lossbench.", "").split(" | "):
            path = ROOT / "lossbench" / name / "__init__.py"
            module = path if path.exists() else ROOT / "lossbench" / f"{name}.py"
            docstring = ast.get_docstring(ast.parse(module.read_text()))
            assert docstring
            lines.append(f"{name:11}{docstring.splitlines()[0]}\n")
        drawn.append("".join(lines))
    return f"```text\n{ARROW.join(drawn)}```\n"


def api() -> str:
    """What ``import lossbench`` offers, with the first line of each docstring."""
    names = [name for name in lossbench.__all__ if not name.startswith("_")]
    rows = [
        [f"`{name}`", str(getattr(lossbench, name).__doc__).splitlines()[0].replace("``", "`")]
        for name in names
    ]
    return _table(["name", "what it is"], rows)


BLOCKS: dict[str, tuple[Callable[[], str], ...]] = {
    "README.md": (results, findings),
    "configs/README.md": (generators, layers, losses, metrics, optimizers),
    "results/README.md": (claims,),
    "lossbench/README.md": (packages, api, bench),
}


def stale() -> Iterator[tuple[str, Path, str]]:
    """What is out of date: its name, its file, and the text that the file should have."""
    for file, makers in BLOCKS.items():
        for maker in makers:
            path, name = ROOT / file, maker.__name__
            start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
            before, rest = path.read_text().split(start)
            old, after = rest.split(end)
            if old != (new := maker()):
                yield f"{file}: {name}", path, "".join([before, start, new, end, after])
    for name, make in SCHEMAS.items():
        path = ROOT / "configs" / name
        if path.read_text() != (new := to_json(make())):
            yield f"configs/{name}", path, new


def _summary() -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((REFERENCE / "summary.json").read_text())
    return summary


def _final(experiment: str, metric: str) -> dict[str, Any]:
    """A metric on the final weights, by part, of every seed."""
    runs = json.loads((REFERENCE / experiment / "metrics.json").read_text())["runs"]
    return {part: np.array([run[part][metric] for run in runs]) for part in PARTS}


def _median(values: Any) -> str:
    return figure(float(np.median(values)))


def _ahead(first: Any, second: Any) -> str:
    """In which share of all pairs of seeds the first figure is larger; a tie counts half."""
    above, equal = first[:, None] > second, first[:, None] == second
    return f"{100 * (above + equal / 2).mean():.0f} %"


def _names(*names: str) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _list(items: Iterable[str], numbered: bool = False) -> str:
    lines = []
    for number, item in enumerate(items, start=1):
        sign = f"{number}. " if numbered else "- "
        lines += textwrap.wrap(
            item.replace(" %", "\N{NO-BREAK SPACE}%"),
            100,
            initial_indent=sign,
            subsequent_indent=" " * len(sign),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "".join(f"{line}\n" for line in lines)


def main(check: bool) -> int:
    """Write what is out of date, or name it."""
    outdated = 0
    for what, path, text in stale():
        outdated += 1
        if check:
            print(f"{what} is out of date: make docs writes it")
        else:
            path.write_text(text)
    if check:
        return int(outdated > 0)
    # TensorFlow is imported here, which takes longer than all else.
    from docs import readmes

    for path in readmes.READMES:
        with TemporaryDirectory() as folder:
            readmes.make_files(Path(folder))
            path.write_text(readmes.run(path.read_text(), Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
