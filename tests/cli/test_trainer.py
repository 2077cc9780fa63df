"""Options that choose what trains, and are wrong."""

import sys
from pathlib import Path

import pytest
from command import lossbench


def test_without_the_extra_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = lossbench(tmp_path, "run", "hinge", "--dask", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "--dask needs Dask: pip install 'lossbench[dask]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--dask", "nonsense"], "missing port number in address 'nonsense'"),
        (["--jobs", "2", "--dask", "127.0.0.1:8786"], "choose one of --jobs and --dask"),
        (["--jobs", "0"], "Invalid value for '--jobs'"),
    ],
)
def test_wrong_options_are_exit_code_2(options: list[str], complaint: str, tmp_path: Path) -> None:
    done = lossbench(tmp_path, "run", "hinge", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
