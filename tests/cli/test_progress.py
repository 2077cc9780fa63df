"""The progress of experiments."""

from collections.abc import Callable

from lossbench.cli.progress import MOST_BARS, ProgressBars
from lossbench.config.experiment import Experiment


def test_the_bar_of_many_experiments_counts_what_is_stored(
    experiment_of: Callable[..., Experiment],
) -> None:
    many = [
        experiment_of("binary classification", "hinge", name=f"it-{number}", repeats=4)
        for number in range(MOST_BARS + 1)
    ]
    with ProgressBars(many, quiet=True) as bars:
        bars.note(many[0], 3, "")
        bars.advance(many[0], 4)
        bars.note(many[1].model_copy(update={"repeats": 9}), 9, "more than the 4 asked for")
        assert bars._bars.tasks[0].completed == 13
        assert bars._bars.tasks[0].total == 4 * len(many) + 5
        assert bars._bars.tasks[2].finished
