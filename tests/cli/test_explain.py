"""``lossbench explain``."""

import json
import shlex
from pathlib import Path

import pytest
from command import lossbench, tree
from plain_text import assert_plain

from lossbench.cli import explained
from lossbench.config.load import load
from lossbench.tables.losses import LOSSES
from lossbench.text import capital


def test_a_page_tells_all_of_a_loss(tmp_path: Path) -> None:
    done = lossbench(tmp_path, "explain", "huber")
    assert (done.returncode, done.stderr) == (0, "")
    assert_plain(done.stdout)
    assert max(map(len, done.stdout.splitlines())) <= 80
    text = " ".join(done.stdout.split())
    huber = LOSSES["huber"]
    assert huber.explained
    for part in (
        *("huber: regression", huber.formula, huber.advice, huber.source),
        *(huber.explained.aims_at, huber.explained.not_for, huber.explained.pull),
        f"delta, by default 1: {huber.parameters['delta'].about}",
        "one unit, linear, or relu,",
        "Run it: lossbench run mse --set loss=huber",
        "Draw it: lossbench explain huber --picture huber.png",
    ):
        assert part in text


def test_names_may_be_any_of_a_loss_and_several(tmp_path: Path) -> None:
    done = lossbench(tmp_path, "explain", "mse", "bce", "mean_squared_error")
    lines = done.stdout.splitlines()
    assert [it for it in lines if it.endswith(("regression", "classification"))] == [
        "mean_squared_error (mse): regression",
        "binary_crossentropy (bce): binary classification",
    ]
    assert "Shown by      mse, 5000-samples/mse" in lines
    assert "Run it: lossbench run mse" in lines
    assert lines[-1] == "Draw them: lossbench explain mse bce --picture losses.png"


def test_without_a_name_there_is_a_line_for_each_loss_by_problem(tmp_path: Path) -> None:
    done = lossbench(tmp_path, "explain")
    assert_plain(done.stdout)
    lines = done.stdout.splitlines()
    place = -1
    for loss in LOSSES.values():
        assert loss.explained
        (found,) = [
            number
            for number, it in enumerate(lines)
            if it.split()[:1] == [loss.name] and it.endswith(f" {loss.explained.aim}")
        ]
        assert found > place
        place = found
        above = [it for it in lines[:found] if it.endswith("aim at")]
        assert above[-1].startswith(capital(loss.problem))


@pytest.mark.parametrize("width", [30, 40, 49, 50, 79])
def test_lines_fit_a_narrow_terminal(width: int) -> None:
    where = explained.shown([*LOSSES])
    for name, loss in LOSSES.items():
        lines = [
            (before, line)
            for heading, text in explained.page(loss, where[name])
            for before, line in explained.wrapped(heading, text, width)
        ]
        for before, line in lines:
            words = max(map(len, line.split()), default=0)  # a long name is never broken
            assert len((before + line).rstrip()) <= max(width, len(before) + words)
        text = " ".join("".join(it) for it in lines)
        assert " ".join(loss.advice.split()) in " ".join(text.split())


def test_json_has_the_same_and_the_experiments_of_a_loss(tmp_path: Path) -> None:
    done = lossbench(tmp_path, "explain", "mae", "--json")
    document = json.loads(done.stdout)
    assert list(document["losses"]) == ["mean_absolute_error"]
    (found,) = document["losses"].values()
    assert found["aim"] == "median"
    assert found["advice"] == LOSSES["mean_absolute_error"].advice
    assert found["experiments"][:2] == ["mae", "5000-samples/mae"]
    assert "label-noise/noise-40-mae" in found["experiments"]
    assert found["command"] == "lossbench run mae"
    assert found["source"] == "keras.losses.mean_absolute_error"
    every = json.loads(lossbench(tmp_path, "explain", "--json").stdout)
    assert list(every["losses"]) == list(LOSSES)
    assert every["losses"]["mean_absolute_error"] == found


def test_what_a_page_says_to_run_can_be_run() -> None:
    shown = explained.shown([*LOSSES])
    for name, (experiments, command) in shown.items():
        words = shlex.split(command)
        if words[1] == "choose":
            beside, itself = words[-1].split(",")
            assert itself == name
            losses = [beside, name]
            config = {
                "dataset": {"generator": f"load_{words[2]}"},
                "model": {"hidden": [5]},
                "epochs": 1,
            }
            assert [load({**config, "loss": it}).loss.name for it in losses] == losses
            continue
        assert words[:2] == ["lossbench", "run"]
        settings = dict([words[4].split("=")]) if len(words) > 3 else {}
        assert load(words[2], settings).loss.row.name == name
        assert bool(experiments) == (not settings)
        for it in experiments:
            assert load(it).loss.row.name == name


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_a_picture_of_one_loss_and_of_all(ending: str, tmp_path: Path) -> None:
    starts = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}
    done = lossbench(tmp_path, "explain", "hinge", "--picture", f"hinge.{ending}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"hinge.{ending}"
    assert "Draw it" not in done.stdout
    lossbench(tmp_path, "explain", "hinge", "mse", "--json", "--picture", f"two.{ending}")
    files = tree(tmp_path)
    assert files.keys() == {f"hinge.{ending}", f"two.{ending}"}
    assert all(it.startswith(starts[ending]) for it in files.values())
    again = lossbench(tmp_path, "explain", "hinge", "--picture", f"hinge.{ending}")
    assert again.returncode == 0
    assert tree(tmp_path) == files


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["hinj"], 2, "'hinj' is not a loss; did you mean 'hinge'? allowed: "),
        (["cosine_proximity"], 2, "'cosine_proximity' is now called 'cosine_similarity'"),
        (["mse", "--picture", "x.gif"], 2, "'x.gif' must end in .png, .pdf or .svg"),
        (["mse", "--picture", "mine.png"], 1, "mine.png is in the way: lossbench did not write"),
        (["mse", "--picture", "mine.png/x.png"], 1, "Error: mine.png"),
    ],
    ids=["unknown", "former", "ending", "in the way", "no folder"],
)
def test_what_cannot_be_told_or_written(
    arguments: list[str], code: int, said: str, tmp_path: Path
) -> None:
    (tmp_path / "mine.png").write_bytes(b"a photo")
    done = lossbench(tmp_path, "explain", *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert tree(tmp_path) == {"mine.png": b"a photo"}
