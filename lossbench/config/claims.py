"""claims.yaml beside configs: reading it, and checking it with the experiments it is about."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from lossbench.config.bundled import BUNDLED, bundled_folders, claims_in_folder, in_folder
from lossbench.config.complaints import Complaint, ConfigError, Mistake, dotted, translated
from lossbench.config.default_metrics import with_default_metrics
from lossbench.config.experiment import Experiment
from lossbench.config.load import Case, load_all
from lossbench.config.sections.base import ABSENT, Section
from lossbench.config.sections.claims import Claim, Claims, CriterionChoice, KnownClaims
from lossbench.config.sections.criteria import Criterion
from lossbench.config.source import read_document
from lossbench.config.yaml_reader import Document, Key, read
from lossbench.text import listed, unknown

SECTIONS: dict[Any, type[Section]] = {
    "claims": Claim,
    "criteria": CriterionChoice,
    **CriterionChoice.kinds(),
}
ONE = "the name of an experiment of this folder"
REQUIRED = {
    "publication": "whose claims these are, such as 'the tutorial' or 'Hui and Belkin'",
    "source": "what is published where, such as an author, a title and a year",
    "claims": "a list of claims, each with a claim and its criteria",
    "claim": "what is claimed, in a sentence",
    "criteria": f"a list of criteria, each one of {', '.join(CriterionChoice.model_fields)}",
    "metric": "the name of a metric, such as accuracy",
    "then": "the name of a metric, such as accuracy",
    "within": "the difference of the metric that does not matter",
    "epoch": "a whole number of at least 1",
    **dict.fromkeys(("bound", "train", "test"), "a figure of the metric"),
    **dict.fromkeys(("experiment", "than", "from", "to", "than_from", "than_to"), ONE),
}


class ClaimsFile(NamedTuple):
    """The claims in a file, with the lines where they stand."""

    path: Path
    claims: Claims
    document: Document

    def mistake(self, it: Complaint) -> Mistake:
        """A complaint about the claims, with its place."""
        return _mistake(self.path, self.document, it)


def load_with_claims(
    configs: Sequence[Path],
    claims: Path | None,
    options: Mapping[str, Any] | None = None,
    settings: Sequence[str] = (),
    *,
    allow_code: bool = False,
    later: bool = False,
) -> tuple[list[Case], KnownClaims | None]:
    """The experiments of configs, see ``load_all``, and the claims about them in a file, if any.

    Raises ConfigError with all that is wrong with the configs and the claims.
    """
    try:
        file, wrong = (read_claims(claims) if claims else None), []
    except ConfigError as error:
        file, wrong = None, [*error.mistakes]
    try:
        cases = load_all(configs, options, settings, allow_code=allow_code, later=later)
    except ConfigError as error:
        raise ConfigError([*error.mistakes, *wrong]) from None
    if file:
        wrong += [file.mistake(it) for it in _misfits(file.claims, cases)]
    if wrong:
        raise ConfigError(sorted(wrong, key=lambda it: it.line or 0))
    originals = [case.original for case in cases if case.original]
    return cases, known(file.claims, originals) if file else None


def read_claims(path: Path) -> ClaimsFile:
    """The claims in a file, by themselves; raises ConfigError with all that is wrong with them."""
    document = read_document(path)
    try:
        claims = Claims.model_validate(document.values)
    except ValidationError as error:
        found = [translated(it, Claims, SECTIONS, REQUIRED) for it in error.errors()]
    else:
        found = [*_about_datasets(claims)]
    twice = [
        Complaint(key, f"comes twice, first on line {first}", ABSENT)
        for key, _, first in document.repeated
    ]
    if found or twice:
        raise ConfigError([_mistake(path, document, it) for it in (*twice, *found)])
    return ClaimsFile(path, claims, document)


def known(claims: Claims, experiments: Sequence[Experiment]) -> KnownClaims:
    """Claims with the hashes of the configs that they are about."""
    named = {
        name
        for claim in claims.claims
        for criteria in claims.criteria(claim)
        for it in criteria
        for name in it.experiments
    }
    hashes = {it.name: it.config_hash for it in experiments if it.name in named}
    return KnownClaims.of(claims, dict(sorted(hashes.items())))


def bundled_claims() -> Iterator[KnownClaims]:
    """The claims about bundled configs, which are known by these wherever their results lie.

    Each folder is read where its claims are asked for.
    """
    folders = (BUNDLED, *bundled_folders())
    return (known_in_folder(path) for folder in folders if (path := claims_in_folder(folder)))


@cache
def known_in_folder(path: Path) -> KnownClaims:
    """The claims in a file about the configs beside it, which are known to be right."""
    return known(read_claims(path).claims, [*map(_experiment, in_folder(path.parent))])


def _experiment(path: Path) -> Experiment:
    experiment = Experiment.model_validate({"name": path.stem, **read(path).values})
    if experiment.tune is None or experiment.tune.metric:
        return experiment
    return with_default_metrics(experiment, experiment.load()[0])


def _about_datasets(claims: Claims) -> Iterator[Complaint]:
    """What is wrong with the data sets that a ``*`` stands for."""
    names, some = claims.datasets, [it for it in claims.claims if it.over_datasets]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Complaint(("datasets", number), "comes twice", name)
    if names and not some:
        message = "say nothing: no claim has a * in the names of its experiments for them"
        yield Complaint(("datasets",), message, list(names))
    for number, claim in enumerate(claims.claims):
        at: Key = ("claims", number)
        least = claim.in_at_least
        if least is not None and not claim.over_datasets:
            message = "needs a * in the names of the experiments, which stands for each data set"
            yield Complaint((*at, "in_at_least"), message, least)
        elif least is not None and names and least > len(names):
            message = f"must be at most {len(names)}, as many as there are datasets"
            yield Complaint((*at, "in_at_least"), message, least)
        for key, name in _named(claim) if claim.over_datasets else ():
            if not names:
                message = "has a *, which stands for each data set; name these under datasets"
                yield Complaint((*at, *key), message, name)
            elif "*" not in name:
                message = "has no * for the data set, as another experiment of this claim has"
                yield Complaint((*at, *key), message, name)


def _named(claim: Claim) -> Iterator[tuple[Key, str]]:
    """The names of experiments in a claim, with their keys."""
    for number, choice in enumerate(claim.criteria):
        for key, name in _names(choice.criterion):
            yield ("criteria", number, choice.key, key), name


def _names(criterion: Criterion) -> Iterator[tuple[str, str]]:
    """The names of the experiments of a criterion, with the keys that give them."""
    for field in criterion.names:
        name = getattr(criterion, field)
        if name is not None:
            yield type(criterion).model_fields[field].alias or field, name


def _misfits(claims: Claims, cases: Sequence[Case]) -> Iterator[Complaint]:
    """What does not fit the experiments of the folder."""
    by_name = {case.original.name if case.original else case.base: case for case in cases}
    for number, claim in enumerate(claims.claims):
        said: set[tuple[Key, str]] = set()
        for criteria in claims.criteria(claim):
            for place, criterion in enumerate(criteria):
                at: Key = ("claims", number, "criteria", place, claim.criteria[place].key)
                for it in _misfit(at, criterion, by_name):
                    if (it.key, it.message) not in said:
                        said.add((it.key, it.message))
                        yield it


def _misfit(at: Key, criterion: Criterion, cases: Mapping[str, Case]) -> Iterator[Complaint]:
    names = criterion.experiments
    strange = [(key, name) for key, name in _names(criterion) if name not in cases]
    for key, name in strange:
        yield Complaint((*at, key), unknown(name, cases, "an experiment of this folder"), name)
    if strange:
        return
    if len({*names}) < len(names):
        yield Complaint(at, f"names {listed([*names])}, which must differ", ABSENT)
    for name, metric in criterion.needs:
        reported = (cases[name].original or cases[name].experiment).metrics
        if metric not in reported:
            message = f"is not reported by {name}; {_add(metric, cases[name], reported)}"
            yield Complaint((*at, "metric"), message, metric)
    for group in criterion.same_data:
        its = [cases[name] for name in group]
        if all(it.original and _unchanged(it) for it in its) and _differ(its):
            yield Complaint(at, f"compares {listed([*group])}, which differ in their data", ABSENT)


def _add(metric: str, case: Case, reported: Sequence[str]) -> str:
    if metric in case.experiment.loss.row.final_metrics:
        return f"add 'metrics: [{metric}]' to its config"
    return f"it reports {', '.join(reported)}"


def _unchanged(case: Case) -> bool:
    """Whether no option and no setting changes what the config trains."""
    return case.original is not None and case.original.config_hash == case.experiment.config_hash


def _differ(cases: Sequence[Case]) -> bool:
    """Whether cases differ in their data, which are not looked at where they are shared."""
    shared = len({id(it.splits) for it in cases}) == 1
    return not shared and len({(it.split.sha256, it.experiment.splits) for it in cases}) > 1


def _mistake(path: Path, document: Document, it: Complaint) -> Mistake:
    return Mistake(path, document.line(it.key), dotted(it.key), it.message, it.value)
