"""One experiment end to end, and a suite of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lossbench import atomic
from lossbench.config import Case
from lossbench.datasets import Split
from lossbench.experiment import Experiment
from lossbench.quiet import import_training
from lossbench.results import Result, Training, files
from lossbench.workers import Trainer, Work

Progress = Callable[[Experiment, int], None]


@dataclass(frozen=True)
class Failure:
    """An experiment that gave no result, and why."""

    experiment: Experiment
    error: Exception

    def __str__(self) -> str:
        return f"{type(self.error).__name__}: {self.error}"


def run(experiment: Experiment, out: str | Path | None = None) -> Result:
    """Train every seed of an experiment in this process.

    With ``out``, its files and pictures are written to the folder OUT/NAME, in one step and in
    place of what was there.
    """
    split = experiment.dataset.load()
    import_training()
    from lossbench.training import trainer

    train = trainer(experiment, split)
    result = Result(experiment, split.sha256, tuple(map(train, experiment.seeds)))
    if out is not None:
        write(result, split, Path(out) / experiment.name)
    return result


def run_suite(
    process: Trainer, cases: Sequence[Case], folders: Sequence[Path], progress: Progress
) -> Iterator[Result | Failure]:
    """Train the experiments, and write each to its folder as it is complete.

    ``progress`` hears of every training: its experiment, and how many that has now.
    """
    done: list[list[Training]] = [[] for _ in cases]
    works = [Work(case.experiment, case.split, case.experiment.seeds) for case in cases]
    for number, event in process.train(works):
        experiment, split, _ = works[number]
        if isinstance(event, Exception):
            yield Failure(experiment, event)
            continue
        done[number].append(event)
        progress(experiment, len(done[number]))
        if len(done[number]) == experiment.repeats:
            result = Result(experiment, split.sha256, tuple(done[number]))
            try:
                write(result, split, folders[number])
            except OSError as error:
                yield Failure(experiment, error)
            else:
                yield result


def write(result: Result, split: Split, folder: Path) -> None:
    """Write the files and pictures of a result to a folder, in one step."""
    # matplotlib is imported while the first experiment is trained.
    from lossbench import plots

    pictures = {"learning_curves.png": plots.png(plots.learning_curves(result))}
    if split.classes and split.x_train.shape[1] == 2:
        pictures["dataset.png"] = plots.png(plots.scatter(split))
    atomic.replace_folder(folder, files(result) | pictures, mark="metrics.json")
