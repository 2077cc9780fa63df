"""What the Keras that is installed lacks."""

import pytest

from lossbench.config.checks import too_new
from lossbench.config.sections.optimizer import Optimizer


def skip_what_keras_lacks(optimizer: str) -> None:
    """Skip a test of an optimizer that the Keras which is installed does not have."""
    if list(too_new(Optimizer.model_validate(optimizer))):
        pytest.skip(f"this Keras is older than {optimizer}")
