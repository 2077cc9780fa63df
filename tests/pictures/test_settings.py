"""No setting of matplotlib that a user or a folder has changes a picture."""

from pathlib import Path

import pytest
from command import lossbench, lossbench_process, tree

RESULTS = Path(__file__).parents[2] / "results" / "reference"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The pictures without any settings."""
    cwd = tmp_path_factory.mktemp("compared")
    done = lossbench(cwd, "compare", RESULTS, "--pictures", "pictures")
    assert (done.returncode, done.stderr) == (0, "")
    return tree(cwd / "pictures")


@pytest.mark.thorough
@pytest.mark.parametrize("broken", [False, True])
def test_no_setting_of_matplotlib_changes_a_picture_or_prints_anything(
    pictures: dict[str, bytes], tmp_path: Path, broken: bool
) -> None:
    """If they are broken, the home folder cannot be written either."""
    settings = b"text.usetex: True\nfont.size: 30\naxes.formatter.use_locale: True\n"
    settings += b"broken \xff" if broken else b"nonsense: 1\n"
    here, home = tmp_path / "here", tmp_path / "home"
    styles = home / ".config" / "matplotlib" / "stylelib"
    for folder in (here, styles, styles.parent):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "matplotlibrc").write_bytes(settings)
    (styles / "mine.mplstyle").write_bytes(settings)
    environment = {
        "HOME": str(home),
        "MPLBACKEND": "nonsense",
        "MATPLOTLIBRC": str(here / "matplotlibrc"),
        "XDG_CONFIG_HOME": "",
        "MPLCONFIGDIR": str(here / "matplotlibrc") if broken else "",
    }
    done = lossbench_process(here, "compare", RESULTS, "--pictures", "pictures", **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert tree(here / "pictures") == pictures
