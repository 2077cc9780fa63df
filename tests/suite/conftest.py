"""Small experiments, and results of them in a folder."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from small_suites import Cases, RunSuite, TrainsHere

from lossbench.config.experiment import Experiment
from lossbench.config.load import Case
from lossbench.results.result import Result
from lossbench.suite.plan import Plan, make_plans
from lossbench.suite.run import run_plans


@pytest.fixture(scope="session")
def cases(experiment_of: Callable[..., Experiment]) -> Cases:
    """Two small experiments; some seeds of the second diverge."""
    kinds = {
        "hinge": ("binary classification", {}),
        "mse": ("regression", {"optimizer": {"learning_rate": 0.15}}),
    }

    def make(names: Sequence[str] = ("hinge", "mse"), **changes: Any) -> list[Case]:
        made = []
        for name in names:
            problem, its = kinds[name]
            experiment = experiment_of(problem, name, model={"hidden": [4]}, **its, **changes)
            made.append(Case(Path(f"{name}.yaml"), experiment, experiment.load()))
        return made

    return make


@pytest.fixture(scope="session")
def run_suite(cases: Cases) -> RunSuite:
    """Runs them; gives what was trained, as names and seeds, and the plans."""

    def run(
        out: Path, force: bool = False, **changes: Any
    ) -> tuple[list[tuple[str, int]], list[Plan]]:
        made = cases(**changes)
        process = TrainsHere()
        plans = list(make_plans(made, [out / case.experiment.name for case in made], force))
        for outcome in run_plans(plans, process, lambda *_: None):
            assert isinstance(outcome, Result), outcome
        return process.trained, plans

    return run


@pytest.fixture(scope="session")
def at_once(run_suite: RunSuite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seeds of each, trained at once."""
    out = tmp_path_factory.mktemp("at once")
    trained, _ = run_suite(out, repeats=4)
    assert trained == [(name, seed) for name in ("hinge", "mse") for seed in range(4)]
    return out


@pytest.fixture
def out(at_once: Path, tmp_path: Path) -> Path:
    """A copy of those results."""
    return shutil.copytree(at_once, tmp_path / "out")
