"""Make a result of the trainings of an experiment, and write it, in whatever process."""

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lossbench.config.experiment import Experiment
from lossbench.execution.work import TrainingError
from lossbench.pictures.settings import ignore_settings
from lossbench.results import atomic
from lossbench.results.read import NotReusable, reusable
from lossbench.results.result import Result, Training
from lossbench.suite.extra_files import stored_extra_files
from lossbench.suite.extras import Extras
from lossbench.suite.plan import Plan, plan_with_stored, state_of
from lossbench.suite.write import write
from lossbench.text import cut, described, printable
from lossbench.training.final_metrics import complete

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


# What is made of the trainings of an experiment.
Finish = Callable[[list[Training]], Result | Failure]


def finish(
    plan: Plan, extras: Extras, curves: bool, trained: Sequence[Training]
) -> Result | Failure:
    """Join the seeds that were trained and those stored, and write the result to its folder.

    Gives the result without its weights, and with its histories if ``curves``. Raises OSError if
    there is no room for any other result.
    """
    ignore_settings()  # in another process, too
    experiment, split = plan.case.experiment, plan.case.split
    if plan.error:
        return Failure(experiment, plan.error)
    try:
        trainings = {(it.split, it.seed): it for it in trained}
        if plan.stored:
            stored = reusable(plan.folder, experiment, split)
            if plan.complete and not plan.missing:
                return stored.without_arrays(curves)
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
    # Made here, where it was trained, and not in the one process that shows all results.
    return result.without_arrays(curves).with_summaries()
