"""``lossbench plot``, and ``--format`` and ``--style`` of other commands."""

import shutil
from pathlib import Path

import pytest
from command import lossbench, tree
from made_results import made, write

from lossbench.results.read import read_result
from lossbench.results.write import files

LOSSES = ("hinge", "squared_hinge")
SWEEP = ("--set", "optimizer.learning_rate=0.001,0.1")
SHORT = ("--epochs", "2", "--repeats", "2")


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A folder with two results of the same data in results/."""
    for loss in LOSSES:
        write(tmp_path / "results" / loss, files(made(loss, loss=loss)))
    return tmp_path


def test_all_pictures_of_a_folder_are_drawn_in_every_format_and_again_the_same(
    stored: Path,
) -> None:
    before = tree(stored / "results")
    done = lossbench(stored, "plot", "--format", "png,pdf,svg")
    assert (done.returncode, done.stderr) == (0, "")
    names = [
        *(f"learning_curves_{loss}" for loss in LOSSES),
        *("dataset_make_moons", "curves_make_moons", "boundaries_make_moons"),
    ]
    expected = [f"{name}.{end}" for name in names for end in ("png", "pdf", "svg")]
    assert done.stdout.splitlines() == [f"results/pictures/{it}" for it in expected]
    pictures = tree(stored / "results" / "pictures")
    assert sorted(pictures) == sorted(expected)
    assert lossbench(stored, "plot", "results", "--format", "svg,pdf,png").returncode == 0
    assert tree(stored / "results" / "pictures") == pictures
    # The results are as they were, and other commands do not take the pictures for one.
    assert {it: tree(stored / "results")[it] for it in before} == before
    assert lossbench(stored, "compare").stderr == ""


def test_one_experiment_by_its_name_or_its_folder(stored: Path) -> None:
    names = {"learning_curves_hinge", "dataset_make_moons", "boundaries_hinge"}
    done = lossbench(stored, "plot", "hinge")
    assert done.returncode == 0, done.stderr
    pictures = tree(stored / "results" / "pictures")
    assert set(pictures) == {f"{it}.png" for it in names}
    inside = stored / "results" / "hinge"
    done = lossbench(inside, "plot", ".", "--style", "paper")
    assert done.returncode == 0, done.stderr
    assert {*tree(stored / "results" / "pictures")} - {*pictures} == {
        f"{it}_paper.png" for it in names
    }
    # What stands above a picture elsewhere is printed for its caption.
    assert "  Hinge. Median and 10th to 90th percentile of 4 seeds; 1 diverged.\n" in done.stderr
    # The folder of the result is as a run left it, so another run takes it for its own.
    assert read_result(inside).experiment.name == "hinge"
    assert {it.name for it in inside.iterdir()} == {*files(made("hinge"))}


def test_what_lossbench_did_not_draw_stays_and_out_writes_elsewhere(stored: Path) -> None:
    mine = stored / "results" / "pictures" / "curves_make_moons.png"
    mine.parent.mkdir()
    mine.write_bytes(b"\x89PNG my own")
    done = lossbench(stored, "plot")
    assert done.returncode == 1
    assert done.stderr == (
        "Error: results/pictures/curves_make_moons.png is in the way: lossbench did not write it; "
        "--out DIR writes elsewhere\n"
    )
    assert tree(mine.parent) == {mine.name: b"\x89PNG my own"}
    assert lossbench(stored, "plot", "--out", "elsewhere").returncode == 0
    assert len(tree(stored / "elsewhere")) == 5
    done = lossbench(stored, "compare", "--pictures", "results/pictures")
    assert done.returncode == 1
    assert "is in the way: lossbench did not write it" in done.stderr


def test_without_history_what_can_be_drawn_is_drawn(stored: Path) -> None:
    (stored / "results" / "hinge" / "history.csv").unlink()
    done = lossbench(stored, "plot")
    assert done.returncode == 0
    assert done.stderr == (
        "Warning: no curves of hinge: history.csv is missing; run again to draw them\n"
    )
    assert "learning_curves_hinge.png" not in done.stdout
    assert "curves_make_moons.png" in done.stdout
    (stored / "results" / "squared_hinge" / "history.csv").unlink()
    done = lossbench(stored, "plot")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "Warning: no curves of hinge and squared_hinge: history.csv is missing; run again to draw "
        "them"
    ]


def test_a_damaged_result_is_named_and_the_others_are_drawn(stored: Path) -> None:
    (stored / "results" / "hinge" / "weights.npz").write_bytes(b"")
    done = lossbench(stored, "plot")
    assert done.returncode == 2
    assert done.stderr.startswith("Error: results/hinge/weights.npz: ")
    assert "results/pictures/learning_curves_squared_hinge.png" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["plot", "nowhere"], "nowhere: does not exist; 'lossbench run-all' makes some"),
        (["plot", "--format", "jpg"], "--format: 'jpg' is not a format; "),
        (["plot", "--format", "pdf,"], "--format: '' is not a format; "),
        (["plot", "--style", "papr"], "--style: 'papr' is not a style; did you mean 'paper'?"),
        (["run", "hinge", "--style", "thesis"], "--style: 'thesis' is not a style; "),
        (["compare", "--format", "pdf"], "--format and --style need --pictures DIR"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    tmp_path: Path, words: list[str], message: str
) -> None:
    done = lossbench(tmp_path, *words)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_run_adds_formats_beside_the_picture_that_is_always_there(tmp_path: Path) -> None:
    assert lossbench(tmp_path, "run", "hinge", *SHORT).returncode == 0
    folder = tmp_path / "results" / "hinge"
    plain = tree(folder)
    paper = ("--format", "pdf", "--style", "paper")
    assert lossbench(tmp_path, "run", "hinge", *SHORT, *paper).returncode == 0
    added = {"learning_curves_paper.pdf", "dataset_paper.pdf"}
    found = tree(folder)
    assert {*found} - {*plain} == added
    assert {it: found[it] for it in plain} == plain
    assert b"/MediaBox [ 0 0 237.6 " in found["dataset_paper.pdf"]
    # What is complete is not written again, and what was asked for before stays.
    inode = folder.stat().st_ino
    for words in (paper, ()):
        assert lossbench(tmp_path, "run", "hinge", *SHORT, *words).returncode == 0
        assert folder.stat().st_ino == inode
    assert lossbench(tmp_path, "run", "hinge", *SHORT, "--format", "svg").returncode == 0
    assert {*tree(folder)} - {*found} == {"learning_curves.svg", "dataset.svg"}
    # Of other results they would be wrong.
    more = ("--epochs", "2", "--repeats", "3")
    assert lossbench(tmp_path, "run", "hinge", *more).returncode == 0
    assert {*tree(folder)} == {*plain}


def test_the_picture_of_a_sweep_is_drawn_again_from_what_is_stored(tmp_path: Path) -> None:
    assert lossbench(tmp_path, "run", "hinge", *SWEEP, *SHORT, "--format", "pdf").returncode == 0
    folder = tmp_path / "results" / "hinge+learning_rate"
    done = lossbench(tmp_path, "plot", "hinge+learning_rate", "--format", "png,pdf")
    assert done.returncode == 0, done.stderr
    for end in ("png", "pdf"):
        again = folder / "pictures" / f"sweep_hinge+learning_rate.{end}"
        assert again.read_bytes() == (folder / f"sweep.{end}").read_bytes()
    # The picture in another format follows the results, whoever asks.
    before = (folder / "sweep.pdf").read_bytes()
    more = ("--epochs", "2", "--repeats", "3")
    assert lossbench(tmp_path, "run", "hinge", *SWEEP, *more).returncode == 0
    assert (folder / "sweep.pdf").read_bytes() != before
    # A sweep of an older version, and one of somebody else.
    document = folder / "sweep.json"
    document.write_text(document.read_text().replace('"base"', '"bass"'))
    done = lossbench(tmp_path, "plot", "hinge+learning_rate")
    assert done.returncode == 2
    assert "run the sweep again, which trains nothing anew" in done.stderr
    assert "curves_make_circles.png" in done.stdout
    shutil.copy(document, folder / "sweep_paper.svg")
    done = lossbench(tmp_path, "run", "hinge", *SWEEP, *more)
    assert "sweep_paper.svg is in the way: lossbench did not write it" in done.stderr
