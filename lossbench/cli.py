"""The command line: parse arguments, call, print. Heavy imports wait until they are needed."""

import signal
import sys
import traceback
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

import lossbench

if TYPE_CHECKING:
    from lossbench.config import Case
    from lossbench.workers import Trainer

FAILED, WRONG_USAGE = 1, 2
SIGNALLED = {128 + number: number for number in (signal.SIGINT, signal.SIGTERM)}
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
    list[str], typer.Argument(metavar="CONFIG...", help="YAML files, or names of bundled configs.")
]
Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[FOLDER]", help="Holds the configs; without it, the bundled nine run."),
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
Jobs = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Train in N processes (needs Dask).")
]
Dask = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Train on the workers of this Dask scheduler."),
]
Results = Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Holds the results.")]
Metric = Annotated[str | None, typer.Option(metavar="NAME", help="Instead of mse or accuracy.")]
Pictures = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Draw curves and decision boundaries there.")
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV, a line for each pair.")]
AsMarkdown = Annotated[bool, typer.Option("--md", help="Print Markdown, as without an option.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def _examples(*commands: str) -> str:
    return "\n".join(["\b", "Examples:", *(f"  lossbench {command}" for command in commands)])


@app.callback(epilog=_examples("run hinge", "run-all", "list"))
def _lossbench(version: Version = False, debug: Debug = False) -> None:
    """Which loss function, and how much does it matter?

    An experiment is a YAML file: a dataset, a multilayer perceptron, a loss. It is trained by
    Keras from many seeds; metrics and learning curves go to results/.
    """


@app.command(
    epilog=_examples("run configs/hinge.yaml", "run hinge squared_hinge --repeats 100 --json")
)
def run(
    configs: Configs,
    out: Out = None,
    epochs: Epochs = None,
    repeats: Repeats = None,
    seed: Seed = None,
    jobs: Jobs = None,
    dask: Dask = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Run experiments; the results of each go to a folder of its name."""
    from lossbench.config import BUNDLED, load_all

    def folder(case: "Case") -> Path:
        # The bundled 5000-samples/hinge must not replace the results of hinge.
        parent = case.path.resolve().parent
        bundled = parent.is_relative_to(BUNDLED.resolve())
        mirrored = parent.relative_to(BUNDLED.resolve()) if bundled else Path()
        return (out or RESULTS / mirrored) / case.experiment.name

    with _trainer(jobs, dask) as process:
        cases = load_all(configs, _overrides(epochs, repeats, seed))
        folders = [folder(case) for case in cases]
        _run(process, cases, folders, None, as_json, quiet, debug)


@app.command(epilog=_examples("run-all", "run-all configs/5000-samples", "run-all --repeats 5"))
def run_all(
    folder: Folder = None,
    out: Out = None,
    epochs: Epochs = None,
    repeats: Repeats = None,
    seed: Seed = None,
    jobs: Jobs = None,
    dask: Dask = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Run all experiments of a folder, and sum them up in a table.

    Without FOLDER the nine experiments of the first article run, into results/. The configs
    directly in FOLDER run into results/NAME, where NAME is that of FOLDER.
    """
    from lossbench.config import BUNDLED, in_folder, load_all

    out = out or (RESULTS / folder.resolve().name if folder else RESULTS)
    with _trainer(jobs, dask) as process:
        cases = load_all(in_folder(folder or BUNDLED), _overrides(epochs, repeats, seed))
        folders = [out / case.experiment.name for case in cases]
        _run(process, cases, folders, out, as_json, quiet, debug)


@app.command("list", epilog=_examples("list", "list --json"))
def list_(as_json: AsJson = False, debug: Debug = False, version: Version = False) -> None:
    """List the bundled experiments, the losses and the dataset generators."""
    from lossbench import catalogue, terminal

    if as_json:
        terminal.print_json(catalogue.as_document())
    else:
        for number, (title, columns, rows) in enumerate(catalogue.tables()):
            if number:
                print()
            terminal.print_table(title, columns, rows)


@app.command(epilog=_examples("validate my/*.yaml", "validate hinge"))
def validate(configs: Configs, debug: Debug = False, version: Version = False) -> None:
    """Check configs and the data they ask for, and train nothing."""
    from lossbench.config import load_all

    for case in load_all(configs):
        print(f"{case.path}: ok")


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
    """Compare the losses of stored results that share their data; nothing is trained."""
    from lossbench import atomic, comparison, comparison_plots, comparison_text, stored, terminal

    if as_json + as_csv + as_md > 1:
        raise typer.BadParameter("choose one of --json, --csv and --md")
    results, complaints = stored.read_all(folder)
    for complaint in complaints:
        terminal.err.print(f"Error: {complaint}", markup=False)
    try:
        groups = comparison.compare(results, metric)
    except comparison.NothingToCompare as error:
        terminal.err.print(f"Error: {error}", markup=False)
        raise typer.Exit(WRONG_USAGE) from None
    if as_json:
        terminal.print_json(comparison_text.as_document(groups))
    else:
        text = comparison_text.as_csv if as_csv else comparison_text.as_markdown
        print(text(groups), end="")
    if pictures:
        for name, picture in comparison_plots.pictures(groups).items():
            atomic.replace_file(pictures / name, picture)
    if complaints:
        raise typer.Exit(WRONG_USAGE)


def _trainer(jobs: int | None, address: str | None) -> "AbstractContextManager[Trainer]":
    """What trains: one process, or Dask's workers of this machine or of others."""
    if jobs is None and address is None:
        from lossbench.workers import TrainingProcess

        return TrainingProcess()
    if jobs is not None and address is not None:
        raise typer.BadParameter("choose one of --jobs and --dask")
    if not find_spec("distributed"):
        raise typer.BadParameter("--jobs and --dask need Dask: pip install 'lossbench[dask]'")
    from lossbench import cluster, terminal

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


def _run(
    process: "Trainer",
    cases: "list[Case]",
    folders: list[Path],
    summarized: Path | None,
    as_json: bool,
    quiet: bool,
    debug: bool,
) -> None:
    """Run the experiments, print what they gave, and exit with 1 if one of them gave nothing."""
    from lossbench import atomic, runner, summary, terminal
    from lossbench.results import Result, metrics

    results: list[Result] = []
    failed: dict[str, str] = {}
    with terminal.Bars([case.experiment for case in cases], quiet) as bars:
        for outcome in runner.run_suite(process, cases, folders, bars.advance):
            with bars.away():
                if isinstance(outcome, runner.Failure):
                    failed[outcome.experiment.name] = str(outcome)
                    message = f"{outcome.experiment.name}: {outcome}"
                    terminal.print_error(message, outcome.error, debug)
                    continue
                results.append(outcome)
                terminal.print_result(outcome, silent=as_json)
    # Of several at work, they are finished in any order.
    order = {case.experiment.name: number for number, case in enumerate(cases)}
    results.sort(key=lambda it: order[it.experiment.name])
    failed = {name: failed[name] for name in order if name in failed}
    if as_json:
        terminal.print_json({"experiments": [metrics(it) for it in results], "failed": failed})
    elif summarized:
        terminal.print_summary(results)
    if summarized:
        for name, content in summary.files(results, failed).items():
            atomic.replace_file(summarized / name, content)
    if failed or any(result.diverged == len(result.trainings) for result in results):
        raise typer.Exit(FAILED)


def main() -> NoReturn:
    """Run the command line, with an exit code for every end it may take."""
    # Not left to Python and typer: whatever is under way is to end, with an exit code of its own.
    for number in SIGNALLED.values():
        signal.signal(number, _end)
    try:
        app(prog_name="lossbench")
    except SystemExit as end:
        if end.code in SIGNALLED:
            print("Interrupted: what was finished is kept.", file=sys.stderr)
        raise
    except Exception as error:
        from lossbench.config import ConfigError

        if "--debug" in sys.argv:
            traceback.print_exc()
        elif isinstance(error, ConfigError):
            print(f"Error: {error}", file=sys.stderr)
        else:
            message = " ".join(f"{type(error).__name__}: {error}".split())
            print(f"Error: {message} (--debug shows the traceback)", file=sys.stderr)
        sys.exit(WRONG_USAGE if isinstance(error, ConfigError) else FAILED)
    sys.exit(0)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    _signals.append(number)
    raise SystemExit(128 + number)
