"""Many experiments in one command, and many results in one folder."""

import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from command import COMMAND

from lossbench.results.read import read_result
from lossbench.results.write import files

EXPERIMENTS = 500
WARM = 50
MEGABYTE = 2**20
RESULTS = 1000
REPEATS = 20  # enough to be judged
SECONDS = 300  # a command that takes longer hangs, or grows with the square of the results
CONFIG = """\
dataset: {{generator: make_moons, noise: 0.1, random_state: {data}}}
model: {{hidden: [2]}}
loss: {loss}
epochs: 1
repeats: {repeats}
"""


def timed(*arguments: object) -> str:
    """What a command prints; the seconds that it took are printed."""
    begun = time.monotonic()
    command = [*COMMAND, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0
    print(f"{time.monotonic() - begun:6.1f} s lossbench {arguments[0]}")
    return done.stdout


def memory(process: psutil.Popen) -> int:
    """The bytes that a process and all its children hold; 0 if one of them ends meanwhile.

    Shared memory counts for each, so that the figure does not depend on other programs.
    """
    try:
        family = [process, *process.children(recursive=True)]
        return sum(it.memory_info().rss for it in family)
    except psutil.NoSuchProcess:
        return 0


@pytest.mark.soak
def test_memory_does_not_grow_with_the_number_of_experiments(tmp_path: Path) -> None:
    """The most at any time during the first fifty, and during the rest."""
    (tmp_path / "moons.yaml").write_text(CONFIG.format(data=1, loss="bce", repeats=1))
    widths = ",".join(f"[{width}]" for width in range(1, EXPERIMENTS + 1))
    out = tmp_path / "out"
    begun = time.monotonic()
    warm = later = done = 0
    with psutil.Popen(
        [*COMMAND, "run-all", tmp_path, f"--set=model.hidden={widths}", "--out", out, "--quiet"],
        stdout=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            held = memory(process)
            if done < WARM:
                warm = max(warm, held)
                done = len(list(out.glob("*/*/metrics.json")))
            else:
                later = max(later, held)
            time.sleep(0.1)
    assert process.returncode == 0
    assert len(list(out.glob("*/*/metrics.json"))) == EXPERIMENTS
    print(f"{warm / MEGABYTE:.0f} MB at most for {WARM} experiments, then {later / MEGABYTE:.0f}")
    print(f"{time.monotonic() - begun:.0f} s")
    assert later - warm < 100 * MEGABYTE


@pytest.mark.soak
@pytest.mark.parametrize("datasets", [1, 9, 10])  # of 100 on the same data, all pairs are compared
def test_1000_stored_results_are_listed_compared_and_used_again(
    tmp_path: Path, datasets: int
) -> None:
    configs, out = tmp_path / "configs", tmp_path / "out"
    configs.mkdir()
    kinds = [(data, loss) for data in range(datasets) for loss in ("bce", "hinge")]
    for data, loss in kinds:
        text = CONFIG.format(data=data, loss=loss, repeats=REPEATS)
        (configs / f"{loss}-{data}.yaml").write_text(text)
    timed("run-all", configs, "--out", out, "--quiet")
    for number in range(len(kinds), RESULTS):
        data, loss = kinds[number % len(kinds)]
        first, name = f"{loss}-{data}", f"{loss}-{data}-{number:03}"
        (configs / f"{name}.yaml").write_text((configs / f"{first}.yaml").read_text())
        result = read_result(out / first)
        named = result.experiment.model_copy(update={"name": name})
        pictures = {path.name: path.read_bytes() for path in (out / first).glob("*.png")}
        (out / name).mkdir()
        for file, content in (files(replace(result, experiment=named)) | pictures).items():
            (out / name / file).write_bytes(content)
    text = timed("compare", out)
    assert all(text.count(path.stem) for path in configs.iterdir())
    groups = json.loads(timed("compare", out, "--json"))["groups"]
    assert len(groups) == datasets
    assert sum(len(group["standings"]) for group in groups) == 2 * RESULTS
    timed("report", out)
    document = json.loads(timed("run-all", configs, "--out", out, "--json", "--quiet"))
    assert document["stored"] == {path.stem: REPEATS for path in configs.iterdir()}
