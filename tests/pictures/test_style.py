"""A picture looks the same whatever the settings of matplotlib are."""

import hashlib
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import matplotlib
import pytest
from made_up_curves import experiment, result, split
from matplotlib.image import imread

from lossbench.pictures.encode import encoded
from lossbench.pictures.of_dataset import scatter
from lossbench.pictures.of_result import learning_curves

HOSTILE = {
    "axes.facecolor": "black",
    "axes.formatter.limits": "0, 0",
    "axes.prop_cycle": "cycler('color', ['red'])",
    "figure.dpi": "50",
    "figure.constrained_layout.use": "True",
    "font.family": "serif",
    "image.cmap": "gray",
    "lines.marker": "s",
    "path.sketch": "(3, 50, 2)",
    "savefig.bbox": "tight",
    "savefig.facecolor": "pink",
    "text.antialiased": "False",
}


def fingerprint() -> str:
    """Digest of one picture of each kind."""
    published = {"accuracy": {"train": 0.9, "test": 0.8}}
    pictures = [
        learning_curves(result(experiment(published=published))),
        learning_curves(result(experiment("mse"))),
        scatter(split()),
        scatter(split(classes=0)),
    ]
    return hashlib.sha256(b"".join(map(encoded, pictures))).hexdigest()


def test_the_same_picture_is_the_same_bytes():
    assert fingerprint() == fingerprint()


def test_a_picture_is_sharp_at_450_pixels_and_below_100_kb():
    content = encoded(learning_curves(result(experiment(epochs=200))))
    assert imread(BytesIO(content)).shape[1] == 810
    assert len(content) < 100_000


def test_global_settings_neither_change_a_picture_nor_are_changed():
    usual = fingerprint()
    with matplotlib.rc_context():
        for name, value in HOSTILE.items():
            matplotlib.rcParams[name] = value
        before = dict(matplotlib.rcParams)
        assert fingerprint() == usual
        assert dict(matplotlib.rcParams) == before


@pytest.mark.thorough
def test_a_user_s_matplotlibrc_does_not_change_a_picture_and_pyplot_is_not_imported(tmp_path):
    rc_file = tmp_path / "matplotlibrc"
    rc_file.write_text("".join(f"{name}: {value}\n" for name, value in HOSTILE.items()))
    program = (
        "import sys, matplotlib, test_style as it;"
        "assert matplotlib.rcParams['savefig.bbox'] == 'tight';"  # the file was read
        "print(it.fingerprint(), 'matplotlib.pyplot' in sys.modules)"
    )
    here = Path(__file__).parent
    paths = os.pathsep.join([str(here), str(here.parent), *sys.path])
    environment = os.environ | {"MATPLOTLIBRC": str(rc_file), "PYTHONPATH": paths}
    child = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert child.stdout.split() == [fingerprint(), "False"]
