"""What is read out in place of a picture."""

from collections.abc import Callable
from dataclasses import replace

from lossbench.evidence.comparison import compare
from lossbench.pictures import descriptions
from lossbench.results.result import Result


def test_the_words_for_a_picture_end_where_the_last_seed_ended(
    result: Callable[..., Result],
) -> None:
    stopping = {"early_stopping": {"patience": 1}}
    first, second = (
        result(name, [0.7, 0.8], metrics=["f1"], published={"f1": {"test": 0.5}}, **stopping)
        for name in ("hinge", "squared_hinge")
    )
    (comparison,) = compare([_stopped(first, 3), _stopped(second, 4)])
    text = descriptions.of_curves(comparison, comparison.results)
    assert "over 4 epochs" in text
    assert "hinge 0.750, 0.750; squared_hinge 0.750, 0.750." in text
    # Its first metric, f1, has no curve.
    text = descriptions.of_learning_curves(comparison.results[0])
    assert "over 3 epochs" in text
    assert "test accuracy from 0.750 to 0.750" in text


def _stopped(result: Result, epochs: int) -> Result:
    return replace(
        result,
        trainings=tuple(
            replace(
                it,
                epochs=epochs,
                history={name: curve[:epochs] for name, curve in it.history.items()},
            )
            for it in result.trainings
        ),
    )
