"""Only files are opened, and only whole ones."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from made_results import AGAIN, FILES, MADE, beside, made, pipe, write

from lossbench.results.files import MOST_HOLES, DamagedResult, opened
from lossbench.results.read import NotReusable, read_all, read_result, reusable

MEGABYTE = 2**20


def _socket(path: Path) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)


PLACED: dict[str, Callable[[Path], object]] = {
    "nothing": lambda _: None,
    "an empty file": Path.touch,
    "a folder": Path.mkdir,
    "a pipe": pipe,
    "a socket": _socket,
    "a link to /dev/zero": lambda path: path.symlink_to("/dev/zero"),
    "a link to a pipe": lambda path: (pipe(path.parent / "pipe"), path.symlink_to("pipe")),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("gone"),
    "a link to another": lambda path: path.symlink_to(path.parent.parent / "good" / path.name),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("what", PLACED)
def test_what_is_no_file_is_named_and_not_waited_for(what: str, name: str, place: Path) -> None:
    said = "is missing"
    if what not in ("nothing", "an empty file"):
        said = f"is {what.partition(' to')[0]}, not a file"
    if what == "an empty file":
        said = "is damaged or half-written"
    with beside(place, MADE["plain"]) as folder:
        (folder / name).unlink()
        PLACED[what](folder / name)
        if (what, name) == ("nothing", "history.csv"):
            assert read_result(folder).trainings[0].history == {}
            return
        with pytest.raises(DamagedResult) as error:
            read_result(folder)
        assert str(error.value) == f"{folder / name}: {said}{AGAIN}"
        experiment = made("plain").experiment
        with pytest.raises(NotReusable) as reason:
            reusable(folder, experiment, experiment.dataset.load())
        assert str(reason.value) == f"{folder / name}: {said}"
        results, complaints = read_all(place)
        assert [it.experiment.name for it in results] == ["good"]
        assert complaints == [str(error.value)]


def test_a_file_that_is_nowhere_on_the_disk_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "it", MADE["plain"]) / "metrics.json"
    os.truncate(file, MOST_HOLES + 2 * MEGABYTE)
    said = "is sparse: it holds fewer bytes than it says; run the experiment again"
    with pytest.raises(DamagedResult, match=said), opened(file):
        pass
    os.truncate(file, MOST_HOLES)
    with opened(file) as few_holes:
        assert few_holes.tell() == 0
