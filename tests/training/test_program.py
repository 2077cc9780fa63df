"""Compiled programs."""

from collections.abc import Callable

import pytest

from lossbench.config.experiment import Experiment
from lossbench.training.program import compile_program
from lossbench.training.train import trainer


def test_an_experiment_is_compiled_once(
    experiment_of: Callable[..., Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lossbench.training.program.ROWS_PER_CALL", 150)
    experiment = experiment_of("binary classification", "hinge")
    split = experiment.dataset.load()
    program = compile_program(experiment, split)
    assert program.epochs_per_call == 1
    train = trainer(experiment, split, program)
    train(0)
    train(1)
    assert program.run.experimental_get_tracing_count() == 1
