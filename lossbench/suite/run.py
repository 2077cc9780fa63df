"""Train experiments and write their results: a single one in this process, or many elsewhere."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import wait
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path

from lossbench.config.experiment import Experiment
from lossbench.data.arrays import Split
from lossbench.data.freed import give_back_mapped
from lossbench.data.shared import MOST_SENT
from lossbench.execution.work import (
    Finished,
    Stage,
    Trainer,
    TrainingProcessDied,
    Work,
    called_here,
)
from lossbench.results.result import Result, Training
from lossbench.suite.extras import NO_EXTRAS, Extras
from lossbench.suite.finish import NO_ROOM, Failure, Finish, finish
from lossbench.suite.plan import Plan
from lossbench.suite.write import write
from lossbench.training.final_metrics import complete
from lossbench.training.startup import import_training

# Takes an experiment, and how many of its trainings are done or what is done for it now.
Progress = Callable[[Experiment, int | Stage], None]

PATIENCE = 1.0  # seconds until this process writes a result itself


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
    with_curves: Collection[str] = (),
) -> Iterator[Result | Failure]:
    """Train what is missing, and write each result to its folder as soon as it is complete.

    Gives the results in the order of the plans, including those that were stored, without their
    weights, because there may be thousands; and without their curves, unless the hash of the config
    is in ``with_curves``. ``progress`` is called with an experiment and how many of its seeds are
    done, and with the stage in which it is. Raises OSError if there is no room for another result.
    """
    to_train = {number: it for number, it in enumerate(plans) if it.missing and not it.error}
    finishing = {number: _finish(it, extras, with_curves) for number, it in to_train.items()}
    works, of_works = _works(plans, finishing)
    events = trainer.train(works)
    pending: dict[int, list[Training]] = {number: [] for number in finishing}
    ready: dict[int, Callable[[], Result | Failure]] = {}
    for number, plan in enumerate(plans):
        while number in pending:
            work, event = next(events)  # perhaps of a later plan: they are trained at the same time
            at, split = of_works[work]
            experiment = plans[at].case.experiment
            if at not in pending:  # another split of it failed
                continue
            match event:
                case OSError(errno=code) if code in NO_ROOM:
                    raise event
                case Exception():
                    del pending[at]
                    ready[at] = partial(Failure, experiment, event)
                case Finished(outcome):
                    del pending[at]
                    ready[at] = partial(_same, outcome)
                    progress(experiment, len(experiment.trainings))
                case Training():
                    pending[at].append(replace(event, split=split))
                    progress(experiment, plans[at].stored + len(pending[at]))
                    if len(pending[at]) == len(plans[at].missing):
                        trained = pending.pop(at)
                        ready[at] = _finished(trainer, plans[at], finishing[at], trained)
                case stage:
                    if stage is Stage.TRAINING:  # what trains has data of its own by now
                        give_back_mapped(works[work].split.x_train, works[work].split.x_test)
                    progress(experiment, stage)
        yield ready.pop(number)() if number in ready else _finish(plan, extras, with_curves)([])


def _works(
    plans: Sequence[Plan], finishing: Mapping[int, Finish]
) -> tuple[list[Work], list[tuple[int, int]]]:
    """What there is to train, and the plan and the split that each work is of."""
    works, of_works = [], []
    for number, of_plan in finishing.items():
        experiment, splits = plans[number].case.experiment, plans[number].case.splits
        missing = plans[number].missing
        for split, pairs in groupby(missing, key=lambda it: it[0]):
            seeds = [seed for _, seed in pairs]
            whole = split == 0 and len(seeds) == len(missing) and _is_sent(plans[number])
            works.append(Work(experiment, splits[split], seeds, of_plan if whole else None))
            of_works.append((number, split))
    return works, of_works


def _finish(plan: Plan, extras: Extras, with_curves: Collection[str]) -> Finish:
    """What makes a result of the trainings of a plan, in whatever process."""
    curves = plan.case.experiment.config_hash in with_curves
    # Claims are judged here and sweeps summed up, so what they are about need not be sent along.
    case = replace(plan.case, original=None, axes=())
    return partial(finish, replace(plan, case=case), extras, curves)


def _same(outcome: Result | Failure) -> Result | Failure:
    return outcome


def _is_sent(plan: Plan) -> bool:
    """Whether the data of a plan are so small that another process can get them to finish it."""
    return sum(it.nbytes for it in plan.case.splits) <= MOST_SENT


def _finished(
    trainer: Trainer, plan: Plan, finish: Finish, trained: list[Training]
) -> Callable[[], Result | Failure]:
    """What waits for the result of a plan that another process makes, if its data are small.

    Where none is free soon, this process makes it.
    """
    call = trainer.call if _is_sent(plan) else called_here
    future = call(finish, trained)

    def finished() -> Result | Failure:
        wait([future], PATIENCE)
        if future.cancel():
            return finish(trained)
        try:
            found: Result | Failure = future.result()
        except TrainingProcessDied as error:
            found = Failure(plan.case.experiment, error)
        return found

    return finished
