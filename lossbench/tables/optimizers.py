"""The tables of optimizers and of schedules of their learning rate, under their names in Keras.

The parameters have Keras's names and defaults, but for the momentum of SGD. To add an
optimizer, add a row; the tests hold the rows equal to the signatures of Keras.
"""

from math import inf

from lossbench.tables.parameters import Parameter, Parameters

DECAY = Parameter(low_excluded=True, silent=True)
# What every optimizer of Keras takes. loss_scale_factor has no effect on float32 weights.
COMMON: Parameters = {
    "weight_decay": Parameter(silent=True),
    "clipnorm": DECAY,
    "clipvalue": DECAY,
    "global_clipnorm": DECAY,
    "use_ema": Parameter(False, silent=True),
    "ema_momentum": Parameter(0.99, high=1.0, silent=True),
    "ema_overwrite_frequency": Parameter(low=1, whole=True, silent=True),
    "gradient_accumulation_steps": Parameter(low=2, whole=True, silent=True),
}
# Keras takes at most one of them.
CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")


def _rate(default: float) -> Parameter:
    return Parameter(default, low_excluded=True, scheduled=True)


def _share(default: float) -> Parameter:
    return Parameter(default, high=1.0)


RATE = _rate(0.001)
EPSILON = Parameter(1e-7)
ADAM: Parameters = {
    "learning_rate": RATE,
    "beta_1": Parameter(0.9, high=1.0, high_excluded=True),
    "beta_2": Parameter(0.999, high=1.0, high_excluded=True),
    "epsilon": EPSILON,
}
OPTIMIZERS: dict[str, Parameters] = {
    name: {**own, **{key: row for key, row in COMMON.items() if key not in own}}
    for name, own in {
        "SGD": {
            "learning_rate": _rate(0.01),
            # Keras's own default is 0; the tutorial trains with 0.9.
            "momentum": _share(0.9),
            "nesterov": Parameter(False, silent=True),
        },
        "RMSprop": {
            "learning_rate": RATE,
            "rho": _share(0.9),
            "momentum": _share(0.0),
            "epsilon": EPSILON,
            "centered": Parameter(False),
        },
        "Adam": {**ADAM, "amsgrad": Parameter(False)},
        "AdamW": {**ADAM, "amsgrad": Parameter(False), "weight_decay": Parameter(0.004)},
        "Adadelta": {"learning_rate": RATE, "rho": _share(0.95), "epsilon": EPSILON},
        "Adafactor": {
            "learning_rate": RATE,
            "beta_2_decay": Parameter(-0.8, low=-inf, high=0.0),
            "epsilon_1": Parameter(1e-30),
            "epsilon_2": Parameter(0.001),
            "clip_threshold": Parameter(1.0, low_excluded=True),
            "relative_step": Parameter(True),
        },
        "Adagrad": {
            "learning_rate": RATE,
            "initial_accumulator_value": Parameter(0.1),
            "epsilon": EPSILON,
        },
        "Adamax": ADAM,
        "Ftrl": {
            "learning_rate": RATE,
            "learning_rate_power": Parameter(-0.5, low=-inf, high=0.0),
            "initial_accumulator_value": Parameter(0.1),
            "l1_regularization_strength": Parameter(0.0),
            "l2_regularization_strength": Parameter(0.0),
            "l2_shrinkage_regularization_strength": Parameter(0.0),
            "beta": Parameter(0.0),
        },
        "Lamb": ADAM,
        "Lion": {
            "learning_rate": RATE,
            "beta_1": Parameter(0.9, high=1.0, low_excluded=True),
            "beta_2": _share(0.99),
        },
        "Muon": {
            "learning_rate": RATE,
            "adam_beta_1": Parameter(0.9, high=1.0, high_excluded=True),
            "adam_beta_2": Parameter(0.999, high=1.0, high_excluded=True),
            "adam_weight_decay": Parameter(0.004),
            "epsilon": EPSILON,
            "weight_decay": Parameter(0.004),
            "muon_a": Parameter(3.4445, low=-inf),
            "muon_b": Parameter(-4.775, low=-inf),
            "muon_c": Parameter(2.0315, low=-inf),
            "adam_lr_ratio": Parameter(1.0, low_excluded=True),
            "momentum": _share(0.95),
            "ns_steps": Parameter(5, low=1, whole=True),
            "nesterov": Parameter(True),
            "rms_rate": Parameter(0.2, low_excluded=True),
        },
        "Nadam": ADAM,
        "ScheduleFreeAdamW": {
            **ADAM,
            "learning_rate": _rate(0.0025),
            "beta_1": Parameter(0.9, high=1.0, low_excluded=True),
            "epsilon": Parameter(1e-8),
            "warmup_steps": Parameter(0, whole=True),
        },
    }.items()
}
# When to take each of them.
ADVICE = {
    "SGD": "Steps along the gradient, with momentum: plain and well understood. Tune its rate.",
    "RMSprop": "Steps of a like size for all weights: for recurrent networks and noisy gradients.",
    "Adam": "The usual choice: RMSprop with momentum, which trains well at its default rate.",
    "AdamW": "Adam with a weight decay of its own: where a network learns its rows by heart.",
    "Adadelta": "Like RMSprop, by the size of its own steps. Raise its rate, which is small.",
    "Adafactor": "Like Adam with far less memory: for very large networks.",
    "Adagrad": "Steps that shrink with the gradients so far: for features that are mostly 0.",
    "Adamax": "Adam by the largest of recent gradients: where a few of them are very large.",
    "Ftrl": "Penalties that make weights 0: for many features that are mostly 0.",
    "Lamb": "Adam with steps that fit the weights of each layer: for very large batches.",
    "Lion": "Steps by the sign of the gradient alone. Take a third to a tenth of Adam's rate.",
    "Muon": "Steps that are orthogonal matrices, and those of Adam for all but matrices.",
    "Nadam": "Adam with Nesterov's momentum, which looks a step ahead.",
    "ScheduleFreeAdamW": "AdamW that averages its weights, and so needs no schedule of its rate.",
}
NAMES = {alias: name for name in OPTIMIZERS for alias in (name, name.lower())}
FORMER_PARAMETERS = {"lr": "learning_rate"}  # former names in Keras
# Those that Keras 3.12, the last for Python 3.10, lacks, or has with other parameters.
SINCE = {"Muon": (3, 15), "ScheduleFreeAdamW": (3, 15)}

# How the learning rate changes with the steps of the optimizer; each batch is a step.
INITIAL = Parameter(low_excluded=True, needed=True)
STEPS = Parameter(low=1, whole=True, needed=True)
SCHEDULES: dict[str, Parameters] = {
    "ExponentialDecay": {
        "initial_learning_rate": INITIAL,
        "decay_steps": STEPS,
        "decay_rate": Parameter(low_excluded=True, needed=True),
        "staircase": Parameter(False),
    },
    "InverseTimeDecay": {
        "initial_learning_rate": INITIAL,
        "decay_steps": STEPS,
        "decay_rate": Parameter(needed=True),
        "staircase": Parameter(False),
    },
    "PolynomialDecay": {
        "initial_learning_rate": INITIAL,
        "decay_steps": STEPS,
        "end_learning_rate": Parameter(0.0001),
        "power": Parameter(1.0, low_excluded=True),
        "cycle": Parameter(False),
    },
    "PiecewiseConstantDecay": {
        "boundaries": Parameter((), low=1, whole=True, needed=True),
        "values": Parameter((), low_excluded=True, needed=True),
    },
    "CosineDecay": {
        # It may be 0, from where warm-up begins.
        "initial_learning_rate": Parameter(needed=True),
        "decay_steps": STEPS,
        "alpha": _share(0.0),
        "warmup_target": Parameter(low_excluded=True, silent=True),
        "warmup_steps": Parameter(0, whole=True, silent=True),
    },
    "CosineDecayRestarts": {
        "initial_learning_rate": INITIAL,
        "first_decay_steps": STEPS,
        "t_mul": Parameter(2.0, low=1.0),
        "m_mul": Parameter(1.0, low_excluded=True),
        "alpha": _share(0.0),
    },
}
# How each of them changes the rate.
COURSES = {
    "ExponentialDecay": "Times decay_rate in every decay_steps steps.",
    "InverseTimeDecay": "Divided by 1 + decay_rate * step / decay_steps.",
    "PolynomialDecay": "Down to end_learning_rate in decay_steps steps, by default in a line.",
    "PiecewiseConstantDecay": "A constant between two boundaries each.",
    "CosineDecay": "Down to alpha times the rate in half a cosine, after a warm-up if you like.",
    "CosineDecayRestarts": "Half cosines, one after the other.",
}
