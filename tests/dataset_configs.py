"""Configs of one dataset, for tests of what becomes of their data or of what is said of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lossbench.config.complaints import ConfigError
from lossbench.config.load import load_all
from lossbench.data.arrays import Split

# Files of a feature, or a feature and a weight, and of a target: text, whole numbers, real numbers.
TEXT = b"a,y\n1,x\n2,z\n3,x\n4,z\n"
WHOLE = b"a,y\n1,0\n2,1\n3,0\n4,1\n"
REAL = b"a,y\n1,0.5\n2,1.5\n3,3.5\n4,2.5\n"
WEIGHTED = b"a,w,y\n1,1,0.5\n2,0,1.5\n3,2,3.5\n4,-1,2.5\n"


def write_config(folder: Path, dataset: str, loss: str = "bce") -> Path:
    path = folder / "it.yaml"
    path.write_text(
        f"dataset: {{{dataset}}}\nmodel: {{hidden: [4]}}\nloss: {loss}\nepochs: 1\nrepeats: 2\n"
    )
    return path


def split_of(folder: Path, dataset: str, loss: str = "bce") -> Split:
    (case,) = load_all([write_config(folder, dataset, loss)])
    return case.split


def complaints(folder: Path, dataset: str, loss: str = "bce") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_all([write_config(folder, dataset, loss)])
    return [str(it).removeprefix(f"{folder}/it.yaml:") for it in caught.value.mistakes]


def check_complaint(
    monkeypatch: pytest.MonkeyPatch, folder: Path, content: bytes, keys: str, loss: str, said: str
) -> None:
    """A file of this content with these keys of the dataset is one complaint, on one line."""
    monkeypatch.chdir(folder)
    Path("d.csv").write_bytes(content)
    config = write_config(Path(), f"file: d.csv, target: y, {keys}", loss)
    with pytest.raises(ConfigError) as caught:
        load_all([config])
    lines = [str(it) for it in caught.value.mistakes if it.key != "loss"]
    assert len(lines) == 1
    assert lines[0].startswith(f"it.yaml:1: dataset.{said}")
    assert "\n" not in lines[0]


def houses(rows: int = 60) -> pd.DataFrame:
    """Numbers and text, both with missing values, and a real target."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "size": rng.normal(80, 20, rows),
            "city": rng.choice(["Bonn", "Köln", "Ulm"], rows),
            "rooms": rng.integers(1, 6, rows),
            "garden": rng.random(rows) < 0.5,
            "price": rng.normal(300, 50, rows),
        }
    )
    frame.loc[[3, 40], "size"] = np.nan
    frame.loc[[5, 55], "city"] = None
    return frame
