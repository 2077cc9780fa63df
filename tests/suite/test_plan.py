"""Which stored results are used, which are trained again, and what is in the way."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from command import tree
from small_suites import Cases

from lossbench.suite.plan import make_plans


def _replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        text = text.replace(old, new)
        if name == "metrics.json":  # without the digest of itself, as in older results
            values = json.loads(text)
            del values["sha256"]
            text = json.dumps(values)
        (folder / name).write_text(text)

    return change


def _cut(name: str) -> Callable[[Path], None]:
    # By three bytes: the last number of history.csv would be another one.
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-3])


@pytest.mark.parametrize(
    ("change", "unused"),
    [
        (lambda folder: (folder / "history.csv").unlink(), "without its history.csv"),
        (lambda folder: (folder / "weights.npz").unlink(), r"weights\.npz: is missing$"),
        (_cut("history.csv"), r"history\.csv: is damaged or half-written$"),
        (_cut("weights.npz"), r"weights\.npz: is damaged or half-written$"),
        (_cut("metrics.json"), r"metrics\.json: is damaged or half-written$"),
        (_replace("metrics.json", '"TensorFlow": "2', '"TensorFlow": "1'), "with TensorFlow 1"),
        (_replace("metrics.json", '"lossbench": "1.', '"lossbench": "1.9'), "with lossbench 1.9"),
        (_replace("metrics.json", '"platform": "', '"platform": "Old'), "with platform Old"),
        (_replace("metrics.json", '"processor": "', '"processor": "Old'), "with processor Old"),
        (_replace("metrics.json", '"data_sha256": "', '"data_sha256": "0'), "of other data"),
        (None, "of another config"),
    ],
)
def test_what_is_not_the_result_asked_for_is_trained_again(
    cases: Cases, out: Path, change: Callable[[Path], None] | None, unused: str
) -> None:
    if change:
        change(out / "hinge")
    changes = {} if change else {"batch_size": 500}
    (plan,) = make_plans(cases(["hinge"], repeats=4, **changes), [out / "hinge"])
    assert (plan.stored, list(plan.missing)) == (0, [(0, seed) for seed in range(4)])
    assert re.search(unused, plan.unused), plan.unused


@pytest.mark.parametrize("name", ["tensorboard", "tensorboard/mine", "notes.txt", "config.yaml/x"])
def test_a_folder_with_a_person_s_files_in_it_is_not_replaced(
    cases: Cases, out: Path, name: str
) -> None:
    mine = out.parent / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("years of work")
    path = out / "hinge" / name
    if name.startswith("config.yaml"):
        path.parent.unlink()
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(mine) if name == "tensorboard" else path.write_text("mine")
    before = tree(out)
    for force in (False, True):
        (plan,) = make_plans(cases(["hinge"], repeats=4), [out / "hinge"], force)
        assert str(plan.error) == (
            f"{out / 'hinge'} is in the way: it holds {name}, which is no file of a result; move "
            "that elsewhere"
        )
    assert tree(out) == before


def test_metrics_of_another_program_are_not_replaced(cases: Cases, tmp_path: Path) -> None:
    (tmp_path / "hinge").mkdir()
    (tmp_path / "hinge" / "metrics.json").write_text('{"accuracy": 0.9}')
    (plan,) = make_plans(cases(["hinge"]), [tmp_path / "hinge"])
    assert "metrics.json is in the way: lossbench did not write it" in str(plan.error)
