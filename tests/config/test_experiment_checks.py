"""What does not fit together in a config whose keys are right."""

from pathlib import Path

import pytest
from example_config import complaints, with_dataset

from lossbench.config.complaints import ConfigError
from lossbench.config.load import load
from lossbench.tables.losses import LOSSES, TargetShape
from lossbench.text import named

MULTICLASS = named([loss.name for loss in LOSSES.values() if loss.can_fit(TargetShape(3))])
# What is put into a right config of three blobs, and all that is then said.
BLOBS = """\
dataset: {generator: make_blobs, n_samples: 90}
model: {hidden: [5]}
loss: categorical_crossentropy
epochs: 3
"""
ODDS = [
    (
        "model: {hidden: [5]}",
        "model: {hidden: [5, {units: 3, dropuot: 0.1}, {dropout: 1}, {units: 0}], l1: x}",
        [
            "2: model.hidden.1.dropuot: 0.1 is not a known key; did you mean 'dropout'? allowed: "
            "activation, batch_normalization, dropout, kernel_initializer, l1, l2, units",
            "2: model.hidden.2.units: is missing; it must be a whole number of at least 1",
            "2: model.hidden.2.dropout: 1 must be less than 1",
            "2: model.hidden.3.units: 0 must be at least 1",
            "2: model.l1: 'x' must be a number",
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\noptimizer: {name: sgd, learning_rate: {schedule: CosineDecay, alfa: 1}}",
        [
            "5: optimizer.learning_rate.alfa: 1 is not a parameter of CosineDecay; did you mean "
            "'alpha'? allowed: alpha, decay_steps, initial_learning_rate, schedule, "
            "warmup_steps, warmup_target",
            "5: optimizer.learning_rate.initial_learning_rate: is missing; CosineDecay needs it",
            "5: optimizer.learning_rate.decay_steps: is missing; CosineDecay needs it",
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\noptimizer: {clipnorm: 1, clipvalue: 1}",
        [
            "5: optimizer.clipvalue: 1 cannot be combined with clipnorm; Keras takes one of "
            "clipnorm, clipvalue, global_clipnorm"
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\noptimizer: {ema_momentum: 0.5}",
        ["5: optimizer.ema_momentum: 0.5 has no effect without use_ema: true"],
    ),
    (
        "epochs: 3",
        "epochs: 3\nclass_weight: {0: 1, 4: 2}",
        ["5: class_weight.4: 2.0 is not a class; allowed: 0, 1, 2"],
    ),
    (  # what needs the data is said beside what is wrong by itself
        "epochs: 3",
        "epochs: 0\nbatch_size: x\nclass_weight: {0: 1, 4: 2}\nmetrics: [f1]",
        [
            "4: epochs: 0 must be at least 1",
            "5: batch_size: 'x' must be a whole number",
            "6: class_weight.4: 2.0 is not a class; allowed: 0, 1, 2",
            "7: metrics.0: 'f1' is not a metric of categorical_crossentropy; allowed: "
            "balanced_accuracy, brier, expected_calibration_error, f1_macro, log_loss, mcc, "
            "precision_macro, roc_auc and 2 more",
        ],
    ),
    (
        "loss: categorical_crossentropy\nepochs: 3",
        "loss: hinge\nepochs: 0",
        [
            "3: loss: 'hinge' does not fit a target of 3 classes; losses that do: " + MULTICLASS,
            "4: epochs: 0 must be at least 1",
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nclass_weight: {0: -1}",
        ["5: class_weight: {'0': -1} must have weights that are numbers of at least 0"],
    ),
    (
        "epochs: 3",
        "epochs: 3\nearly_stopping: {validation_size: 45}",
        [
            "5: early_stopping.validation_size: 45 must leave some of the 45 training rows to "
            "train on, and some to judge by"
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nearly_stopping: {patience: -1, patince: 3}",
        [
            "5: early_stopping.patience: -1 must be at least 0",
            "5: early_stopping.patince: 3 is not a known key; did you mean 'patience'? allowed: "
            "baseline, min_delta, monitor, patience, restore_best_weights, start_from_epoch, "
            "validation_size",
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nearly_stopping: {start_from_epoch: -1, baseline: low, restore_best_weights: 1}",
        [
            "5: early_stopping.start_from_epoch: -1 must be at least 0",
            "5: early_stopping.baseline: 'low' must be a number",
            "5: early_stopping.restore_best_weights: 1 must be true or false",
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nearly_stopping: {start_from_epoch: 3}",
        [
            "5: early_stopping.start_from_epoch: 3 must be less than the epochs, 3: no epoch would "
            "be watched"
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nreduce_lr_on_plateau: {factor: 1, patience: -1, min_delta: -1, cooldown: 0.5}",
        [
            "5: reduce_lr_on_plateau.factor: 1 must be less than 1",
            "5: reduce_lr_on_plateau.patience: -1 must be at least 0",
            "5: reduce_lr_on_plateau.min_delta: -1 must be at least 0",
            "5: reduce_lr_on_plateau.cooldown: 0.5 must be a whole number",
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nreduce_lr_on_plateau: {factor: 0, min_lr: -1, facktor: 2}",
        [
            "5: reduce_lr_on_plateau.factor: 0 must be greater than 0",
            "5: reduce_lr_on_plateau.min_lr: -1 must be at least 0",
            "5: reduce_lr_on_plateau.facktor: 2 is not a known key; did you mean 'factor'? "
            "allowed: cooldown, factor, min_delta, min_lr, monitor, patience",
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nreduce_lr_on_plateau: {monitor: mae}\nearly_stopping: {monitor: r2}",
        [
            f"{line}: {section}.monitor: '{monitor}' is not a metric of categorical_crossentropy; "
            "allowed: accuracy, balanced_accuracy, loss"
            for line, section, monitor in (
                (5, "reduce_lr_on_plateau", "mae"),
                (6, "early_stopping", "r2"),
            )
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nreduce_lr_on_plateau: {monitor: f1}",
        [
            "5: reduce_lr_on_plateau.monitor: 'f1' is not a known name; allowed: accuracy, "
            "balanced_accuracy, loss, mae, mse, r2, rmse"
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nreduce_lr_on_plateau: {patience: 2}\n"
        "optimizer: {learning_rate: {schedule: CosineDecay, initial_learning_rate: 0.1, "
        "decay_steps: 9}}",
        [
            "5: reduce_lr_on_plateau: needs a learning rate that is a number: a schedule reduces "
            "it by itself"
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\nmetrics: [f1]",
        [
            "5: metrics.0: 'f1' is not a metric of categorical_crossentropy; allowed: "
            "balanced_accuracy, brier, expected_calibration_error, f1_macro, log_loss, mcc, "
            "precision_macro, roc_auc and 2 more"
        ],
    ),
    (
        "n_samples: 90}",
        "n_samples: 90, train_size: 88}\nmetrics: [roc_auc, f1_macro, average_precision]",
        [
            "2: metrics.0: 'roc_auc' needs all classes in the test rows",
            "2: metrics.2: 'average_precision' needs all classes in the test rows",
        ],
    ),
    (
        "epochs: 3",
        "epochs: 3\npublished: {roc_auc: {test: 0.9}}",
        ["5: published.roc_auc: {'test': 0.9} is not reported; ask for it by metrics: [roc_auc]"],
    ),
    (
        "loss: categorical_crossentropy",
        "loss: {name: categorical_focal_crossentropy, alpha: [1, 2]}",
        ["3: loss.alpha: [1.0, 2.0] must be a number, or have one for each of the 3 classes"],
    ),
    (
        "loss: categorical_crossentropy",
        "loss: {name: categorical_crossentropy, from_logits: true}",
        [
            "3: loss.from_logits: True is not set here: with output_activation: linear the "
            "outputs are logits"
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), ODDS, ids=[it[1] for it in ODDS])
def test_what_does_not_fit_the_engine_is_said_before_training(
    config: Path, old: str, new: str, said: list[str]
) -> None:
    config.write_text(BLOBS.replace(old, new))
    assert complaints(config) == [f"{config}:{it}" for it in said]


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ("poisson", "needs a target that is not negative, and this one goes down to -"),
        ("mape", None),
    ],
)
def test_a_target_that_the_loss_has_no_value_for_is_refused(
    config: Path, loss: str, said: str | None
) -> None:
    data = "generator: make_regression, n_samples: 60, n_features: 3"
    if said is None:
        assert with_dataset(config, data, loss).loss.name == "mean_absolute_percentage_error"
        return
    with pytest.raises(ConfigError, match=said):
        with_dataset(config, data, loss)


@pytest.mark.parametrize(
    ("values", "metrics", "said"),
    [
        (
            [1.5, 2.5, 0, 3.5],
            "[r2, mape]",
            ["metrics.1: 'mape' divides by the target, which is 0 in"],
        ),
        ([1.5, 0, 2.5, 3.5], "[mape]", ["metrics.0: 'mape' divides by the target, which is 0 in"]),
        ([1.5, 2.5, 3.5], "[r2, mape]", ["metrics.0: 'r2' needs two test rows"]),
        ([1.5, 2.5, 3.5, 4.5], "[r2, mape, median_absolute_error]", []),
    ],
)
@pytest.mark.parametrize("transform", ["", ", target_transform: log1p"])
def test_a_metric_needs_what_it_is_computed_from(
    config: Path, values: list[float], metrics: str, said: list[str], transform: str
) -> None:
    """In the units of the data, in which it is computed."""
    rows = "".join(f"{number},{it}\n" for number, it in enumerate(values))
    (config.parent / "d.csv").write_text(f"a,y\n{rows}")
    config.write_text(
        f"dataset: {{file: d.csv, target: y, train_size: 2{transform}}}\nmodel: {{hidden: [5]}}\n"
        f"loss: mae\nepochs: 3\nmetrics: {metrics}\n"
    )
    if not said:
        assert load(config).final_metrics
        return
    lines = complaints(config)
    assert len(lines) == len(said)
    for line, words in zip(lines, said, strict=True):
        assert line.startswith(f"{config}:5: {words}")


def test_weights_of_classes_are_for_classification(config: Path) -> None:
    config.write_text(
        "dataset: {generator: make_regression}\nmodel: {hidden: [5]}\nloss: mae\nepochs: 3\n"
        "class_weight: balanced\n"
    )
    (line,) = complaints(config)
    assert line == (
        f"{config}:5: class_weight: 'balanced' is for classification, and mean_absolute_error is a "
        "loss for regression"
    )


def test_rows_are_weighed_once(config: Path) -> None:
    """By their class or by a column, and not by both."""
    (config.parent / "d.csv").write_text("a,w,y\n" + "1,2,x\n2,1,z\n" * 20)
    config.write_text(
        "dataset: {file: d.csv, target: y, sample_weight: w}\nmodel: {hidden: [5]}\nloss: bce\n"
        "epochs: 3\nclass_weight: balanced\n"
    )
    (line,) = complaints(config)
    assert line == (
        f"{config}:5: class_weight: 'balanced' cannot be combined with the dataset's sample_weight;"
        " Keras takes one of them"
    )


def test_a_share_of_variance_needs_rows_with_some(tmp_path: Path) -> None:
    lines = [f"{number},{min(number, 30)}" for number in range(60)]
    (tmp_path / "h.csv").write_text("a,b\n" + "\n".join(lines))
    path = tmp_path / "it.yaml"
    given = (
        "dataset: {file: h.csv, target: b, problem: regression, train_size: 40}\n"
        "model: {hidden: [5]}\nloss: mse\nepochs: 3\n"
    )
    plateau = "reduce_lr_on_plateau: {monitor: r2}\n"
    path.write_text(f"{given}{plateau}")
    assert load(path).reduce_lr_on_plateau is not None
    path.write_text(f"{given}{plateau}early_stopping: {{monitor: r2, validation_size: 8}}\n")
    why = "'r2' needs several values of the target in the 8 rows that it judges"
    assert complaints(path) == [
        f"{path}:5: reduce_lr_on_plateau.monitor: {why}",
        f"{path}:6: early_stopping.monitor: {why}",
    ]
