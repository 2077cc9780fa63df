"""``lossbench report``: where the page goes, and what it does not replace."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command import lossbench, lossbench_process

from lossbench.results.result import Result


def test_damaged_results_are_named_and_the_others_shown(
    result: Callable[..., Result], write: Callable[..., Path], tmp_path: Path
) -> None:
    write(tmp_path, result("good", "hinge"), result("bad", "hinge"))
    (tmp_path / "bad" / "metrics.json").write_text("{")
    done = lossbench(tmp_path, "report", tmp_path)
    complaint = f"{tmp_path}/bad/metrics.json: is damaged or half-written; run the experiment again"
    assert (done.returncode, done.stderr) == (2, f"Error: {complaint}\n")
    text = (tmp_path / "report.html").read_text().replace("<wbr>", "")
    assert f"<li>{complaint}</li>" in text
    assert "so no losses are compared" in text
    assert "0.810 [" in text


def test_nothing_there_is_said_and_nothing_written(tmp_path: Path) -> None:
    empty = tmp_path / "own" / "empty"
    empty.mkdir(parents=True)
    done = lossbench(empty, "report", empty)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"Error: {empty}: holds no results; 'lossbench run-all' makes some\n"
    assert list(empty.iterdir()) == []


def test_a_page_elsewhere_has_the_paths_that_are_right_there(stored: Path, tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    shutil.copy(stored, page)
    done = lossbench(tmp_path, "report", stored.parent, "--out", "a.html")
    assert (done.returncode, done.stdout) == (0, "a.html\n")  # in place of the older one
    assert page.read_bytes() == stored.read_bytes()  # none of these has a data file
    rows = "".join(f"{n},{n % 3},{n / 7}\n" for n in range(20))
    (tmp_path / "d.csv").write_text(f"a,b,y\n{rows}")
    config = "dataset: {file: d.csv, target: y}\nmodel: {hidden: [2]}\nloss: mse\nepochs: 1\n"
    (tmp_path / "it.yaml").write_text(f"{config}repeats: 1\n")
    assert lossbench(tmp_path, "run", "it.yaml").returncode == 0
    assert lossbench(tmp_path, "report", "--out", "new/folder/b.html").returncode == 0
    assert "file: ../../d.csv" in (tmp_path / "new" / "folder" / "b.html").read_text()


@pytest.mark.parametrize("kind", ["text", "page", "folder", "link", "pipe"])
@pytest.mark.parametrize("elsewhere", [True, False])
def test_only_a_report_is_replaced(
    stored: Path, tmp_path: Path, kind: str, elsewhere: bool
) -> None:
    folder = tmp_path / "results"
    shutil.copytree(stored.parent / "hinge", folder / "hinge")
    path = tmp_path / "thesis.tex" if elsewhere else folder / "report.html"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("nowhere")
    else:
        page = "<title>which loss, and how much does it matter?</title>\n"
        path.write_text(page if kind == "page" else "years of work")
    before = path.lstat()
    done = lossbench(tmp_path, "report", folder, *(["--out", path] if elsewhere else []))
    hint = "" if elsewhere else "; --out FILE writes elsewhere"
    message = f"Error: {path} is in the way: lossbench did not write it{hint}\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)
    assert (path.lstat().st_ino, path.lstat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_empty_file_may_be_replaced(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "made by mktemp").touch()
    lossbench(tmp_path, "report", stored.parent, "--out", "made by mktemp")
    assert (tmp_path / "made by mktemp").read_bytes() == stored.read_bytes()


@pytest.mark.thorough
def test_results_that_cannot_be_written_to_have_their_page_elsewhere(
    stored: Path, own_disk: tuple[list[str], Path], tmp_path: Path
) -> None:
    apart, disk = own_disk
    command = shlex.join([sys.executable, "-m", "lossbench", "report", str(disk)])
    script = (
        f"mount -t tmpfs none {disk} && cp -r {stored.parent}/hinge {disk} && "
        f"mount -o remount,ro {disk} && ! {command} && {command} --out {tmp_path}/a.html"
    )
    done = subprocess.run([*apart, script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}/a.html\n")
    assert done.stderr == (
        f"Error: {disk}/report.html: Read-only file system; --out FILE writes elsewhere\n"
    )
    assert "hinge" in (tmp_path / "a.html").read_text()


def test_open_gives_the_page_to_the_browser(
    result: Callable[..., Result], write: Callable[..., Path], tmp_path: Path
) -> None:
    folder = write(tmp_path / "some results", result("hinge", "hinge"), without="history.csv")
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/opened"\n')
    browser.chmod(0o755)
    done = lossbench_process(tmp_path, "report", folder, "--open", BROWSER=f"{browser} %s")
    assert done.returncode == 0
    assert (tmp_path / "opened").read_text() == f"{(folder / 'report.html').as_uri()}\n"


@pytest.mark.thorough
def test_the_same_results_give_the_same_page_without_tensorflow(
    stored: Path, tmp_path: Path
) -> None:
    shutil.copytree(stored.parent, tmp_path / "results")
    code = (
        "import sys; sys.modules['tensorflow'] = None; sys.argv[1:] = ['report', "
        f"{str(tmp_path / 'results')!r}]; from lossbench.__main__ import main; main()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=90, capture_output=True)
    assert (tmp_path / "results" / "report.html").read_bytes() == stored.read_bytes()


def test_losses_are_compared_on_the_metric_that_is_asked_for(
    result: Callable[..., Result], write: Callable[..., Path], tmp_path: Path
) -> None:
    write(tmp_path, result("hinge", "hinge"), result("squared", "squared_hinge"))
    asked = lossbench(tmp_path, "report", tmp_path, "--metric", "rounded_accuracy")
    assert (asked.returncode, asked.stderr) == (0, "")
    text = (tmp_path / "report.html").read_text().replace("<wbr>", "")
    assert "rounded accuracy</h3>" in text
    before = (tmp_path / "report.html").read_bytes()
    none = lossbench(tmp_path, "report", tmp_path, "--metric", "mse")
    assert none.returncode == 2
    assert "no result reports 'mse'; metrics: accuracy, rounded_accuracy" in none.stderr
    assert (tmp_path / "report.html").read_bytes() == before


CHOICE = {
    "answer": ["Take <b>hinge</b>.", "squared is probably worse."],
    "remarks": ["2 splits x 1 seed."],
    "metric": "rounded_accuracy",
    "table": [["", "rounded_accuracy", "to best"], ["hinge", "0.8", "best"], ["sq", "0.7", ""]],
}


def test_the_answer_of_a_choice_comes_first_and_its_metric_is_compared(
    result: Callable[..., Result], write: Callable[..., Path], tmp_path: Path
) -> None:
    write(tmp_path, result("hinge", "hinge"), result("squared", "squared_hinge"))
    (tmp_path / "choice.json").write_text(json.dumps(CHOICE))
    assert lossbench(tmp_path, "report", tmp_path).returncode == 0
    text = (tmp_path / "report.html").read_text().replace("<wbr>", "")
    assert "Take &lt;b&gt;hinge&lt;/b&gt;. squared is probably worse.</p>" in text
    assert "On make_circles" not in text  # it would say less than the choice does
    assert 'data-label="to best" data-sort="best" class="number">best</td>' in text
    assert "rounded accuracy</h3>" in text


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        json.dumps(CHOICE | {"table": [["a"], ["a", "b"]]}),
        "{}",
        json.dumps(CHOICE | {"table": [[], []]}),
        json.dumps(CHOICE | {"metric": "nope"}),
    ],
)
def test_a_damaged_choice_is_named_and_left_out(
    result: Callable[..., Result], write: Callable[..., Path], tmp_path: Path, content: str
) -> None:
    write(tmp_path, result("hinge", "hinge"))
    (tmp_path / "choice.json").write_text(content)
    done = lossbench(tmp_path, "report", tmp_path)
    assert done.returncode == 2
    assert f"Error: {tmp_path}/choice.json: is damaged" in done.stderr
    text = (tmp_path / "report.html").read_text()
    assert "How the losses and other models did" not in text
    assert "choice.json: is damaged" in text.replace("<wbr>", "")
