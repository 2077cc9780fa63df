"""Sweeps: programs that are shared, the table, the picture, and the command as a user meets it."""

import io
import json
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import yaml
from drawn_texts import check_texts
from keras_version import skip_what_keras_lacks
from matplotlib.figure import Figure
from rich.console import Console

from lossbench.cli import terminal
from lossbench.config.experiment import Experiment
from lossbench.config.load import Case, load_all, names_of
from lossbench.evidence.comparison import compare
from lossbench.evidence.comparison_text import as_markdown as compared
from lossbench.evidence.sweep import Sweep, as_document, as_markdown, sweeps, table
from lossbench.execution.process import PROGRAMS_PER_PROCESS, Work, _next_group
from lossbench.pictures.of_result import png
from lossbench.pictures.of_sweep import picture
from lossbench.results.read import read_all
from lossbench.results.result import Result, Training
from lossbench.tables.losses import LOSSES as LOSSES_OF_TABLE
from lossbench.tables.optimizers import CLIPS, OPTIMIZERS, SCHEDULES
from lossbench.tables.parameters import Parameter, Parameters
from lossbench.text import to_json
from lossbench.training import sharing as programs
from lossbench.training.network import build, initial_weights
from lossbench.training.train import compile_program, trainer

BINARY = "binary classification"
Make = Callable[..., Experiment]


def same(one: Training, other: Training) -> bool:
    """The same to the last bit."""
    return (one.train, one.test) == (other.train, other.test) and all(
        np.array_equal(a, b, equal_nan=True)
        for a, b in zip(
            (*one.history.values(), *one.weights),
            (*other.history.values(), *other.weights),
            strict=True,
        )
    )


CIRCLES = {"generator": "make_circles", "n_samples": 1000, "random_state": 1}
SHARING: list[dict[str, Any]] = [
    {"optimizer": {"learning_rate": 0.05}, "epochs": 2, "seed": 5, "repeats": 2},
    {
        "optimizer": {"learning_rate": 1e-5},
        "dataset": {**CIRCLES, "noise": 0.2, "random_state": 7},
        "epochs": 12,
    },
    {"optimizer": {"momentum": 1.0}},
]
OWN: list[dict[str, Any]] = [
    {"optimizer": {"momentum": 0.0}},
    {"model": {"hidden": [24]}},
    {"model": {"hidden": [25], "activation": "tanh"}},
    {"loss": "squared_hinge"},
    {"batch_size": 50},
    {"optimizer": {"nesterov": True}},
    {
        "optimizer": {
            "learning_rate": {
                "schedule": "CosineDecay",
                "initial_learning_rate": 0.01,
                "decay_steps": 9,
            }
        }
    },
    {"optimizer": {"clipnorm": 1.5}},
    {"model": {"hidden": [25], "dropout": 0.5}},
    {"model": {"hidden": [{"units": 25, "l2": 0.5}]}},
    {"class_weight": "balanced"},
    {"early_stopping": {"patience": 3}},
    {"dataset": {**CIRCLES, "noise": 0.1, "n_samples": 900}},
    {"dataset": {**CIRCLES, "noise": 0.1, "train_size": 400}},
    {"published": {"rounded_accuracy": {"train": 0.8}}},  # reported first
]


def test_experiments_that_differ_in_values_share_a_program_and_train_to_the_same_bits(
    experiment_of: Make,
) -> None:
    first = experiment_of(BINARY, "hinge")
    split = first.dataset.load()
    program = compile_program(first, split)
    for changes in SHARING:
        experiment = experiment_of(BINARY, "hinge", **changes)
        data = experiment.dataset.load()
        assert programs.key(experiment, data) == programs.key(first, split)
        within = trainer(experiment, data, program)(3)
        alone = trainer(experiment, data)(3)
        assert same(within, alone), changes
    assert program.run.experimental_get_tracing_count() == 1


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


WITH_PARAMETERS = [loss for loss in LOSSES_OF_TABLE.values() if loss.parameters]
RATES: list[str | None] = [*SCHEDULES, None]
# Every optimizer, and with one or another of them every schedule, every loss with parameters, and
# whatever else has numbers.
MIXTURES = [
    pytest.param(
        name,
        RATES[it % len(RATES)],
        WITH_PARAMETERS[it % len(WITH_PARAMETERS)].name,
        CLIPS[it % len(CLIPS)],
        ("dropout", "penalties", "early stopping", "class weights")[it % 4],
    )
    for it, name in enumerate(OPTIMIZERS)
]


@pytest.mark.parametrize(("name", "schedule", "loss", "clip", "more"), MIXTURES)
def test_experiments_that_differ_in_all_their_numbers_share_a_program(
    experiment_of: Make, name: str, schedule: str | None, loss: str, clip: str, more: str
) -> None:
    skip_what_keras_lacks(name)
    others = {*CLIPS} - {clip}
    table = {key: row for key, row in OPTIMIZERS[name].items() if key not in others}
    row = LOSSES_OF_TABLE[loss]

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
        return experiment_of(
            row.problem,
            {"name": loss, **parameters},
            optimizer=optimizer,
            model={"hidden": [layer]},
            epochs=(4, 3)[number],
            **changes,
        )

    first, second = experiment(0), experiment(1)
    differing = programs.numbers(first).items() - programs.numbers(second).items()
    assert {place for place, _ in differing} == {
        place for place, number in programs.numbers(first).items() if number
    }
    split = first.dataset.load()
    assert programs.key(first, split) == programs.key(second, split)
    program = compile_program(first, split)
    assert same(trainer(second, split, program)(3), trainer(second, split)(3))
    read = " ".join(program.slots.places)
    assert [place for place, _ in differing if str(place) not in read] == []


def test_whole_numbers_are_trained_with(experiment_of: Make) -> None:
    """Keras insists on floats."""
    experiment = experiment_of(BINARY, "hinge", optimizer={"momentum": 0, "learning_rate": 1})
    assert experiment == experiment_of(
        BINARY, "hinge", optimizer={"momentum": 0.0, "learning_rate": 1.0}
    )
    assert not trainer(experiment, experiment.dataset.load())(0).diverged


@pytest.mark.parametrize("changes", OWN, ids=str)
def test_experiments_that_differ_in_more_than_values_have_programs_of_their_own(
    experiment_of: Make, changes: dict[str, Any]
) -> None:
    first = experiment_of(BINARY, "hinge")
    other = Experiment.model_validate(first.model_dump() | {"published": {}} | changes)
    keys = {programs.key(it, it.dataset.load()) for it in (first, other)}
    assert len(keys) == 2


def test_rows_that_are_held_back_are_no_number_but_a_shape(experiment_of: Make) -> None:
    split = experiment_of(BINARY, "hinge").dataset.load()
    keys = {
        programs.key(experiment_of(BINARY, "hinge", early_stopping=stopping), split)
        for stopping in (
            {"patience": 3, "validation_size": 0.2},
            {"patience": 4, "validation_size": 100},
            {"patience": 3, "validation_size": 101},
        )
    }
    assert len(keys) == 2


def test_the_layers_of_a_model_count_and_not_how_they_are_written(experiment_of: Make) -> None:
    split = experiment_of(BINARY, "hinge").dataset.load()
    keys = {
        programs.key(experiment_of(BINARY, "hinge", model=model), split)
        for model in (
            {"hidden": [9, 9], "dropout": 0.1, "activation": "elu"},
            {
                "hidden": [{"units": 9, "dropout": 0.2}, {"units": 9, "dropout": 0.3}],
                "activation": "elu",
                "output_activation": "tanh",
            },
            {"hidden": [{"units": 9, "dropout": 0.3, "activation": "elu"}] * 2},
        )
    }
    assert len(keys) == 1


def test_a_shared_program_trains_as_fit_does(experiment_of: Make) -> None:
    """Its learning rate is its own, and not that of the experiment that it was compiled for."""
    first, second = (
        experiment_of("regression", "mse", optimizer={"learning_rate": rate}, epochs=3)
        for rate in (0.001, 0.02)
    )
    split = first.dataset.load()
    program = compile_program(first, split)
    ours = trainer(second, split, program)(4)

    # The weights and row orders that the seed 4 gives, as trainer draws them.
    order_stream, *streams = np.random.SeedSequence(4).spawn(3)
    shuffle = np.random.default_rng(order_stream)
    model = build(second, 20, 0)
    model.set_weights(initial_weights(model, streams))
    model.compile(loss="mse", optimizer=keras.optimizers.SGD(0.02, momentum=0.9))
    for epoch in range(3):
        order = shuffle.permutation(500)
        figures = model.fit(
            split.x_train[order],
            split.y_train[order, None],
            validation_data=(split.x_test, split.y_test[:, None]),
            shuffle=False,
            verbose=0,
        ).history
        assert ours.history["train_loss"][epoch] == pytest.approx(figures["loss"][0], rel=1e-5)
        assert ours.history["test_loss"][epoch] == pytest.approx(figures["val_loss"][0], rel=1e-5)


def test_a_process_trains_any_number_of_points_but_few_programs(experiment_of: Make) -> None:
    def work(**changes: Any) -> Work:
        experiment = experiment_of(BINARY, "hinge", **changes)
        return Work(experiment, experiment.dataset.load(), experiment.seeds)

    rates = [work(optimizer={"learning_rate": 0.001 * n}) for n in range(1, 41)]
    widths = [work(model={"hidden": [n]}) for n in range(1, 30)]
    assert len(_next_group(deque(enumerate(rates)))) == 40
    waiting = deque(enumerate(rates + widths))
    assert len(_next_group(waiting)) == 40 + PROGRAMS_PER_PROCESS - 1
    assert waiting[0][0] == 40 + PROGRAMS_PER_PROCESS - 1


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, str]:
    """A sweep of three learning rates, the last of which diverges: its folder and what it says."""
    cwd = tmp_path_factory.mktemp("swept")
    (cwd / "line.yaml").write_text(
        "dataset: {generator: make_regression, n_features: 5, standardize: {target: all}}\n"
        "model: {hidden: [5]}\nloss: mse\nepochs: 3\nrepeats: 2\n"
    )
    done = command(cwd, "run", "line.yaml", "--set", "optimizer.learning_rate=1e-3,0.05,1e30")
    assert done.returncode == 1  # as for any experiment all of whose trainings diverge
    return cwd, cwd / "results" / "line+learning_rate", done.stdout


def command(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "lossbench", *arguments]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False, timeout=90)


NAMES = [f"line+learning_rate={rate}" for rate in ("0.001", "0.05", "1e+30")]


def test_every_point_has_a_folder_beside_the_table_and_the_picture(
    swept: tuple[Path, Path, str],
) -> None:
    _, folder, printed = swept
    files = {"sweep.json", "sweep.md", "sweep.png"}
    assert {path.name for path in folder.iterdir()} == {*NAMES, *files}
    assert (folder / "sweep.png").read_bytes().startswith(b"\x89PNG")
    for name, rate in zip(NAMES, (0.001, 0.05, 1e30), strict=True):
        config = yaml.safe_load((folder / name / "config.yaml").read_text())
        assert (config["name"], float(config["optimizer"]["learning_rate"])) == (name, rate)
        assert f"{name}: mse, median of 2 seeds\n" in printed
    assert printed.splitlines()[-1].startswith("line+learning_rate: Best median test mse: ")


def test_the_table_says_what_the_points_metrics_say(swept: tuple[Path, Path, str]) -> None:
    _, folder, _ = swept
    document = json.loads((folder / "sweep.json").read_text())
    assert document["metric"] == "mse"
    assert document["axes"] == [{"key": "optimizer.learning_rate", "values": [0.001, 0.05, 1e30]}]
    for point, name in zip(document["points"], NAMES, strict=True):
        metrics = json.loads((folder / name / "metrics.json").read_text())
        assert point["name"] == name
        assert point["diverged"] == metrics["diverged"] == (2 if name == NAMES[2] else 0)
        for part in ("train", "test"):
            assert point[part] == metrics["summary"][part]
    assert "| 1e+30 | diverged | diverged | 2 of 2 |" in (folder / "sweep.md").read_text()


def test_a_point_run_alone_gives_the_bytes_it_has_in_the_sweep(
    swept: tuple[Path, Path, str],
) -> None:
    cwd, folder, _ = swept
    config = folder / NAMES[1] / "config.yaml"
    done = command(cwd, "run", str(config), "--out", "alone")
    assert done.returncode == 0
    alone = cwd / "alone" / NAMES[1]
    assert {path.name for path in alone.iterdir()} == {
        path.name for path in (folder / NAMES[1]).iterdir()
    }
    for path in alone.iterdir():
        assert path.read_bytes() == (folder / NAMES[1] / path.name).read_bytes()


def test_a_stored_sweep_is_not_waited_for(swept: tuple[Path, Path, str]) -> None:
    rates = ["optimizer.learning_rate=1e-3,0.05,1e30"]
    names = list(names_of(swept[0] / "line.yaml", rates))
    assert names == [(swept[1].name, name) for name in NAMES]
    assert list(names_of(swept[0] / "line.yaml", ["name=a", "epochs=2"])) == [("", "a+epochs=2")]
    before = {path: path.read_bytes() for path in swept[1].rglob("*") if path.is_file()}
    again = command(swept[0], "run-all", ".", "--out", "results", "--set", *rates)
    assert "line+learning_rate=0.05: 2 of 2 trainings stored\n" in again.stderr
    assert again.stderr.endswith("Report: lossbench report results/line+learning_rate\n")
    assert {path: path.read_bytes() for path in before} == before


def test_compare_says_which_key_differs_and_takes_values_in_their_order(
    swept: tuple[Path, Path, str],
) -> None:
    results, complaints = read_all(swept[1])
    assert complaints == []
    assert [result.experiment.name for result in results] == NAMES
    (group,) = compare(results)
    assert group.differs == ("optimizer.learning_rate",)
    text = compared([group])
    assert "# Which is better?" in text
    assert "all have the loss mean_squared_error, and differ in: optimizer.learning_rate." in text


# From here on nothing is trained: the figures are made up.
def made_up(case: Case, value: float, diverged: int = 0) -> Result:
    trainings = []
    for seed in range(10):
        number = np.nan if seed < diverged else value * (1 + 0.01 * seed)
        train = dict.fromkeys(("loss", *case.experiment.metrics), number)
        test = {name: 0.9 * figure for name, figure in train.items()}
        trainings.append(Training(seed, seed < diverged, train, test, {}, ()))
    return Result(case.experiment, "abc", tuple(trainings))


def sweep_of(config: str, *settings: str, diverged: dict[int, int] | None = None) -> Sweep:
    cases = load_all([config], {"repeats": 10}, settings)
    lost = diverged or {}
    values = np.geomspace(0.1, 0.8, len(cases))
    results = [
        made_up(case, value, lost.get(number, 0))
        for number, (case, value) in enumerate(zip(cases, values, strict=True))
    ]
    (sweep,) = sweeps(cases, results, {})
    return sweep


RATES = "optimizer.learning_rate=0.001,0.01,0.1,1"
LOSSES = "loss=hinge,squared_hinge,binary_crossentropy"
MANY = f"optimizer.learning_rate={','.join(f'{0.001 * n:.3f}' for n in range(1, 61))}"
SWEEPS: dict[str, tuple[Any, ...]] = {
    "numbers": ("hinge", RATES, {1: 10, 3: 4}),
    "numbers that do not span decades": ("mse", "optimizer.momentum=0,0.5,0.9", {}),
    "whole numbers": ("mse", "epochs=5,6", {}),
    "many numbers": ("mse", MANY, {59: 10}),
    "names": ("hinge", LOSSES, {0: 3, 2: 10}),
    "lists": ("mse", "model.hidden=[5],[50,50],[100,100,100]", {}),
    "numbers and names": ("hinge", RATES, LOSSES, {4: 3, 5: 10}),
    "names and numbers": ("hinge", LOSSES, RATES, {}),
    "many of both": ("mse", MANY, "model.hidden=[5],[50,50],[100,100,100,100]", {}),
    "long keys and few rows": (
        "mse",
        "optimizer.learning_rate.schedule=CosineDecay",
        "optimizer.learning_rate.initial_learning_rate=0.1",
        "optimizer.learning_rate.alpha=0,0.5",
        "optimizer.learning_rate.decay_steps=500,1600",
        {},
    ),
    "all diverged": ("mse", RATES, {0: 10, 1: 10, 2: 10, 3: 10}),
    "a grid that diverged": (
        "mse",
        "optimizer.momentum=0,0.9",
        "epochs=5,6",
        dict.fromkeys(range(4), 10),
    ),
}


@pytest.fixture(scope="module", params=SWEEPS)
def sweep(request: pytest.FixtureRequest) -> Sweep:
    config, *settings, diverged = SWEEPS[request.param]
    return sweep_of(config, *settings, diverged=diverged)


def test_no_text_of_a_picture_overlaps_another_or_is_cut_off(sweep: Sweep) -> None:
    drawn = picture(sweep)
    assert drawn
    assert png(drawn) == png(picture(sweep) or Figure())
    check_texts(drawn)


def test_lines_are_the_medians_over_the_values_in_order() -> None:
    sweep = sweep_of("hinge", "optimizer.learning_rate=1,0.001,0.1", diverged={2: 10})
    drawn = picture(sweep)
    assert drawn
    panel = drawn.axes[0]
    assert panel.get_xscale() == "log"
    for part, line in zip(("train", "test"), panel.lines, strict=False):
        assert line.get_label() == part
        assert line.get_xdata().tolist() == [0.001, 0.1, 1]
        by_rate = {
            point.values[0]: point.result.summary(part, "accuracy").median  # type: ignore[arg-type]
            for point in sweep.points
        }
        expected = [by_rate[rate] for rate in (0.001, 0.1, 1)]
        np.testing.assert_array_equal(line.get_ydata(), expected)
    (cross,) = (line for line in panel.lines if line.get_label() == "all diverged")
    assert cross.get_xdata().tolist() == [0.1]


@pytest.mark.parametrize("settings", [(RATES, LOSSES), (LOSSES, RATES)])
def test_cells_are_the_medians_of_their_row_and_column(settings: tuple[str, str]) -> None:
    sweep = sweep_of("hinge", *settings, diverged={5: 10})
    drawn = picture(sweep)
    assert drawn
    for panel, part in zip(drawn.axes, ("train", "test"), strict=False):
        assert panel.get_title(loc="left") == part
        cells = panel.images[0].get_array()
        columns = [it.get_text() for it in drawn.axes[0].get_xticklabels()]
        rows = [it.get_text() for it in drawn.axes[0].get_yticklabels()]
        assert rows == ["hinge", "squared_hinge", "binary_crossentropy"]
        for point in sweep.points:
            names = {str(value) for value in point.values}
            row = next(number for number, name in enumerate(rows) if name in names)
            column = next(number for number, name in enumerate(columns) if name in names)
            median = point.result.summary(part, "accuracy").median  # type: ignore[arg-type]
            np.testing.assert_equal(float(cells.filled(np.nan)[row, column]), median)


def test_the_best_point_has_the_best_test_median() -> None:
    accuracy, error = sweep_of("hinge", RATES, diverged={3: 10}), sweep_of("mse", RATES)
    assert accuracy.best is accuracy.points[2]
    assert error.best is error.points[0]
    assert "Best median test accuracy: 0.376, with learning_rate 0.1." in as_markdown(accuracy)


def test_three_keys_make_a_table_and_say_that_there_is_no_picture() -> None:
    sweep = sweep_of("hinge", "optimizer.momentum=0,0.9", "epochs=1,2", "batch_size=8,16")
    assert picture(sweep) is None
    assert "There is no picture: it would need 3 axes." in as_markdown(sweep)
    columns, rows = table(sweep)
    assert columns == ["momentum", "epochs", "batch_size", "train", "test", "diverged"]
    assert [row[:3] for row in rows[:3]] == [["0", "1", "8"], ["0", "1", "16"], ["0", "2", "8"]]


def test_a_terminal_breaks_the_verdict_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    narrow = Console(file=file, force_terminal=True, width=40, highlight=False, soft_wrap=True)
    monkeypatch.setattr(terminal, "out", narrow)
    terminal.print_sweeps([sweep_of("mse", RATES)])
    lines = file.getvalue().partition("+learning_rate: ")[2].splitlines()
    assert " ".join(lines) == "Best median test mse: 0.0941, with learning_rate 0.001."
    assert len(lines) > 1


def test_points_that_failed_are_named_with_the_reason() -> None:
    cases = load_all(["hinge"], {"repeats": 10}, [RATES])
    name = cases[1].experiment.name
    results = [made_up(case, 0.5) for case in cases if case is not cases[1]]
    (sweep,) = sweeps(cases, results, {name: "OSError: no room"})
    assert f"{name} failed: OSError: no room" in as_markdown(sweep)
    document = json.loads(to_json(as_document(sweep)))
    assert document["failed"] == {name: "OSError: no room"}
    assert len(document["points"]) == 3
    assert sweeps(cases, [], {}) == []


def test_of_many_points_the_best_is_told_of_beside_the_next_ones() -> None:
    cases = load_all(["hinge"], {"repeats": 10}, [MANY])
    results = [
        Result(it.experiment, "abc", tuple(_with_weights(it)))
        for it in (
            made_up(case, value)
            for case, value in zip(cases, np.linspace(0.1, 0.5, 60), strict=True)
        )
    ]
    (group,) = compare(results)
    best = cases[-1].experiment.name
    assert group.results[group.ranking[0]].experiment.name == best
    assert len(group.told) == 2 * 12
    assert {pair.second.name for pair in group.told} == {best}
    assert "which flatters it" in compared([group])


def _with_weights(result: Result) -> list[Training]:
    return [replace(it, weights=(np.zeros((50, 1)), np.zeros(1))) for it in result.trainings]
