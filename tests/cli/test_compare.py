"""``lossbench compare`` of the results of this repository."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from command import lossbench, tree
from plain_text import assert_plain

RESULTS = Path(__file__).parents[2] / "results" / "reference"


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, bytes]]:
    """What ``compare`` prints of the stored results, and its pictures."""
    cwd = tmp_path_factory.mktemp("compared")
    done = lossbench(cwd, "compare", RESULTS, "--pictures", "pictures")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout, tree(cwd / "pictures")


def test_compare_tells_of_the_stored_results_and_imports_no_tensorflow(
    compared: tuple[str, dict[str, bytes]],
) -> None:
    stdout, pictures = compared
    assert "\nmake_blobs, 1000 rows: accuracy\nexperiment   " in stdout
    assert (
        "\nTest accuracy, pairs of seeds:\n- No difference that matters between "
        "binary_crossentropy and hinge: 0.848 against 0.846, ahead in 70 % [" in stdout
    )
    assert_plain(stdout)
    assert {"boundaries_make_circles.png", "boundaries_make_blobs.png"} <= set(pictures)
    assert all(picture.startswith(b"\x89PNG") for picture in pictures.values())


def test_compare_prints_one_json_document_or_csv(tmp_path: Path) -> None:
    document = json.loads(lossbench(tmp_path, "compare", RESULTS, "--json").stdout)
    assert len(document["groups"]) == 3
    text = lossbench(tmp_path, "compare", RESULTS, "--csv", "--metric", "accuracy").stdout
    head, *rows = csv.reader(text.splitlines())
    assert len(rows) == 12  # two groups of three pairs on two parts
    assert {len(row) for row in rows} == {len(head)}
    markdown = lossbench(tmp_path, "compare", RESULTS, "--md").stdout
    assert "## make_circles, 1000 rows: accuracy\n\n| experiment |" in markdown


def test_results_of_several_folders_are_compared_and_told_apart(tmp_path: Path) -> None:
    shutil.copytree(RESULTS / "hinge", tmp_path / "mine" / "hinge")
    shutil.copytree(RESULTS / "squared_hinge", tmp_path / "mine" / "squared_hinge")
    done = lossbench(tmp_path, "compare", "mine/hinge", "mine/squared_hinge", "mine/hinge")
    assert "\n- No difference is seen between hinge and squared_hinge: " in done.stdout
    shutil.copytree(RESULTS / "hinge", tmp_path / "theirs" / "hinge")
    done = lossbench(tmp_path, "compare", "mine", "theirs", "--json")
    (group,) = json.loads(done.stdout)["groups"]
    names = ["mine/hinge", "squared_hinge", "theirs/hinge"]
    assert [it["name"] for it in group["standings"][:3]] == names
    assert group["notes"][0].startswith("mine/hinge and theirs/hinge are the same function")
    once = lossbench(tmp_path, "compare", "mine", "mine/hinge", "--json")
    (group,) = json.loads(once.stdout)["groups"]
    assert [it["name"] for it in group["standings"][:2]] == ["hinge", "squared_hinge"]
    # A folder of results below another one is not passed over, as its results are others.
    shutil.copytree(RESULTS / "hinge", tmp_path / "mine" / "below" / "hinge")
    below = lossbench(tmp_path, "compare", "mine", "mine/below", "--json")
    (group,) = json.loads(below.stdout)["groups"]
    names = ["mine/hinge", "squared_hinge", "mine/below/hinge"]
    assert [it["name"] for it in group["standings"][:3]] == names


def test_unbalanced_classes_are_printed_and_compared_by_balanced_accuracy(tmp_path: Path) -> None:
    rows = "".join(f"{it % 7},{'yes' if it % 10 == 0 else 'no'}\n" for it in range(100))
    (tmp_path / "rare.csv").write_text(f"x,y\n{rows}")
    for loss in ("hinge", "binary_crossentropy"):
        (tmp_path / f"{loss}.yaml").write_text(
            "dataset: {file: rare.csv, target: y, train_size: 0.5}\n"
            f"model: {{hidden: [2]}}\nloss: {loss}\nepochs: 1\nrepeats: 2\n"
        )
        done = lossbench(tmp_path, "run", f"{loss}.yaml")
        assert done.stdout.startswith(f"{loss}: balanced_accuracy, median of 2 seeds\nTrain: 0.500")
    found = lossbench(tmp_path, "compare", "results").stdout
    assert found.startswith("rare.csv: balanced_accuracy\n")


def test_a_folder_of_sweeps_names_where_the_results_are(tmp_path: Path) -> None:
    shutil.copytree(RESULTS / "hinge", tmp_path / "out" / "hinge+rate" / "hinge")
    done = lossbench(tmp_path, "compare", "out")
    assert done.stderr == "Error: out: holds no results; out/hinge+rate holds some\n"


@pytest.mark.parametrize(
    ("given", "why", "some"),
    [
        ("reslts", "does not exist", "results"),
        ("../x", "does not exist", "results"),
        ("configs", "holds no results", "results"),
        ("configs/a.yaml", "is not a folder", "results"),
        ("mine/hinge/x", "does not exist", "results"),
        ("min", "does not exist", "mine"),
        ("mine/../other", "does not exist", "results"),
    ],
)
def test_a_folder_without_results_names_one_near_it_that_has_some(
    tmp_path: Path, given: str, why: str, some: str
) -> None:
    for folder in ("results", "mine"):
        shutil.copytree(RESULTS / "hinge", tmp_path / "here" / folder / "hinge")
    (tmp_path / "here" / "configs").mkdir()
    (tmp_path / "here" / "configs" / "a.yaml").touch()
    done = lossbench(tmp_path / "here", "compare", given)
    assert done.stderr == f"Error: {given}: {why}; {some} holds some\n"
    # From the folder of a result, the folder around it has them.
    done = lossbench(tmp_path / "here" / "results" / "hinge", "compare", "../x")
    assert done.stderr == "Error: ../x: does not exist; .. holds some\n"


def test_the_folder_of_one_result_names_the_folder_to_compare(tmp_path: Path) -> None:
    shutil.copytree(RESULTS / "hinge", tmp_path / "results" / "hinge")
    done = lossbench(tmp_path, "compare", "results/hinge")
    hint = "'lossbench compare results' compares all results there"
    assert done.stderr.endswith(f"results: hinge; {hint}\n")
    done = lossbench(tmp_path / "results" / "hinge", "compare", ".")
    hint = f"'lossbench compare {tmp_path / 'results'}' compares all results there"
    assert done.stderr.endswith(f"results: hinge; {hint}\n")
    done = lossbench(tmp_path, "compare", "results")
    assert done.stderr.endswith("results: hinge\n")


@pytest.mark.parametrize("command", ["compare", "report"])
def test_a_missing_folder_is_one_line(command: str, tmp_path: Path) -> None:
    done = lossbench(tmp_path, command, "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: nowhere: does not exist; 'lossbench run-all' makes some\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [(), ("--json", "--csv")])
def test_compare_of_nothing_or_in_two_formats_is_wrong_usage(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    done = lossbench(tmp_path, "compare", *(options or (tmp_path,)))
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr
