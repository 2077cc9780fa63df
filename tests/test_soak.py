"""A long life: many experiments in one command, and many results in one folder."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from lossbench import comparison, stored

EXPERIMENTS = 500
WARM = 50
MEGABYTE = 2**20
CONFIG = """\
dataset: {{generator: make_moons, noise: 0.1, random_state: 1}}
model: {{hidden: [{width}]}}
loss: {loss}
epochs: 1
repeats: 1
"""


def lossbench(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "lossbench", *map(str, arguments)]


def memory(process: psutil.Popen) -> int:
    """The bytes that a process and all its children hold; 0 where one ends meanwhile."""
    try:
        family = [process, *process.children(recursive=True)]
        return sum(it.memory_info().rss for it in family)
    except psutil.NoSuchProcess:
        return 0


@pytest.mark.soak
def test_memory_does_not_grow_with_the_number_of_experiments(tmp_path: Path) -> None:
    configs, out = tmp_path / "configs", tmp_path / "out"
    configs.mkdir()
    for width in range(1, EXPERIMENTS + 1):
        text = CONFIG.format(width=width, loss="bce")
        (configs / f"width-{width:03}.yaml").write_text(text)
    warm = later = done = 0
    with psutil.Popen(
        lossbench("run-all", configs, "--out", out), stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            held = memory(process)
            if done < WARM:
                warm = max(warm, held)
                done = len(list(out.glob("*/metrics.json")))
            else:
                later = max(later, held)
            time.sleep(0.2)
    assert process.returncode == 0
    assert len(list(out.glob("*/metrics.json"))) == EXPERIMENTS
    print(f"{warm / MEGABYTE:.0f} MB at most for {WARM} experiments, then {later / MEGABYTE:.0f}")
    assert later - warm < 100 * MEGABYTE


@pytest.mark.soak
def test_1000_stored_results_are_listed_compared_and_used_again(tmp_path: Path) -> None:
    configs, out = tmp_path / "configs", tmp_path / "out"
    configs.mkdir()
    for loss in ("bce", "hinge"):
        text = CONFIG.format(width=3, loss=loss)
        (configs / f"{loss}.yaml").write_text(text)
    first = subprocess.run(lossbench("run-all", configs, "--out", out), check=False)
    assert first.returncode == 0
    for number in range(499):
        for loss in ("bce", "hinge"):
            name = f"{loss}-{number:03}"
            (configs / f"{name}.yaml").write_text(CONFIG.format(width=3, loss=loss))
            folder = shutil.copytree(out / loss, out / name)
            for file in ("metrics.json", "config.yaml"):
                text = (folder / file).read_text()
                # Names, which both begin with.
                text = text.replace(f'"name": "{loss}"', f'"name": "{name}"', 1)
                text = text.replace(f"name: {loss}", f"name: {name}", 1)
                (folder / file).write_text(text)
    begun = time.monotonic()
    results, complaints = stored.read_all(out)
    assert (len(results), complaints) == (1000, [])
    print(f"1000 results read in {time.monotonic() - begun:.1f} s")
    begun = time.monotonic()
    (group,) = comparison.compare(results)
    print(f"and compared in {time.monotonic() - begun:.1f} s")
    assert len(group.standings) == 2000
    begun = time.monotonic()
    again = subprocess.run(
        lossbench("run-all", configs, "--out", out, "--json"), capture_output=True, check=False
    )
    print(f"all of them found stored by run-all in {time.monotonic() - begun:.1f} s")
    assert again.returncode == 0
    assert len(json.loads(again.stdout)["stored"]) == 1000
