"""Compiled programs."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lossbench.config.experiment import Experiment
from lossbench.training.program import compile_program
from lossbench.training.train import trainer


def test_a_program_refuses_data_of_other_shapes_instead_of_compiling_again(
    experiment_of: Callable[..., Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lossbench.training.program.ROWS_PER_CALL", 150)
    experiment = experiment_of("binary classification", "hinge")
    split = experiment.dataset.load()
    program = compile_program(experiment, split)
    assert program.calls(experiment.epochs) == [1] * experiment.epochs
    trainer(experiment, split, program)(0)
    fewer = replace(split, x_train=split.x_train[:50], y_train=split.y_train[:50])
    with pytest.raises((TypeError, ValueError)):
        trainer(experiment, fewer, program)(0)
