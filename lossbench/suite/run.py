"""Train experiments and write their results: a single one in this process, or many elsewhere."""

import errno
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.data.freed import give_back_mapped
from lossbench.execution.work import Stage, Trainer, TrainingError, Work
from lossbench.results import atomic
from lossbench.results.read import NotReusable, reusable
from lossbench.results.result import Result, Training
from lossbench.suite.extras import NO_EXTRAS, Extras, stored_extra_files
from lossbench.suite.plan import Plan, plan_with_stored, state_of
from lossbench.suite.write import write
from lossbench.text import cut, described, printable
from lossbench.training.final_metrics import complete
from lossbench.training.startup import import_training

# Takes an experiment, and how many of its trainings are done or what is done for it now.
Progress = Callable[[Experiment, int | Stage], None]

# Errors that end a suite, because no other result could be written either.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


@dataclass(frozen=True)
class Failure:
    """An experiment that gave no result, and why."""

    experiment: Experiment
    error: Exception

    def __str__(self) -> str:
        """Why, on one line. The error may come from anybody's code and have any text."""
        if isinstance(self.error, OSError):
            text = atomic.os_error_message(self.error)
        elif isinstance(self.error, TrainingError):
            text = str(self.error)
        else:
            text = described(self.error)
        return printable(cut(" ".join(text.split()), 1000))


def run(experiment: Experiment, out: str | Path | None = None) -> Result:
    """Train every seed of an experiment, in each of its splits, in this process.

    With ``out``, write the files and pictures of the result to the folder OUT/NAME, in one step, in
    place of an older result. Raises FileExistsError if something else is there, and WrongSetting
    if Keras was imported before, with settings that would give another result.

    >>> import lossbench
    >>> result = lossbench.run(lossbench.load("hinge", {"repeats": 3, "epochs": 2}))
    >>> result.final("test", "accuracy").shape  # a value for each seed
    (3,)
    """
    splits = experiment.load()
    import_training()
    result = complete(experiment, splits, _trained(experiment, splits))
    if out is not None:
        write(result, splits[0], Path(out) / experiment.name)
    return result


def _trained(experiment: Experiment, splits: Sequence[Split]) -> Iterator[Training]:
    from lossbench.training.program import compile_program
    from lossbench.training.sharing import program_key
    from lossbench.training.tuning import trainer

    programs = {}
    for number, split in enumerate(splits):
        key = program_key(experiment, split)
        if key not in programs:
            programs[key] = compile_program(experiment, split)
        train = trainer(experiment, split, programs[key])
        for seed in experiment.seeds:
            yield replace(train(seed), split=number)


def run_plans(
    plans: Sequence[Plan],
    trainer: Trainer,
    progress: Progress,
    extras: Extras = NO_EXTRAS,
) -> Iterator[Result | Failure]:
    """Train what is missing, and write each result to its folder as soon as it is complete.

    Gives the results in the order of the plans, including those that were stored. ``progress`` is
    called with an experiment and how many of its seeds are done after every seed, and with the
    stage in which it is. Raises OSError if there is no room for another result.
    """
    to_train = [number for number, plan in enumerate(plans) if plan.missing and not plan.error]
    works: list[Work] = []
    of_works: list[tuple[int, int]] = []  # the plan and the split of each
    for number in to_train:
        plan = plans[number]
        for split, pairs in groupby(plan.missing, key=lambda it: it[0]):
            seeds = [seed for _, seed in pairs]
            works.append(Work(plan.case.experiment, plan.case.splits[split], seeds))
            of_works.append((number, split))
    events = trainer.train(works)
    pending: dict[int, list[Training]] = {number: [] for number in to_train}
    ready: dict[int, Result | Failure] = {}
    for number, plan in enumerate(plans):
        while number in pending:
            work, event = next(events)  # perhaps of a later plan: they are trained at the same time
            at, split = of_works[work]
            experiment, stored = plans[at].case.experiment, plans[at].stored
            if at not in pending:  # another split of it failed
                continue
            if isinstance(event, Exception):
                del pending[at]
                ready[at] = Failure(experiment, event)
                continue
            if isinstance(event, Stage):
                if event is Stage.TRAINING:  # what trains has data of its own by now
                    give_back_mapped(works[work].split.x_train, works[work].split.x_test)
                progress(experiment, event)
                continue
            pending[at].append(replace(event, split=split))
            progress(experiment, stored + len(pending[at]))
            if len(pending[at]) == len(plans[at].missing):
                ready[at] = _finish(plans[at], pending.pop(at), extras)
        yield ready.pop(number) if number in ready else _finish(plan, [], extras)


def _finish(plan: Plan, trained: Sequence[Training], extras: Extras) -> Result | Failure:
    """Join the seeds that were trained and those stored, and write the result to its folder."""
    experiment, split = plan.case.experiment, plan.case.split
    if plan.error:
        return Failure(experiment, plan.error)
    try:
        trainings = {(it.split, it.seed): it for it in trained}
        if plan.stored:
            stored = reusable(plan.folder, experiment, split)
            if plan.complete and not plan.missing:
                return stored
            trainings |= {(it.split, it.seed): it for it in stored.trainings}
        in_order = [trainings[it] for it in experiment.trainings]
        result = complete(experiment, plan.case.splits, in_order)
        if not plan.forced and state_of(plan.folder) not in (None, plan.state):
            # Another run has written there meanwhile, perhaps more than this one was asked for.
            now = plan_with_stored(plan.case, plan.folder, extras)
            if now.error:
                return Failure(experiment, now.error)
            plan = replace(plan, complete=plan.complete or not now.missing, unchanged=False)
        if not plan.complete:
            kept = stored_extra_files(plan.folder) if plan.unchanged else {}
            write(result, split, plan.folder, extras, kept)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        return Failure(experiment, error)
    except (NotReusable, KeyError) as error:  # the folder has changed since the plan was made
        return Failure(experiment, error)
    return result
