"""The nine claims of the tutorial, judged from results.

Only results of the tutorial's own configs count, with at least 20 seeds that did not diverge:
fewer epochs, or other data, say nothing about the tutorial. Results of the same configs whose
learning rate alone was tuned, and that kept their best epoch, are judged apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np

from lossbench.config.bundled import BUNDLED
from lossbench.config.experiment import Experiment
from lossbench.config.sections.tune import LEARNING_RATE
from lossbench.config.yaml_reader import read
from lossbench.evidence.criteria import Verdict
from lossbench.evidence.tutorial import CLAIMS, Claim, Evidence, Results
from lossbench.results.result import Result
from lossbench.results.statistics import FEWEST_TO_JUDGE


@dataclass(frozen=True)
class Judgement:
    """A claim with its criterion, the figures that it is judged by, and the verdict."""

    number: int
    claim: str
    criterion: str
    figures: str
    verdict: Verdict


def judge(results: Sequence[Result], tuned: bool = False) -> list[Judgement]:
    """Every claim, judged from those results that are of the tutorial's configs.

    With ``tuned`` from those in which each loss has its own learning rate instead.
    """
    usable = _of_the_tutorial(results, tuned)
    # Differences between the largest float32 numbers overflow.
    with np.errstate(over="ignore", invalid="ignore"):
        return [_judgement(claim, usable) for claim in CLAIMS]


def about_the_tutorial(judgements: Sequence[Judgement]) -> bool:
    """Whether at least one claim could be judged."""
    return any(it.verdict != "not judged" for it in judgements)


def as_markdown(judgements: Sequence[Judgement]) -> str:
    """A table of the claims."""
    rows = [["", "claim", "found", "verdict"], ["---"] * 4]
    rows += [[str(it.number), it.claim, it.figures, it.verdict] for it in judgements]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def as_document(judgements: Sequence[Judgement]) -> list[dict[str, Any]]:
    """The claims for summary.json."""
    return [asdict(it) for it in judgements]


@cache
def tutorial_hashes() -> Mapping[str, str]:
    """The names of the tutorial's experiments by the hashes of their configs."""
    names = {name for claim in CLAIMS for name in claim.needs}
    configs = ({"name": name, **read(BUNDLED / f"{name}.yaml").values} for name in names)
    experiments = map(Experiment.model_validate, configs)
    return {experiment.config_hash: experiment.name for experiment in experiments}


def _of_the_tutorial(results: Sequence[Result], tuned: bool) -> dict[str, Result]:
    """The results of the tutorial's configs by name; of several, the one with the most seeds."""
    hashes = tutorial_hashes()
    found: dict[str, Result] = {}
    for result in sorted(results, key=lambda it: len(it.trainings)):
        experiment = result.experiment
        if tuned and not _has_its_own_rate(experiment):
            continue
        if tuned:
            experiment = experiment.model_copy(update={"tune": None, "early_stopping": None})
        if experiment.config_hash in hashes:
            found[hashes[experiment.config_hash]] = result
    return found


def _has_its_own_rate(experiment: Experiment) -> bool:
    """Whether the learning rate was tuned, nothing else was, and no training stopped early."""
    tune, stopping = experiment.tune, experiment.early_stopping
    if tune is None or stopping is None or stopping.patience < experiment.epochs:
        return False
    return tune.grid.keys() == {LEARNING_RATE} and len(tune.grid[LEARNING_RATE]) > 1


def _judgement(claim: Claim, results: Results) -> Judgement:
    missing = [name for name in claim.needs if name not in results]
    few = [
        name
        for name in claim.needs
        if name in results
        and len(results[name].trainings) - results[name].diverged < FEWEST_TO_JUDGE
    ]
    if missing:
        evidence = Evidence(f"no results of the tutorial's {', '.join(missing)}", "not judged")
    elif few:
        text = f"fewer than {FEWEST_TO_JUDGE} seeds of {', '.join(few)}"
        evidence = Evidence(text, "not judged")
    else:
        evidence = claim.evidence(results)
    return Judgement(claim.number, claim.claim, claim.criterion, *evidence)
