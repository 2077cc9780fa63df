"""``lossbench new`` as a new user meets it: what it prints, what it writes, what it refuses."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from command import lossbench
from jsonschema import Draft202012Validator

from lossbench.config.bundled import in_folder
from lossbench.config.load import load_all
from lossbench.starters.dataset import starter_dataset
from lossbench.starters.description_text import dataset_lines


def test_unbalanced_classes_are_said(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(100) % 7, "y": ["no"] * 90 + ["yes"] * 10})
    frame.to_csv(tmp_path / "d.csv", index=False)
    lines = dataset_lines(starter_dataset(str(tmp_path / "d.csv"), "y"))
    assert lines[1:] == [
        "y: 2 classes (no: 90 %, yes: 10 %): binary classification",
        "y: unbalanced: always predicting the largest class gives an accuracy of 90 %",
    ]
    done = lossbench(tmp_path, "new", "d.csv", "--target", "y")
    metrics = ("balanced_accuracy", "roc_auc", "average_precision")
    assert done.stdout.splitlines()[-3:] == [
        f"  lossbench compare results/d --metric {it}" for it in metrics
    ]
    cases = {case.experiment.name: case for case in load_all(in_folder(tmp_path / "d"))}
    assert {case.experiment.final_metrics for case in cases.values()} == {metrics}
    weights = {name: case.experiment.class_weight for name, case in cases.items()}
    assert {name for name, it in weights.items() if it} == {"binary_crossentropy_balanced"}
    assert weights["binary_crossentropy_balanced"] == "balanced"


def test_command_writes_configs_that_validate_and_overwrites_nothing(tmp_path: Path) -> None:
    done = lossbench(tmp_path, "new", "iris", "--out", "my flowers")
    assert (done.returncode, done.stderr) == (0, "")
    assert "  lossbench run-all 'my flowers'\n" in done.stdout
    paths = in_folder(tmp_path / "my flowers")
    assert f"  {paths[0].name}\n" in done.stdout
    assert len(load_all(paths)) == len(paths)
    validator = Draft202012Validator(json.loads((paths[0].parent / "schema.json").read_text()))
    for path in paths:
        text = path.read_text()
        assert text.startswith("# yaml-language-server: $schema=schema.json\n")
        assert list(validator.iter_errors(yaml.safe_load(text))) == []
    for path in paths[1:]:
        path.unlink()
    paths[0].write_text("mine")
    done = lossbench(tmp_path, "new", "iris", "--out", "my flowers")
    assert (done.returncode, done.stdout) == (2, "")
    name = f"my flowers/{paths[0].name}"
    assert done.stderr == f"Error: iris: {name} is there already; --out FOLDER writes elsewhere\n"
    assert [path.read_text() for path in in_folder(tmp_path / "my flowers")] == ["mine"]


def test_a_link_that_leads_nowhere_is_named_and_stays(tmp_path: Path) -> None:
    (tmp_path / "lost").symlink_to("nowhere")
    (tmp_path / "flowers").mkdir()
    (tmp_path / "flowers" / "hinge.yaml").symlink_to("nowhere")
    for data, folder, code, said in (
        ("breast_cancer", "flowers", 2, "flowers/hinge.yaml is there already"),
        ("iris", "lost", 1, "lost is in the way: it is a link that leads nowhere"),
    ):
        done = lossbench(tmp_path, "new", data, "--out", tmp_path / folder)
        assert done.returncode == code
        assert said in done.stderr
    assert (tmp_path / "flowers" / "hinge.yaml").is_symlink()


def test_command_refuses_in_one_line_and_shows_how_a_key_is_set_that_helps(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,y\n")
    done = lossbench(tmp_path, "new", "d.csv", "--target", "y")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: d.csv: has a header but no rows\n"
    absent = lossbench(tmp_path, "new", "no.csv", "--target", "y")
    assert len(absent.stderr.splitlines()) == 1
    (tmp_path / "d.csv").write_text("a,y\n" + "1,2\n2,3\n" * 20 + "1O5,2\n")
    slip = lossbench(tmp_path, "new", "d.csv", "--target", "y")
    assert [it[:25] for it in slip.stderr.splitlines()] == [
        "Error: d.csv: line 42, co",
        "Set such a key like this:",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["d.csv"]
