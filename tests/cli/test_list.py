"""``lossbench list``."""

import json
from collections import Counter
from pathlib import Path

import pytest
from command import lossbench
from plain_text import assert_plain

from lossbench.cli.catalogue import KINDS, NEXT
from lossbench.config.bundled import BUNDLED, in_folder
from lossbench.config.load import load
from lossbench.data import generators
from lossbench.tables import optimizers
from lossbench.tables.losses import LOSSES


def test_json_has_all_there_is(tmp_path: Path) -> None:
    document = lossbench(tmp_path, "list", "--json")
    assert document.returncode == 0
    catalogue = json.loads(document.stdout)
    assert catalogue["experiments"][:9] == [path.stem for path in in_folder(BUNDLED)]
    others = [name.split("/") for name in catalogue["experiments"][9:]]
    assert [load("/".join(name)).name for name in others] == [name for _, name in others]
    counts = {folder: len(in_folder(BUNDLED / folder)) for folder in catalogue["folders"]}
    assert counts == Counter(folder for folder, _ in others)
    assert catalogue["losses"]["hinge"]["labels"] == "-1/1"
    assert catalogue["losses"]["huber"]["output_activations_on_classes"] == ["linear", "softmax"]


def test_without_a_kind_it_is_an_overview(tmp_path: Path) -> None:
    done = lossbench(tmp_path, "list")
    assert done.returncode == 0
    assert_plain(done.stdout)
    lines = done.stdout.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    counts = {line.split()[0]: line.split()[1] for line in lines if len(line.split()) > 2}
    catalogue = json.loads(lossbench(tmp_path, "list", "--json").stdout)
    for kind, key in KINDS.items():
        if kind != "metrics":
            assert counts[kind] == str(len(catalogue[key]))
    assert "lossbench list losses" in lines[-2]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_line_for_each_name(kind: str, tmp_path: Path) -> None:
    done = lossbench(tmp_path, "list", kind)
    assert done.returncode == 0
    assert_plain(done.stdout)
    part = json.loads(lossbench(tmp_path, "list", kind, "--json").stdout)
    assert part == json.loads(lossbench(tmp_path, "list", "--json").stdout)[KINDS[kind]]
    first = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line}
    names = [name for its in part.values() for name in its] if kind == "metrics" else [*part]
    for name in names:
        assert first[name], f"{name} says nothing"
    assert done.stdout.rstrip().endswith(NEXT[kind])


def test_what_it_says_is_told_of_every_name() -> None:
    assert generators.ABOUT.keys() == generators.GENERATORS.keys()
    assert optimizers.ADVICE.keys() == optimizers.OPTIMIZERS.keys()
    assert optimizers.COURSES.keys() == optimizers.SCHEDULES.keys()
    for text in (
        *generators.ABOUT.values(),
        *optimizers.ADVICE.values(),
        *optimizers.COURSES.values(),
        *(it.explained.when for it in LOSSES.values() if it.explained),
    ):
        assert 16 < len(text) < 100
        assert text[0].isupper()
        assert text.endswith(".")


@pytest.mark.parametrize("kind", ["optimizers", "metrics"])
def test_a_next_step_can_be_taken(kind: str) -> None:
    words = NEXT[kind].split(": ", 1)[1].split()
    assert words[:3] == ["lossbench", "run", "hinge"]
    key, value = words[4].split("=")
    assert load("hinge", {key: value.strip("[]").split(",") if "[" in value else value})


def test_an_experiment_is_told_as_its_file_begins(tmp_path: Path) -> None:
    text = lossbench(tmp_path, "list", "experiments").stdout
    assert "Hinge loss on the two circles problem." in text
    assert "square-loss, with claims of Hui, Belkin and Wright" in text
    assert "yaml-language-server" not in text


def test_an_unknown_kind_is_wrong_usage(tmp_path: Path) -> None:
    done = lossbench(tmp_path, "list", "loss")
    assert done.returncode == 2
    assert "'loss' is not listed; did you mean 'losses'?" in done.stderr
