"""The command line: parse arguments, call, print. Heavy imports wait until they are needed."""

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

import lossbench
from lossbench.cli import streams
from lossbench.pictures import settings as surroundings

if TYPE_CHECKING:
    from lossbench.config.load import Case
    from lossbench.execution.process import Trainer
    from lossbench.results.result import Result
    from lossbench.suite.run import Extras

FAILED, WRONG_USAGE = 1, 2
# What ends a run; Windows has no SIGHUP, which tells that a terminal hung up.
STOPS = [getattr(signal, it) for it in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, it)]
INTERRUPTED = "Interrupted: what was finished is kept."
GRACE = 1.5  # seconds from a signal to the end
BROKEN_PIPE = 128 + 13  # as a shell has it of a program whose reader went away
RESULTS = Path("results")
_signals: list[int] = []  # those that came

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"lossbench {lossbench.__version__}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Configs = Annotated[
    list[str], typer.Argument(metavar="CONFIG", help="YAML files, or names of bundled configs.")
]
Folder = Annotated[
    Path | None,
    typer.Argument(metavar="FOLDER", help="Holds the configs; without it, the bundled nine run."),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where the folders of results go, instead of to results/."),
]
Epochs = Annotated[int | None, typer.Option(min=1, metavar="N", help="Epochs of each training.")]
Repeats = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Trainings of each experiment, a seed each.")
]
Seed = Annotated[
    int | None, typer.Option(min=0, max=2**32 - 1, metavar="N", help="The first seed.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set a key of the config, such as optimizer.learning_rate=0.05. Several values, "
        "KEY=A,B,C, make a sweep, and several --set the grid of all combinations.",
    ),
]
Jobs = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Train in N processes (needs Dask).")
]
Dask = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Train on the workers of this Dask scheduler."),
]
Results = Annotated[Path, typer.Argument(metavar="FOLDER", help="Holds the results.")]
Metric = Annotated[str | None, typer.Option(metavar="NAME", help="Instead of mse or accuracy.")]
Pictures = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Draw curves and decision boundaries there.")
]
Page = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Instead of FOLDER/report.html.")
]
Open = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV, a line for each pair.")]
AsMarkdown = Annotated[bool, typer.Option("--md", help="Print Markdown.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Data = Annotated[
    str, typer.Argument(metavar="DATA", help="A CSV, TSV or Parquet file, or such as diabetes.")
]
TargetColumn = Annotated[
    str | None, typer.Option("--target", metavar="COLUMN", help="The file's column to predict.")
]
Kind = Annotated[
    str | None,
    typer.Option("--problem", metavar="KIND", help="regression or classification, if not seen."),
]
NewFolder = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Instead of one named after DATA.")
]
Force = Annotated[
    bool, typer.Option("--force", help="Train again what is stored already, and replace it.")
]
AllowCode = Annotated[
    bool, typer.Option("--allow-code", help="Run the functions that configs name as their loss.")
]
TensorBoard = Annotated[
    bool, typer.Option("--tensorboard", help="Write event files for TensorBoard as well.")
]
SaveModel = Annotated[
    bool, typer.Option("--save-model", help="Write model.keras, of the median seed, as well.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def _examples(*commands: str) -> str:
    return "\n".join(["\b", "Examples:", *(f"  lossbench {command}" for command in commands)])


@app.callback(epilog=_examples("run hinge", "run-all", "compare", "report --open"))
def _lossbench(version: Version = False, debug: Debug = False) -> None:
    """Which loss function, and how much does it matter?

    An experiment is a YAML file: a dataset, a multilayer perceptron, a loss. It is trained by
    Keras from many seeds; metrics and learning curves go to results/.
    """


@app.command(
    epilog=_examples(
        "run configs/hinge.yaml",
        "run hinge squared_hinge --repeats 100 --json",
        "run hinge --set optimizer.learning_rate=0.001,0.01,0.1",
        "run hinge --set loss=hinge,squared_hinge --set epochs=50,100",
    )
)
def run(
    configs: Configs,
    out: Out = None,
    epochs: Epochs = None,
    repeats: Repeats = None,
    seed: Seed = None,
    settings: Settings = None,
    force: Force = False,
    allow_code: AllowCode = False,
    tensorboard: TensorBoard = False,
    save_model: SaveModel = False,
    jobs: Jobs = None,
    dask: Dask = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Run experiments; the results of each go to a folder of its name.

    What is stored there already, of the same config, data and versions, is not trained again, and
    a quick look with fewer --repeats or --epochs replaces none of it without --force.
    With --set the name says what is set. The points of a sweep are experiments too; their folders
    share one, with a table and, for one or two keys that vary, a picture.
    """
    from lossbench.config.load import BUNDLED, find, load_all

    def folder(config: Path, *names: str) -> Path:
        # The bundled 5000-samples/hinge must not replace the results of hinge.
        parent = config.resolve().parent
        bundled = parent.is_relative_to(BUNDLED.resolve())
        mirrored = parent.relative_to(BUNDLED.resolve()) if bundled else Path()
        return (out or RESULTS / mirrored).joinpath(*names)

    with _trainer(jobs, dask) as process:
        _start_early(process, map(find, configs), settings or (), folder, force)
        overrides = _overrides(epochs, repeats, seed)
        cases = load_all(configs, overrides, settings or (), allow_code=allow_code)
        folders = [folder(case.path, case.sweep, case.experiment.name) for case in cases]
        extras = _extras(tensorboard, save_model)
        _run(process, cases, folders, None, force, extras, as_json, quiet, debug)


@app.command(
    epilog=_examples("run-all", "run-all configs/5000-samples --jobs 4", "run-all --repeats 5")
)
def run_all(
    folder: Folder = None,
    out: Out = None,
    epochs: Epochs = None,
    repeats: Repeats = None,
    seed: Seed = None,
    settings: Settings = None,
    force: Force = False,
    allow_code: AllowCode = False,
    tensorboard: TensorBoard = False,
    save_model: SaveModel = False,
    jobs: Jobs = None,
    dask: Dask = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Run all experiments of a folder, and sum them up in a table.

    Without FOLDER the nine experiments of the first article run, into results/. The configs
    directly in FOLDER run into results/NAME, where NAME is that of FOLDER. --set is as in run,
    and so is what becomes of results that are stored already.
    """
    from lossbench.config.load import BUNDLED, in_folder, load_all

    out = out or (RESULTS / folder.resolve().name if folder else RESULTS)
    configs = in_folder(folder or BUNDLED)
    with _trainer(jobs, dask) as process:
        _start_early(process, configs, settings or (), lambda _, *it: out.joinpath(*it), force)
        overrides = _overrides(epochs, repeats, seed)
        cases = load_all(configs, overrides, settings or (), allow_code=allow_code)
        folders = [out / case.sweep / case.experiment.name for case in cases]
        extras = _extras(tensorboard, save_model)
        _run(process, cases, folders, out, force, extras, as_json, quiet, debug)


@app.command("list", epilog=_examples("list", "list --json"))
def list_(as_json: AsJson = False, debug: Debug = False, version: Version = False) -> None:
    """List the experiments, losses, optimizers and data there are."""
    from lossbench.cli import catalogue, terminal

    if as_json:
        terminal.print_json(catalogue.as_document())
    else:
        for number, (title, columns, rows) in enumerate(catalogue.tables()):
            if number:
                print()
            terminal.print_table(title, columns, rows)


@app.command(epilog=_examples("validate my/*.yaml", "validate hinge"))
def validate(
    configs: Configs,
    allow_code: AllowCode = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Check configs and the data they ask for, and train nothing."""
    from lossbench.config.load import load_all

    for case in load_all(configs, allow_code=allow_code):
        print(f"{case.path}: ok")


@app.command(epilog=_examples("schema > schema.json"))
def schema(debug: Debug = False, version: Version = False) -> None:
    """Print the JSON Schema of a config, which editors use.

    An editor with a YAML language server takes it from a first line in the config:
    # yaml-language-server: $schema=schema.json
    """
    from lossbench.cli import terminal
    from lossbench.config.schema import schema

    terminal.print_json(schema())


@app.command(epilog=_examples("compare", "compare results/5000-samples --metric mse --json"))
def compare(
    folder: Results = RESULTS,
    metric: Metric = None,
    pictures: Pictures = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    as_md: AsMarkdown = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Compare the losses of stored results; nothing is trained.

    Those are compared that share their data, on a metric that they have in common.
    """
    from lossbench.cli import terminal
    from lossbench.evidence import comparison, comparison_text
    from lossbench.pictures import of_comparison as comparison_plots
    from lossbench.results import atomic

    if as_json + as_csv + as_md > 1:
        raise typer.BadParameter("choose one of --json, --csv and --md")
    results, complaints = _stored(folder)
    try:
        groups = comparison.compare(results, metric)
    except comparison.NothingToCompare as error:
        terminal.err.print(f"Error: {error}", markup=False)
        raise typer.Exit(WRONG_USAGE) from None
    if as_json:
        terminal.print_json(comparison_text.as_document(groups))
    elif as_csv:
        print(comparison_text.as_csv(groups), end="")
    elif as_md:
        print(comparison_text.as_markdown(groups), end="")
    else:
        terminal.print_comparison(groups)
    if pictures:
        for name, picture in comparison_plots.pictures(groups).items():
            atomic.replace_file(pictures / name, picture)
    if complaints:
        raise typer.Exit(WRONG_USAGE)


@app.command(epilog=_examples("report", "report results/5000-samples --open --out losses.html"))
def report(
    folder: Results = RESULTS,
    out: Page = None,
    open_: Open = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Write stored results to one page, FOLDER/report.html.

    It needs nothing but a browser. The findings come first, then the table of results beside
    what is published, the article's claims, the comparison of the losses, and each experiment's
    config and provenance. An older report is replaced, and no other file.
    """
    import webbrowser

    from lossbench.cli import terminal
    from lossbench.report import page as html
    from lossbench.results import atomic

    results, complaints = _stored(folder)
    path = out or folder / html.FILE_NAME
    try:
        html.refuse(path)
        page = html.page(folder.resolve().name, results, complaints, path.parent)
        atomic.replace_file(path, page.encode())
    except OSError as error:
        hint = "" if out else "; --out FILE writes elsewhere"
        terminal.err.print(f"Error: {atomic.os_error_message(error)}{hint}", markup=False)
        raise typer.Exit(FAILED) from None
    print(path)
    if open_ and not webbrowser.open(path.resolve().as_uri()):
        raise RuntimeError(f"no browser could be opened; open {path} in one")
    if complaints:
        raise typer.Exit(WRONG_USAGE)


@app.command(epilog=_examples("new houses.csv --target price", "new diabetes --out my"))
def new(
    data: Data,
    target: TargetColumn = None,
    out: NewFolder = None,
    problem: Kind = None,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Look at data, and write a config for each loss that suits.

    A JSON Schema lies beside them, to which they point editors. Nothing that is there is replaced.
    """
    from lossbench.cli import terminal
    from lossbench.data.arrays import DatasetError
    from lossbench.starters.configs import report, write
    from lossbench.starters.dataset import starter_dataset

    try:
        dataset = starter_dataset(data, target, problem)
        folder = out or Path(dataset.name)
        write(dataset, folder)
    except DatasetError as error:
        words = [data + ":", error.key if error.key not in ("", "file") else "", str(error)]
        terminal.err.print(f"Error: {' '.join(filter(None, words))}", markup=False)
        raise typer.Exit(WRONG_USAGE) from None
    except OSError as error:
        terminal.err.print(f"Error: {error}", markup=False)
        raise typer.Exit(FAILED) from None
    for line in report(dataset, folder):
        print(line)


def _stored(folder: Path) -> "tuple[list[Result], list[str]]":
    """The results in a folder, and the complaints about others, which are told."""
    from lossbench.cli import terminal
    from lossbench.results import read as stored

    results, complaints = stored.read_all(folder)
    terminal.print_complaints(complaints)
    if not results:
        raise typer.Exit(WRONG_USAGE)
    return results, complaints


def _trainer(jobs: int | None, address: str | None) -> "AbstractContextManager[Trainer]":
    """What trains: one process, or Dask's workers of this machine or of others."""
    if jobs is None and address is None:
        from lossbench.execution.process import TrainingProcess

        return TrainingProcess()
    if jobs is not None and address is not None:
        raise typer.BadParameter("choose one of --jobs and --dask")
    if not find_spec("distributed"):
        raise typer.BadParameter("--jobs and --dask need Dask: pip install 'lossbench[dask]'")
    from lossbench.cli import terminal
    from lossbench.execution import cluster

    def warn(message: str) -> None:
        terminal.err.print(f"Warning: {message}", markup=False)

    def poll() -> None:
        if _signals:
            _end(_signals[0], None)

    if address is None:
        return cluster.local(jobs or 1, warn, poll)
    try:
        return cluster.at(cluster.checked(address), warn, poll)
    except ValueError as error:
        raise typer.BadParameter(f"--dask: {error}") from None


def _overrides(epochs: int | None, repeats: int | None, seed: int | None) -> dict[str, Any]:
    given = {"epochs": epochs, "repeats": repeats, "seed": seed}
    return {key: value for key, value in given.items() if value is not None}


def _start_early(
    process: "Trainer",
    configs: Iterable[Path],
    settings: Sequence[str],
    folder: Callable[..., Path],
    force: bool,
) -> None:
    """Let TensorFlow be imported while configs are read, unless every result seems to be there."""
    from lossbench.config.load import names_of

    files = (
        folder(it, *names, "history.csv") for it in configs for names in names_of(it, settings)
    )
    # Unlike Path.is_file, this takes any path: what a name may be is not checked yet.
    if force or not all(map(os.path.isfile, files)):
        process.start()


def _extras(tensorboard: bool, save_model: bool) -> "Extras":
    """What is to be written besides; it is refused where it cannot be."""
    from lossbench.suite.run import Extras

    if tensorboard:
        try:
            import lossbench.results.event_files  # noqa: F401
        except ImportError as error:
            message = f"it needs TensorBoard: pip install 'lossbench[tensorboard]' ({error})"
            raise typer.BadParameter(message, param_hint="'--tensorboard'") from None
    return Extras(tensorboard, save_model)


def _run(
    process: "Trainer",
    cases: "list[Case]",
    folders: list[Path],
    summarized: Path | None,
    force: bool,
    extras: "Extras",
    as_json: bool,
    quiet: bool,
    debug: bool,
) -> None:
    """Run the experiments, print what they gave, and exit with 1 if one of them gave nothing."""
    from lossbench.cli import terminal
    from lossbench.evidence import summary, sweep
    from lossbench.results import atomic
    from lossbench.results.metrics_json import as_document
    from lossbench.results.result import Result
    from lossbench.suite import run as runner
    from lossbench.training.startup import import_training

    if summarized:
        summary.refuse(summarized)
    for parent in {path.parent for case, path in zip(cases, folders, strict=True) if case.sweep}:
        runner.refuse_sweep(parent)
    plans: list[runner.Plan] = []
    results: list[Result] = []
    documents: list[dict[str, Any]] = []
    failed: dict[str, str] = {}
    swept = {
        case.experiment.name: path for case, path in zip(cases, folders, strict=True) if case.sweep
    }
    with terminal.Bars([case.experiment for case in cases], quiet) as bars:
        for plan in runner.plan(cases, folders, force, extras):
            plans.append(plan)
            bars.note(plan.case.experiment, plan.stored, plan.remark)
        if extras.model and not all(plan.whole for plan in plans):
            with bars.away():
                # Keras makes the file, in this process; the other one imports TensorFlow too.
                import_training()
        for outcome in runner.run_suite(process, plans, bars.advance, extras):
            with bars.away():
                if isinstance(outcome, runner.Failure):
                    failed[outcome.experiment.name] = str(outcome)
                    message = f"{outcome.experiment.name}: {outcome}"
                    terminal.print_error(message, outcome.error, debug)
                    continue
                terminal.print_result(outcome, silent=as_json)
                if extras.model and outcome.median_training is None:
                    terminal.print_warning(outcome.experiment, "there is no model to save")
                if as_json:
                    documents.append(as_document(outcome))
                # What is kept until the end must stay small, of however many experiments.
                results.append(summary.essence(outcome) if summarized else outcome.without_arrays())
    sweeps = sweep.sweeps(cases, results, failed)
    # Results that are neither used nor replaced: no table is written without them.
    staying = {
        plan.case.experiment.name
        for plan in plans
        if plan.error and (plan.folder / runner.MARK).exists()
    }
    for it in sweeps:
        folder = swept[it.points[0].result.experiment.name].parent
        if staying.isdisjoint(it.failed):
            runner.write_sweep(it, folder)
        else:
            terminal.print_stays(folder / "sweep.md")
    if as_json:
        stored = {plan.case.experiment.name: plan.stored for plan in plans if plan.stored}
        document: dict[str, Any] = {"experiments": documents, "failed": failed, "stored": stored}
        if swept:
            document["sweeps"] = [sweep.as_document(it) for it in sweeps]
        terminal.print_json(document)
    elif sweeps:
        terminal.print_sweeps(sweeps)
    elif summarized:
        terminal.print_summary(results)
    if summarized:
        if staying:
            terminal.print_stays(summarized / "summary.md")
        else:
            for name, content in summary.files(results, failed).items():
                atomic.replace_file(summarized / name, content)
        if results and not quiet:
            for parent in dict.fromkeys(folder.parent for folder in folders):
                terminal.print_where_the_report_is(parent)
    if failure := streams.failure():
        message = f"standard output: {failure.strerror}; the results are written all the same"
        terminal.err.print(f"Error: {message}")
    if failure or failed or any(it.diverged == len(it.trainings) for it in results):
        raise typer.Exit(FAILED)


def main() -> NoReturn:
    """Run the command line, with an exit code for every end it may take."""
    streams.protect()
    # Not left to Python and typer: whatever is under way is to end, with an exit code of its own.
    for number in STOPS:
        # What nohup lets a process ignore stays ignored.
        if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)
    code: Any = 0
    try:
        surroundings.shut_out()
        app(prog_name="lossbench")
    except SystemExit as end:
        code = end.code or 0
    except Exception as error:
        # What a signal raises in the middle of an import can come out of it as any exception.
        code = 0 if _signals else _told(error)
    if _signals:
        code = 128 + _signals[0]
        print(INTERRUPTED, file=sys.stderr)
    if code == 0 and (failure := streams.failure()):
        code = _unprinted(failure)
    sys.exit(code)


def _unprinted(failure: OSError) -> int:
    """The exit code where not all was printed: a reader that has seen enough is told nothing."""
    if failure.errno == errno.EPIPE:
        return BROKEN_PIPE
    print(f"Error: standard output: {failure.strerror}", file=sys.stderr)
    return FAILED


def _told(error: Exception) -> int:
    """The exit code for an error, of which a line tells."""
    from lossbench.config.complaints import ConfigError
    from lossbench.results.atomic import os_error_message
    from lossbench.text import described

    hint = " (--debug shows the traceback)"
    if "--debug" in sys.argv:
        traceback.print_exc()
    elif isinstance(error, ConfigError):
        print(f"Error: {error}", file=sys.stderr)
    elif isinstance(error, OSError):
        print(f"Error: {os_error_message(error)}{hint}", file=sys.stderr)
    else:
        print(f"Error: {described(error)}{hint}", file=sys.stderr)
    return WRONG_USAGE if isinstance(error, ConfigError) else FAILED


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    _signals.append(number)
    if len(_signals) == 1:
        end = threading.Timer(GRACE, _end_at_once, [number])
        end.daemon = True
        end.start()
    # Where this is raised while an object is deleted it is lost, and Python would say so; the
    # timer ends the process then, and whoever waits for Dask asks whether a signal came.
    sys.unraisablehook = lambda _: None
    raise SystemExit(128 + number)


def _end_at_once(number: int) -> None:
    """End a process that a signal has not ended, for other code may catch what it raises.

    Training processes end with this one, and what is half-written is cleared away by the next run.
    """
    if sys.stderr.isatty():
        sys.stderr.write("\x1b[?25h")  # the bars hide the cursor
    print(INTERRUPTED, file=sys.stderr)
    os._exit(128 + number)
