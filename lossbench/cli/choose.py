"""``lossbench choose``: which loss to take, and whether it matters."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lossbench.cli.app import FAILED, WRONG_USAGE, app, examples
from lossbench.cli.new import print_dataset_error
from lossbench.cli.options import (
    AllowCode,
    AsJson,
    ChoiceData,
    ChoiceFolder,
    Dask,
    DataSettings,
    Debug,
    Force,
    GroupColumn,
    Jobs,
    JudgedBy,
    Kind,
    Losses,
    MostEpochs,
    Quiet,
    Rope,
    Seed,
    Seeds,
    Splits,
    TargetColumn,
    TimeColumn,
    TunedKeys,
    Version,
)
from lossbench.cli.trainer import trainer

if TYPE_CHECKING:
    from lossbench.evidence.choice import Choice
    from lossbench.execution.work import Trainer
    from lossbench.suite.choose import Protocol, Source


@app.command(
    epilog=examples(
        "choose houses.csv --target price",
        "choose diabetes --metric mae --losses mse,mae,huber",
        "choose my-configs --tune model.l2=0,0.001,0.01",
    )
)
def choose(
    data: ChoiceData,
    target: TargetColumn = None,
    metric: JudgedBy = None,
    losses: Losses = None,
    splits: Splits = 10,
    seeds: Seeds = 3,
    seed: Seed = None,
    epochs: MostEpochs = None,
    group: GroupColumn = None,
    time: TimeColumn = None,
    tune: TunedKeys = None,
    rope: Rope = None,
    out: ChoiceFolder = None,
    problem: Kind = None,
    settings: DataSettings = None,
    force: Force = False,
    allow_code: AllowCode = False,
    jobs: Jobs = None,
    dask: Dask = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Say which loss to take for data, and whether it matters.

    DATA is a file, data of scikit-learn, or a folder of configs that share their data. In each of
    several splits every loss is tuned by itself, on rows that are held back from training, and
    judged on test rows, beside a constant, a linear model and gradient boosting. What is stored of
    an earlier call is not trained again.
    """
    from lossbench.cli.tables import print_choice
    from lossbench.cli.terminal import print_end, print_json
    from lossbench.cli.written import end
    from lossbench.config.grid import read_settings
    from lossbench.evidence import choice_text
    from lossbench.suite.choose import Protocol
    from lossbench.tables.metrics import FORMER_METRICS, METRICS, METRICS_ELSEWHERE
    from lossbench.text import unknown

    grid = read_settings(tune or ())
    if grid.refused:
        raise typer.BadParameter("; ".join(f"--tune: {message}" for _, message in grid.refused))
    ordered = [name for name, row in METRICS.items() if row.ordered]
    if metric is not None and metric not in ordered:
        why = unknown(metric, ordered, "a metric", FORMER_METRICS, METRICS_ELSEWHERE)
        raise typer.BadParameter(f"--metric: '{metric}' {why}")
    values = {axis.dotted: axis.values for axis in grid.axes}
    protocol = Protocol(
        metric, splits, seeds, seed or 0, epochs, group, time, values, rope, allow_code, force
    )
    names = [it.strip() for it in (losses or "").split(",") if it.strip()]
    source = _source(data, target, problem, settings or [], names, out)
    with trainer(jobs, dask, needed=force or not source.seems_stored) as process:
        choice = _run(source, protocol, process, quiet, debug)
    if as_json:
        print_json(choice_text.as_document(choice))
    else:
        print_choice(source.title, choice, source.folder)
        if not quiet:
            print_end(*end([str(source.folder)], []))


def _source(
    data: str,
    target: str | None,
    problem: str | None,
    settings: list[str],
    losses: list[str],
    out: Path | None,
) -> "Source":
    """What there is to choose from; exits with 2 where that cannot be used."""
    from lossbench.cli.share_bar import share_bar
    from lossbench.data.arrays import DatasetError
    from lossbench.data.progress import watched
    from lossbench.starters.settings import of_dataset
    from lossbench.suite.choose import source_of
    from lossbench.text import printable

    try:
        with share_bar(f"Looking at {printable(data)}") as show, watched(show):
            return source_of(data, target, problem, of_dataset(settings), losses, out)
    except DatasetError as error:
        print_dataset_error(data, error)
        raise typer.Exit(WRONG_USAGE) from None


def _run(
    source: "Source",
    protocol: "Protocol",
    process: "Trainer",
    quiet: bool,
    debug: bool,
) -> "Choice":
    """Train what is missing and judge it; exits with 1 if an experiment failed."""
    from lossbench.cli.terminal import err, print_exception
    from lossbench.suite import choice_files
    from lossbench.suite import choose as choosing
    from lossbench.suite.finish import Failure

    for note in [] if quiet else source.notes:
        err.print(note)
    cases = source.cases(protocol)
    suite = choosing.suite_of(source, cases, protocol.force)
    from lossbench.cli.progress import ProgressBars

    # Both threads need it; of two that import SciPy at once, one may find half of it.
    import_module("sklearn.metrics")
    # Other models are trained meanwhile: this process only waits for the losses.
    with ThreadPoolExecutor(1) as aside, ProgressBars(suite.experiments, quiet) as bars:
        others = aside.submit(choosing.others, cases)
        bars.plan(suite.plan())
        for outcome in suite.run(process, bars.advance):
            if isinstance(outcome, Failure):
                with bars.away():
                    name = outcome.experiment.name
                    print_exception(f"{name}: {outcome}", outcome.error, debug)
                bars.drop(outcome.experiment)
        found = others.result()
    if suite.failed:
        raise typer.Exit(FAILED)
    choice = choosing.judged(cases, suite.results, found, protocol.region)
    choice_files.write(choice, source.folder)
    return choice
