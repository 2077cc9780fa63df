"""What the README shows is true. Run as a program, this writes its tables anew."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lossbench
from lossbench.evidence import comparison
from lossbench.results.read import read_result
from lossbench.results.result import PARTS, Part, Result
from lossbench.tables.losses import ANY_REAL, LOSSES, Loss

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
# What the findings speak of.
NAMED = ("mse", "mae", "msle", "binary_crossentropy", "hinge", "squared_hinge")


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def results_table() -> str:
    """That of summary.md, as narrow as a page: bold is a figure outside of the interval."""
    text = (ROOT / "results" / "summary.md").read_text()
    _, _, *lines = text[text.index("|") :].split("\n\n")[0].splitlines()
    rows = []
    for line in lines:
        name, metric, *parts, diverged = line.strip("| ").split(" | ")
        assert diverged.startswith("0 of ")  # "None of the 270 trainings diverged"
        row = [name, metric]
        for found, published, verdict in (parts[:3], parts[3:]):
            mark = {"inside": "", "outside": "**"}[verdict]
            row += [found.replace(", ", ",\N{NO-BREAK SPACE}"), f"{mark}{published}{mark}"]
        rows.append(row)
    return table(["experiment", "metric", "train", "published", "test", "published"], rows)


def claims_list() -> str:
    text = (ROOT / "results" / "summary.md").read_text()
    rows = text[text.index("## The tutorial's claims") :].splitlines()[4:]
    cells = (row.strip("| ").split(" | ") for row in rows)
    return "".join(
        f"{number}. {claim} **{verdict.capitalize()}**: {found}.\n"
        for number, claim, found, verdict in cells
    )


def losses_table() -> str:
    def activations(loss: Loss) -> str:
        # The same six, seven times, would hide what differs.
        return "linear*" if loss.activations == ANY_REAL else " or ".join(loss.activations)

    rows = [
        [
            ", ".join(f"`{name}`" for name in (loss.name, *loss.aliases)),
            f"{'N' if loss.labels in ('one-hot', 'integer') else '1'} {activations(loss)}",
            loss.labels,
            ", ".join(loss.metrics),
            ", ".join(loss.parameters),
        ]
        for loss in LOSSES.values()
    ]
    head = ["loss", "output layer", "labels", "metrics", "parameters"]
    return f"{table(head, rows)}\nN: as many units as classes. \\* or {', '.join(ANY_REAL[1:])}\n"


def bench_table() -> str:
    path = ROOT / "results" / "bench.md"
    text = path.read_text()
    return "".join(line + "\n" for line in text.splitlines() if line.startswith("|"))


TABLES = {
    "table": results_table,
    "claims": claims_list,
    "losses": losses_table,
    "bench": bench_table,
}


def block(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name} -->\n)(.*?)(<!-- /{name} -->)", re.DOTALL)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_the_one_that_the_code_or_the_results_give(name: str) -> None:
    match = block(name).search(README.read_text())
    assert match
    assert match[2] == TABLES[name]()


def test_the_config_shown_is_the_bundled_one() -> None:
    assert f"```yaml\n{(ROOT / 'configs' / 'hinge.yaml').read_text()}```" in README.read_text()


def test_the_output_shown_is_that_of_the_stored_results() -> None:
    summary = json.loads((ROOT / "results" / "summary.json").read_text())
    (hinge,) = (row for row in summary["experiments"] if row["name"] == "hinge")
    line = f"Train: {hinge['train']['median']:.3f}, Test: {hinge['test']['median']:.3f}\n"
    assert f"hinge: {hinge['metric']}, median of {hinge['seeds']} seeds\n{line}" in (
        README.read_text()
    )


def test_the_figures_of_the_findings_are_those_of_the_stored_results() -> None:
    results = {name: read_result(ROOT / "results" / name) for name in NAMED}
    mse, mae, msle, cross, hinge, squared = results.values()

    def median(result: Result, part: Part, metric: str) -> str:
        return f"{result.summary(part, metric).median:.3f}"

    def ahead(first: Result, second: Result) -> str:
        """In how many of the pairs a training of the first is better, on the test part."""
        pairs = comparison.compare([first, second])[0].pairs
        (probability,) = (it.probability for it in pairs if it.part == "test")
        return f"{100 * probability:.0f} %"

    gap = cross.summary("test", "accuracy").median - squared.summary("test", "accuracy").median
    errors = msle.final("test", "mse")
    low = [(mse.final(part, "mse") < 0.0015) for part in PARTS]
    strays = int((errors > 4).sum())
    text = " ".join(README.read_text().split())
    for finding in (
        f"{median(hinge, 'test', 'accuracy')} with hinge, "
        f"{median(squared, 'test', 'accuracy')} with squared hinge and "
        f"{median(cross, 'test', 'accuracy')} with binary cross-entropy, which is ahead in "
        f"{ahead(cross, hinge)} and {ahead(cross, squared)} of the pairs",
        f"The median is {median(mse, 'train', 'mse')} / {median(mse, 'test', 'mse')}",
        f"{median(mae, 'test', 'mse')} against {median(mse, 'test', 'mse')} on the test part, "
        f"and in {ahead(mae, mse)} of the pairs",
        f"In {strays} of {len(errors)} trainings",
    ):
        assert finding in text
    assert 0 < gap < 0.01  # "less than one point"
    assert not (low[0] & low[1]).any()  # "none of the thirty"
    assert np.sort(errors)[-strays - 1] < 0.4  # "in the others"


COMMANDS = re.findall(r"^\$ lossbench ([^#\n]*)", README.read_text(), re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_shown_is_one_that_the_command_line_takes(command: str) -> None:
    # --help is read last: whatever stands before it has been parsed and is known.
    line = [sys.executable, "-m", "lossbench", *shlex.split(command)]
    help_text = subprocess.run([*line[:4], "--help"], capture_output=True, text=True, check=True)
    for option in re.findall(r"--[a-z-]+", command):
        assert option in help_text.stdout
    for config in re.findall(r"configs/\S+", command):
        assert (ROOT / config).exists()


def test_the_error_shown_is_the_one_that_is_given(tmp_path: Path) -> None:
    config = "dataset:\n  generator: make_circles\n  nois: 0.1\nmodel:\n  hidden: [5]\n"
    (tmp_path / "bad.yaml").write_text(config + "loss: hinge\nepochs: 1\n")
    line = [sys.executable, "-m", "lossbench", "validate", "bad.yaml"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"$ lossbench validate bad.yaml\n{done.stderr.strip()}" in README.read_text()


def test_new_sees_in_the_houses_what_is_shown(tmp_path: Path) -> None:
    (script,) = re.findall(r"```sh\n(python .*?END\n)```", README.read_text(), re.DOTALL)
    line = ["sh", "-c", script.replace("python", shlex.quote(sys.executable), 1)]
    subprocess.run(line, cwd=tmp_path, check=True)
    line = [sys.executable, "-m", "lossbench", "new", "houses.csv", "--target", "price"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=True)
    seen = done.stdout.split("\n\n")[0]
    assert f"$ lossbench new houses.csv --target price\n{seen}\n...\n" in README.read_text()


def test_the_python_shown_runs() -> None:
    (code,) = re.findall(r"```python\n(import lossbench\n.*?)```", README.read_text(), re.DOTALL)
    names: dict[str, object] = {}
    exec(code.replace('"repeats": 5', '"repeats": 5, "epochs": 2'), names)
    result = names["result"]
    assert isinstance(result, Result)
    assert result.final("test", "accuracy").shape == (5,)


def test_the_configs_shown_are_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = README.read_text()
    (large,) = re.findall(r"```yaml\n(dataset: {generator: make_moons.*?)```", text, re.DOTALL)
    (tmp_path / "large.yaml").write_text(large)
    (loss,) = re.findall(r"```yaml\n(loss: {function: .*?)```", text, re.DOTALL)
    own = re.sub(r"loss: .*\n", loss, (ROOT / "configs" / "mse.yaml").read_text())
    (tmp_path / "own.yaml").write_text(own)
    (code,) = re.findall(r"```python\n(import keras\n\n\n.*?)```", text, re.DOTALL)
    (tmp_path / "mylosses.py").write_text(code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("large.yaml", "own.yaml"):
        experiment = lossbench.load(name, {"repeats": 1, "epochs": 2}, allow_code=True)
        assert np.isfinite(lossbench.run(experiment).final("test", "loss")).all()


if __name__ == "__main__":
    text = README.read_text()
    for name, of in TABLES.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, rest = text.split(start)
        text = before + start + of() + end + rest.split(end)[1]
    README.write_text(text)
