"""The table of optimizers: their names in ``keras.optimizers`` and their parameters."""

from lossbench.parameters import Parameter, Parameters

OPTIMIZERS: dict[str, Parameters] = {
    # Keras's own default momentum is 0; the articles train with 0.9.
    "SGD": {
        "learning_rate": Parameter(0.01, low_excluded=True),
        "momentum": Parameter(0.9, high=1.0),
    },
}
NAMES = {alias: name for name in OPTIMIZERS for alias in (name, name.lower())}
