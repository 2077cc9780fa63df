"""All numbers of a config are read by a shared program: every optimizer, schedule and parameter."""

from collections.abc import Callable
from typing import Any

import pytest
from keras_version import skip_what_keras_lacks
from same_bits import same_bits

from lossbench.config.experiment import Experiment
from lossbench.tables.losses import LOSSES
from lossbench.tables.optimizers import CLIPS, OPTIMIZERS, SCHEDULES
from lossbench.tables.parameters import Parameter, Parameters
from lossbench.training.program import compile_program
from lossbench.training.sharing import hyperparameters, program_key
from lossbench.training.train import trainer

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

Make = Callable[..., Experiment]


def two_of(row: Parameter) -> tuple[float, float]:
    """Two values of a parameter that lie on the same side of 0."""
    if row.whole:
        return 3, 5
    default = row.default
    if isinstance(default, float) and default:
        return 0.9 * default, (0.8 if row.complaint(1.2 * default) else 1.2) * default
    return 0.3, 0.6


def numbers_of(table: Parameters, number: int, **fixed: Any) -> dict[str, Any]:
    """A value of each parameter of a table that is a number, the first or the second one."""
    given = {key: row for key, row in table.items() if not isinstance(row.default, bool)}
    return {key: two_of(row)[number] for key, row in given.items()} | fixed


def schedule_of(name: str, number: int) -> Any:
    if name == "PiecewiseConstantDecay":
        return {"schedule": name, "boundaries": [2, 5], "values": [0.05, 0.02, 0.01]}
    return numbers_of(SCHEDULES[name], number, schedule=name)


WITH_PARAMETERS = [loss for loss in LOSSES.values() if loss.parameters]
RATES: list[str | None] = [*SCHEDULES, None]
# Every optimizer, and with one or another of them every schedule, every loss with parameters, and
# whatever else has numbers.
MIXTURES = [
    pytest.param(
        list(OPTIMIZERS)[it % len(OPTIMIZERS)],
        RATES[it % len(RATES)],
        WITH_PARAMETERS[it % len(WITH_PARAMETERS)].name,
        CLIPS[it % len(CLIPS)],
        ("dropout", "penalties", "early stopping", "class weights")[it % 4],
    )
    for it in range(max(len(OPTIMIZERS), len(WITH_PARAMETERS)))
]


@pytest.mark.parametrize(("name", "schedule", "loss", "clip", "more"), MIXTURES)
def test_experiments_that_differ_in_all_their_numbers_share_a_program(
    experiment_of: Make, name: str, schedule: str | None, loss: str, clip: str, more: str
) -> None:
    skip_what_keras_lacks(name)
    others = {*CLIPS} - {clip}
    table = {key: row for key, row in OPTIMIZERS[name].items() if key not in others}
    row = LOSSES[loss]

    def experiment(number: int) -> Experiment:
        optimizer = numbers_of(table, number, name=name)
        optimizer |= {key: 2 for key, row in table.items() if row.whole}
        optimizer |= {"use_ema": True, "learning_rate": (0.02, 0.01)[number]}
        if schedule:
            optimizer["learning_rate"] = schedule_of(schedule, number)
        parameters = numbers_of(row.parameters, number)
        if "apply_class_balancing" in row.parameters:  # else alpha has no effect
            parameters["apply_class_balancing"] = True
        layer: dict[str, Any] = {"units": 6}
        changes: dict[str, Any] = {}
        if more == "dropout":
            layer["dropout"] = (0.2, 0.4)[number]
        elif more == "penalties":
            layer |= {"l1": (0.01, 0.02)[number], "l2": (0.1, 0.3)[number]}
        elif more == "early stopping":
            changes["early_stopping"] = {"patience": number, "min_delta": (0.1, 0.01)[number]}
        elif row.problem != "regression":
            changes["class_weight"] = ({"0": 2.0}, "balanced")[number]
        if row.targets != "any":
            changes["dataset"] = {"generator": "make_friedman1", "target_transform": "mean"}
        return experiment_of(
            row.problem,
            {"name": loss, **parameters},
            optimizer=optimizer,
            model={"hidden": [layer]},
            epochs=(4, 3)[number],
            **changes,
        )

    first, second = experiment(0), experiment(1)
    differing = hyperparameters(first).items() - hyperparameters(second).items()
    assert {place for place, _ in differing} == {
        place for place, number in hyperparameters(first).items() if number
    }
    split = first.dataset.load()
    assert program_key(first, split) == program_key(second, split)
    program = compile_program(first, split)
    assert same_bits(trainer(second, split, program)(3), trainer(second, split)(3))
    read = " ".join(program.hyperparameters.positions)
    assert [place for place, _ in differing if str(place) not in read] == []
