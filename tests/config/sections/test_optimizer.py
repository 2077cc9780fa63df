"""The section of the optimizer."""

from typing import Any

from lossbench.config.experiment import Experiment


def test_what_has_its_default_is_said_in_one_way() -> None:
    def hashed(**optimizer: Any) -> str:
        return Experiment.model_validate(
            {
                "name": "it",
                "dataset": {"generator": "make_circles"},
                "model": {"hidden": [5]},
                "loss": "hinge",
                "optimizer": optimizer,
                "epochs": 1,
            }
        ).config_hash

    assert hashed(nesterov=False, clipnorm=None) == hashed()
    assert hashed(nesterov=True) != hashed()
