"""Experiments that run together: planned, trained, written, and summed up in tables."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from lossbench.config.claims import bundled_claims
from lossbench.config.experiment import Experiment
from lossbench.config.load import Case
from lossbench.config.sections.claims import KnownClaims
from lossbench.data.parts import ALL
from lossbench.evidence import summary
from lossbench.evidence.claims import Judged, judge_summarized, of_curves
from lossbench.evidence.sweep import Sweep, as_document, sweeps
from lossbench.execution.work import Trainer
from lossbench.results import atomic, claims_json
from lossbench.results.metrics_json import as_document as metrics_document
from lossbench.results.result import Result
from lossbench.suite import sweep_files
from lossbench.suite.extra_files import MODEL
from lossbench.suite.extras import NO_EXTRAS, Extras
from lossbench.suite.finish import Failure
from lossbench.suite.plan import Plan, make_plans
from lossbench.suite.run import Progress, run_plans


class Suite:
    """Experiments that run together.

    Call ``plan``, ``prepare``, ``run`` and ``write_tables`` in this order, and take all that each
    of them gives. After ``run``, ``results`` has every result, without its weights, because there
    may be thousands; and ``failed`` says, by the name of an experiment, why it gave none.
    """

    def __init__(
        self,
        cases: Sequence[Case],
        folders: Sequence[Path],
        summary_folder: Path | None = None,
        force: bool = False,
        extras: Extras = NO_EXTRAS,
        claims: KnownClaims | None = None,
    ) -> None:
        """A folder for the result of each case, and one for the summary if one is wanted.

        The summary judges the ``claims`` about the experiments. Raises FileExistsError if a table
        would replace a file that lossbench did not write.
        """
        self._cases, self._folders, self._summary_folder = cases, folders, summary_folder
        self._force, self._extras, self._claims = force, extras, claims
        self._plans: list[Plan] = []
        self.results: list[Result] = []
        self.failed: dict[str, str] = {}
        if summary_folder:
            summary.refuse(summary_folder)
        for folder in dict.fromkeys(self._sweep_folders.values()):
            sweep_files.refuse(folder)

    @property
    def experiments(self) -> list[Experiment]:
        """The experiments that were asked for."""
        return [case.experiment for case in self._cases]

    def plan(self) -> Iterator[Plan]:
        """Look at what is stored of each experiment; see ``make_plans``."""
        for plan in make_plans(self._cases, self._folders, self._force, self._extras):
            self._plans.append(plan)
            yield plan

    def prepare(self) -> None:
        """Import what this process needs at the end, while training processes start."""
        if self.was_stored:
            return
        if self.summarized:
            import scipy.stats  # noqa: F401
        if self._sweep_folders:
            import lossbench.pictures.of_sweep  # noqa: F401

    def run(self, trainer: Trainer, progress: Progress) -> Iterator[Result | Failure]:
        """Train what is missing and write every result; see ``run_plans``."""
        needed = of_curves(self._claims) if self.summarized else set()
        for outcome in run_plans(self._plans, trainer, progress, self._extras, needed):
            if isinstance(outcome, Failure):
                self.failed[outcome.experiment.name] = str(outcome)
            else:
                self.results.append(outcome)
            yield outcome

    def warnings(self, result: Result) -> Iterator[str]:
        """What did not go well with an experiment that gave a result."""
        if result.diverged:
            yield f"{result.diverged} of {len(result.trainings)} seeds diverged"
        if result.experiment.dataset.train_size == ALL:
            yield "it was trained on all rows: its test figures are of the same rows"
        if self._extras.model and not (self._folder(result) / MODEL).exists():
            yield "there is no model to save" + (
                ": Keras cannot store one of its layers, which needs a get_config"
                if result.median_training
                else ""
            )

    def _folder(self, result: Result) -> Path:
        names = [case.experiment.name for case in self._cases]
        return self._folders[names.index(result.experiment.name)]

    @cached_property
    def sweeps(self) -> list[Sweep]:
        """The sweeps that some of the experiments are points of."""
        return sweeps(self._cases, self.results, self.failed)

    @cached_property
    def judged(self) -> Judged | None:
        """The claims about the experiments with their verdicts, if there are some."""
        return judge_summarized(self._claims, self.results) if self.summarized else None

    @property
    def succeeded(self) -> bool:
        """Whether every experiment gave a result with a seed that did not diverge."""
        return not self.failed and all(it.diverged < len(it.trainings) for it in self.results)

    @property
    def summarized(self) -> bool:
        """Whether there is a summary."""
        return self._summary_folder is not None

    @property
    def summary(self) -> Path | None:
        """The table of all results, if there is a summary."""
        return self._summary_folder / "summary.md" if self._summary_folder else None

    @property
    def folders(self) -> list[Path]:
        """The folders that hold the results, one for each."""
        names = {it.experiment.name for it in self.results}
        folders = zip(self.experiments, self._folders, strict=True)
        return [folder for experiment, folder in folders if experiment.name in names]

    @property
    def was_stored(self) -> bool:
        """Whether every result was there already, with all of its files."""
        return all(it.complete for it in self._plans)

    def as_document(self) -> dict[str, Any]:
        """What ``--json`` prints: results, failures, stored seeds and, if there are any, sweeps."""
        document: dict[str, Any] = {
            "experiments": [metrics_document(result) for result in self.results],
            "failed": self.failed,
            "stored": {it.case.experiment.name: it.stored for it in self._plans if it.stored},
        }
        if self._sweep_folders:
            document["sweeps"] = [as_document(sweep) for sweep in self.sweeps]
        return document

    def write_tables(self) -> list[Path]:
        """Write a table of each sweep, and the summary; gives the tables that stay unchanged.

        Those are tables of results that were neither used nor replaced: new ones would lack them.
        """
        kept = {it.case.experiment.name for it in self._plans if it.keeps_other_result}
        unchanged = []
        for sweep in self.sweeps:
            folder = self._sweep_folders[sweep.points[0].result.experiment.name]
            if kept.isdisjoint(sweep.failed):
                sweep_files.write(sweep, folder, self._extras.pictures)
            else:
                unchanged.append(folder / sweep_files.TABLE)
        if self._summary_folder and self.summary:
            if kept:
                unchanged.append(self.summary)
            else:
                self._write_summary(self._summary_folder)
        return unchanged

    def _write_summary(self, folder: Path) -> None:
        """Write the summary, and the claims beside it, unless they are known by bundled configs."""
        for name, content in summary.files(self.results, self.failed, self.judged).items():
            atomic.replace_file(folder / name, content)
        if self._claims and self._claims not in bundled_claims():
            atomic.replace_file(folder / claims_json.FILE_NAME, claims_json.as_bytes(self._claims))
        else:
            with suppress(FileNotFoundError):
                (folder / claims_json.FILE_NAME).unlink()

    @property
    def _sweep_folders(self) -> dict[str, Path]:
        """The folder of its sweep for each experiment that is a point of one, by its name."""
        return {
            case.experiment.name: folder.parent
            for case, folder in zip(self._cases, self._folders, strict=True)
            if case.sweep
        }
