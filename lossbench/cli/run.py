"""``lossbench run`` and ``lossbench run-all``: train experiments and print what they gave."""

from typing import TYPE_CHECKING

import typer

from lossbench.cli import streams
from lossbench.cli.app import FAILED, app, examples
from lossbench.cli.drawing import drawn
from lossbench.cli.options import (
    AllowCode,
    AsJson,
    ConfigFiles,
    ConfigFolder,
    Dask,
    Debug,
    Epochs,
    Force,
    Formats,
    Jobs,
    Out,
    PictureStyle,
    Quiet,
    Repeats,
    SaveModel,
    Seed,
    Settings,
    TensorBoard,
    Version,
)

if TYPE_CHECKING:
    from lossbench.cli.progress import ProgressBars
    from lossbench.results.result import Result
    from lossbench.suite.finish import Failure
    from lossbench.suite.load import Configs, Options
    from lossbench.suite.suite import Suite


@app.command(
    epilog=examples(
        "run configs/hinge.yaml",
        "run hinge squared_hinge --repeats 100 --json",
        "run hinge --set optimizer.learning_rate=0.001,0.01,0.1",
        "run hinge --set loss=hinge,squared_hinge --set epochs=50,100",
    )
)
def run(
    configs: ConfigFiles,
    out: Out = None,
    epochs: Epochs = None,
    repeats: Repeats = None,
    seed: Seed = None,
    settings: Settings = None,
    force: Force = False,
    allow_code: AllowCode = False,
    tensorboard: TensorBoard = False,
    save_model: SaveModel = False,
    formats: Formats = None,
    style: PictureStyle = None,
    jobs: Jobs = None,
    dask: Dask = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Run experiments; the results of each go to a folder of its name.

    Seeds that are stored there already, with the same config, data and versions, are not trained
    again. A quick look with fewer --repeats or --epochs replaces nothing without --force.
    With --set, the name says what is set. The points of a sweep are experiments too. Their folders
    share one folder, with a table and, if one or two keys vary, a picture.
    """
    from lossbench.suite.extras import Extras
    from lossbench.suite.load import Options, of_files

    overrides = _overrides(epochs, repeats, seed)
    extras = Extras(tensorboard, save_model, drawn(formats, style))
    options = Options(overrides, settings or (), force, allow_code, extras)
    _run(of_files(configs, out), options, jobs, dask, as_json, quiet, debug)


@app.command(
    epilog=examples("run-all", "run-all square-loss --jobs 2", "run-all my-configs --repeats 5")
)
def run_all(
    folder: ConfigFolder = None,
    out: Out = None,
    epochs: Epochs = None,
    repeats: Repeats = None,
    seed: Seed = None,
    settings: Settings = None,
    force: Force = False,
    allow_code: AllowCode = False,
    tensorboard: TensorBoard = False,
    save_model: SaveModel = False,
    formats: Formats = None,
    style: PictureStyle = None,
    jobs: Jobs = None,
    dask: Dask = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Run all experiments of a folder, and sum them up in a table.

    Without FOLDER the nine experiments of the tutorial run, into results/. The configs directly
    in FOLDER (.yaml or .yml) run into results/NAME, where NAME is that of FOLDER. FOLDER may also
    be the name of one that comes with lossbench: 'lossbench list' has them. --set and stored seeds
    work as in run.
    """
    from lossbench.suite.extras import Extras
    from lossbench.suite.load import Options, of_folder

    overrides = _overrides(epochs, repeats, seed)
    extras = Extras(tensorboard, save_model, drawn(formats, style))
    options = Options(overrides, settings or (), force, allow_code, extras)
    _run(of_folder(folder, out), options, jobs, dask, as_json, quiet, debug)


def _overrides(epochs: int | None, repeats: int | None, seed: int | None) -> dict[str, int]:
    """The keys of a config that options give."""
    given = {"epochs": epochs, "repeats": repeats, "seed": seed}
    return {key: value for key, value in given.items() if value is not None}


def _run(
    configs: "Configs",
    options: "Options",
    jobs: int | None,
    dask: str | None,
    as_json: bool,
    quiet: bool,
    debug: bool,
) -> None:
    """Run experiments and print their results; exits with 1 if an experiment or printing failed."""
    from lossbench.cli.trainer import trainer
    from lossbench.suite.load import load

    needed = options.force or not configs.seem_stored(options.settings)
    with trainer(jobs, dask, needed) as process:
        suite = load(configs, options)
        # Rich is imported while the training process starts.
        from lossbench.cli.progress import ProgressBars

        with ProgressBars(suite.experiments, quiet) as bars:
            bars.plan(suite.plan())
            with bars.away():
                suite.prepare()
            for outcome in suite.run(process, bars.advance):
                _print_outcome(outcome, suite, bars, as_json, debug)
                if outcome.experiment.name in suite.failed:
                    bars.drop(outcome.experiment)
        _print_suite(suite, as_json, quiet)


def _print_outcome(
    outcome: "Result | Failure", suite: "Suite", bars: "ProgressBars", as_json: bool, debug: bool
) -> None:
    """Print what did not go well with an experiment, and its medians.

    A terminal gets a table of all medians at the end instead.
    """
    from lossbench.cli.terminal import is_screen, out, print_exception, print_plain, print_warning
    from lossbench.suite.finish import Failure

    if isinstance(outcome, Failure):
        with bars.away():
            print_exception(f"{outcome.experiment.name}: {outcome}", outcome.error, debug)
        return
    medians = None if as_json or is_screen(out) else _medians(outcome)
    warnings = [*suite.warnings(outcome)]
    if medians or warnings:  # to take bars away and back takes a while
        with bars.away():
            if medians:
                print_plain(out, medians)
            for warning in warnings:
                print_warning(f"{outcome.experiment.name}: {warning}")


def _medians(result: "Result") -> str:
    """The medians of an experiment, and of each of its targets, with a line for their name."""
    from lossbench.config.trainings import trainings_of
    from lossbench.evidence import summary
    from lossbench.text import figure, on_one_line

    experiment, several = result.experiment, len(result.trainings) > 1
    seeds = f"median of {trainings_of(experiment)}" if several else f"seed {experiment.seed}"
    lines = [f"{experiment.name}: {result.metric}, {seeds}", summary.line(result)]
    for name, *parts in summary.of_targets(result):
        train, test = (figure(it.median) for it in parts)
        lines.append(f"  {on_one_line(name)}: train {train}, test {test}")
    return "\n".join(lines)


def _print_suite(suite: "Suite", as_json: bool, quiet: bool) -> None:
    """Print and write the tables of all results, and say where they are."""
    from lossbench.cli.summary_table import print_summary
    from lossbench.cli.tables import print_sweeps
    from lossbench.cli.terminal import (
        is_screen,
        out,
        print_end,
        print_error,
        print_json,
        print_warning,
    )
    from lossbench.cli.written import end_of_suite

    if as_json:
        print_json(suite.as_document())
    elif suite.sweeps:
        print_sweeps(suite.sweeps)
    elif is_screen(out):
        print_summary(suite.results, suite.judged)
    unchanged = suite.write_tables()
    for table in unchanged:
        print_warning(f"{table} is unchanged, because it lists results that were not replaced")
    if not quiet and not as_json:
        print_end(*end_of_suite(suite, unchanged))
    failure = streams.failure()
    if failure:
        print_error(f"standard output: {failure.strerror}; the results are written all the same")
    if failure or not suite.succeeded:
        raise typer.Exit(FAILED)
