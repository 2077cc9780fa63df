"""The claims of a publication, judged from results.

Only results of the configs that the claims are about count, known by their hashes: fewer epochs, or
other data, say nothing about what is published. Of one split it takes at least 20 seeds that did
not diverge. Results of the same configs whose learning rate alone was tuned, and that kept their
best epoch, are judged apart.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from lossbench.config.claims import bundled_claims
from lossbench.config.experiment import Experiment
from lossbench.config.sections.claims import Claim, KnownClaims
from lossbench.config.sections.criteria import Criterion
from lossbench.config.sections.tune import LEARNING_RATE
from lossbench.evidence.criterion_words import in_words
from lossbench.evidence.judges import Outcome, Results, all_of, answer
from lossbench.results.result import Result
from lossbench.results.statistics import FEWEST_TO_JUDGE
from lossbench.text import capital, listed, number_in_words

Verdict = Literal["holds", "does not hold", "holds only because of the metric", "not judged"]
VERDICTS: Mapping[Outcome, Verdict] = {
    True: "holds",
    False: "does not hold",
    "only because of the metric": "holds only because of the metric",
    None: "not judged",
}


@dataclass(frozen=True)
class Judgement:
    """A claim with its criterion, the figures that it is judged by, and the verdict.

    ``source`` is empty where it is that of all claims. ``missing`` says that an experiment has no
    result here.
    """

    number: int
    claim: str
    criterion: str
    figures: str
    verdict: Verdict
    source: str = ""
    missing: bool = False

    @property
    def sentence(self) -> str:
        """The verdict, what is claimed, and the figures."""
        return f"{self.number} {self.verdict}: {self.claim} ({self.figures})"

    def as_json(self) -> dict[str, Any]:
        """The claim in summary.json."""
        values = {"number": self.number, "claim": self.claim}
        values |= {"source": self.source} if self.source else {}
        return {
            **values,
            "criterion": self.criterion,
            "figures": self.figures,
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class Judged:
    """Claims with their verdicts; ``tuned``: by losses with a learning rate of their own."""

    claims: KnownClaims
    judgements: tuple[Judgement, ...]
    tuned: bool = False

    @property
    def title(self) -> str:
        """Whose claims they are: "The tutorial's claims"."""
        return f"{capital(self.claims.whose)} claims{self._rates}"

    @property
    def counted(self) -> str:
        """The same with their number: "The tutorial's nine claims"."""
        number = len(self.judgements)
        noun = "claim" if number == 1 else f"{number_in_words(number)} claims"
        return f"{capital(self.claims.whose)} {noun}{self._rates}"

    @property
    def any(self) -> bool:
        """Whether at least one claim could be judged."""
        return any(it.verdict != "not judged" for it in self.judgements)

    @property
    def about_these(self) -> "Judged":
        """The claims that are judged, or all of whose experiments have a result here."""
        kept = (it for it in self.judgements if not it.missing or it.verdict != "not judged")
        return replace(self, judgements=tuple(kept))

    def as_markdown(self) -> str:
        """A table of the claims."""
        rows = [["", "claim", "found", "verdict"], ["---"] * 4]
        for it in self.judgements:
            source = f" ({it.source})" if it.source else ""
            cells = (str(it.number), f"{it.claim}{source}", it.figures, it.verdict)
            rows.append([cell.replace("|", "\\|") for cell in cells])
        return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"

    def as_json(self) -> list[dict[str, Any]]:
        """The claims for summary.json."""
        return [it.as_json() for it in self.judgements]

    @property
    def _rates(self) -> str:
        return ", each loss at its own best rate" if self.tuned else ""


def judge(claims: KnownClaims, results: Sequence[Result], tuned: bool = False) -> Judged:
    """Every claim, judged from those results that are of its configs.

    With ``tuned`` from those in which each loss has its own learning rate instead.
    """
    usable = _of_the_claims(claims, results, tuned)
    # Differences between the largest float32 numbers overflow.
    with np.errstate(over="ignore", invalid="ignore"):
        found = [_judgement(claims, number, usable) for number in range(len(claims.claims))]
    return Judged(claims, tuple(found), tuned)


def judge_either(claims: KnownClaims, results: Sequence[Result]) -> Judged | None:
    """The claims, judged with tuned rates where nothing else can be; None if nothing can be."""
    return next((it for tuned in (False, True) if (it := judge(claims, results, tuned)).any), None)


def judge_summarized(claims: KnownClaims | None, results: Sequence[Result]) -> Judged | None:
    """The claims, or without any those about bundled configs, if one of them can be judged."""
    if claims:
        return judge(claims, results)
    about = bundled_claims_about(results)
    judged = judge(about, results) if about else None
    return judged if judged and judged.any else None


def bundled_claims_about(results: Sequence[Result]) -> KnownClaims | None:
    """The claims about bundled configs that most of the results are of; None if none is."""
    hashes = [_untuned(it.experiment).config_hash for it in results]
    hashes += [it.experiment.config_hash for it in results]
    known = [*bundled_claims()]
    counts = [len({*hashes} & {*it.experiments.values()}) for it in known]
    return known[int(np.argmax(counts))] if any(counts) else None


def of_curves(claims: KnownClaims | None) -> set[str]:
    """The hashes of the configs whose curves the claims need; without claims, bundled ones."""
    return {
        it.experiments[name]
        for it in ([claims] if claims else bundled_claims())
        for claim in it.claims
        for criteria in it.criteria(claim)
        for criterion in criteria
        for name in criterion.experiments
        if criterion.of_curves and name in it.experiments
    }


def _of_the_claims(claims: KnownClaims, results: Sequence[Result], tuned: bool) -> Results:
    """The results of the claims' configs by name; of several, the one with the most seeds."""
    by_hash: dict[str, list[Result]] = {}
    for result in results:
        experiment = result.experiment
        if tuned and not _has_its_own_rate(experiment):
            continue
        experiment = _untuned(experiment) if tuned else experiment
        by_hash.setdefault(experiment.config_hash, []).append(result)
    found = {}
    for name, config_hash in claims.experiments.items():
        its = by_hash.get(config_hash, [])
        named = [it for it in its if it.experiment.name == name]
        # The last one of those with the most seeds; one of this name before others.
        for it in sorted((*its, *named), key=lambda it: len(it.trainings)):
            found[name] = it
    return found


def _untuned(experiment: Experiment) -> Experiment:
    return experiment.model_copy(update={"tune": None, "early_stopping": None})


def _has_its_own_rate(experiment: Experiment) -> bool:
    """Whether the learning rate was tuned, nothing else was, and no training stopped early."""
    tune, stopping = experiment.tune, experiment.early_stopping
    if tune is None or stopping is None or stopping.patience < experiment.epochs:
        return False
    return tune.grid.keys() == {LEARNING_RATE} and len(tune.grid[LEARNING_RATE]) > 1


def _judgement(claims: KnownClaims, number: int, results: Results) -> Judgement:
    claim = claims.claims[number]
    by_dataset = [_judged(claims, criteria, results) for criteria in claims.criteria(claim)]
    figures, outcome = by_dataset[0]
    if claim.over_datasets:
        figures, outcome = _over_datasets(claims, claim, by_dataset)
    missing = any(_missing(criteria, results) for criteria in claims.criteria(claim))
    criterion, source = in_words(claims, claim), claim.source or ""
    verdict = VERDICTS[outcome]
    return Judgement(number + 1, claim.claim, criterion, figures, verdict, source, missing)


def _over_datasets(
    claims: KnownClaims, claim: Claim, found: Sequence[tuple[str, Outcome]]
) -> tuple[str, Outcome]:
    """The figures of all data sets, and the outcome of those that it takes."""
    least = claim.in_at_least or len(found)
    count = Counter(outcome for _, outcome in found)
    by_metric = count["only because of the metric"]
    outcome: Outcome = None
    if count[True] >= least:
        outcome = True
    elif count[True] + count[None] < least <= count[True] + by_metric:
        outcome = "only because of the metric"
    elif len(found) - count[False] < least:
        outcome = False
    holding = [name for name, (_, it) in zip(claims.datasets, found, strict=True) if it is True]
    named = f" ({listed(holding)})" if 0 < len(holding) < len(found) else ""
    texts = [f"{name}: {text}" for name, (text, _) in zip(claims.datasets, found, strict=True)]
    holds = f"holds in {len(holding)} of {len(found)} data sets{named}"
    return "; ".join([holds, *texts]), outcome


def _judged(
    claims: KnownClaims, criteria: Sequence[Criterion], results: Results
) -> tuple[str, Outcome]:
    if missing := _missing(criteria, results):
        return f"no results of {claims.whose} {', '.join(missing)}", None
    if reason := _unfit(criteria, results):
        return reason, None
    answers = [answer(it, results) for it in criteria]
    return "; ".join(it.figures for it in answers), all_of(*(it.outcome for it in answers))


def _missing(criteria: Sequence[Criterion], results: Results) -> list[str]:
    names = dict.fromkeys(name for it in criteria for name in it.experiments)
    return [name for name in names if name not in results]


def _unfit(criteria: Sequence[Criterion], results: Results) -> str:
    """Why results are not enough to judge by; empty if they are."""
    names = list(dict.fromkeys(name for it in criteria for name in it.experiments))
    splits = {name: results[name].experiment.splits for name in names}
    few = [
        name
        for name in names
        if splits[name] == 1
        and len(results[name].trainings) - results[name].diverged < FEWEST_TO_JUDGE
    ]
    if few:
        return f"fewer than {FEWEST_TO_JUDGE} seeds of {', '.join(few)}"
    if len({*splits.values()}) > 1:
        return f"not as many splits of {listed(names)}"
    if {*splits.values()} != {1} and not all(it.over_splits for it in criteria):
        return f"several splits of {listed(names)}, and this is judged by the seeds of one"
    needs = (it for criterion in criteria for it in criterion.needs)
    lacking = (
        f"no {metric} of {name}"
        for name, metric in needs
        if metric not in results[name].experiment.metrics
    )
    return next(lacking, "")
