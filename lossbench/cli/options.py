"""The arguments and options that commands take."""

from pathlib import Path
from typing import Annotated

import typer

from lossbench import __version__
from lossbench.cli import completion


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"lossbench {__version__}")
        raise typer.Exit


def _check_tensorboard(wanted: bool) -> bool:
    if wanted:
        try:
            import lossbench.results.event_files  # noqa: F401
        except ImportError as error:
            message = f"it needs TensorBoard: pip install 'lossbench[tensorboard]' ({error})"
            raise typer.BadParameter(message) from None
    return wanted


Version = Annotated[
    bool,
    typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]

# Of run, run-all and validate.
ConfigFiles = Annotated[
    list[str],
    typer.Argument(
        metavar="CONFIG",
        help="YAML files, or names of bundled configs.",
        autocompletion=completion.experiments,
    ),
]
AllowCode = Annotated[
    bool, typer.Option("--allow-code", help="Run the functions that configs name.")
]

# Of run and run-all.
ConfigFolder = Annotated[
    Path | None,
    typer.Argument(
        metavar="FOLDER",
        help="Folder of the configs, or the name of a bundled one; without it, the nine run.",
        autocompletion=completion.folders,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder for the results, instead of results/."),
]
Epochs = Annotated[int | None, typer.Option(min=1, metavar="N", help="Epochs to train.")]
Repeats = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Seeds that each experiment is trained from.")
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
        autocompletion=completion.settings,
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Train again what is stored already, and replace it.")
]
TensorBoard = Annotated[
    bool,
    typer.Option(
        "--tensorboard",
        callback=_check_tensorboard,
        help="Write event files for TensorBoard as well.",
    ),
]
SaveModel = Annotated[
    bool, typer.Option("--save-model", help="Write model.keras, of the median seed, as well.")
]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Train in N processes, not in one on each core."),
]
Dask = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Train on the workers of this Dask scheduler."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]

# Of list.
Kinds = Annotated[
    str | None,
    typer.Argument(
        metavar="KIND", help="experiments, losses, optimizers, schedules, metrics or datasets."
    ),
]

# Of explain.
LossNames = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LOSS",
        help="Names of losses, such as hinge or mse.",
        autocompletion=completion.losses,
    ),
]
LossPicture = Annotated[
    Path | None,
    typer.Option(
        "--picture",
        metavar="FILE",
        help="Draw the loss and its gradient into FILE: .png, .pdf or .svg.",
    ),
]

# Of compare and report.
ResultFolders = Annotated[
    list[Path], typer.Argument(metavar="FOLDER", help="Folders of results, or of one result each.")
]
ResultFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the results.")]
Metric = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Compare on this metric, not that of the data.",
        autocompletion=completion.metrics,
    ),
]
Pictures = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Draw curves and decision boundaries into DIR.")
]
Formats = Annotated[
    str | None,
    typer.Option("--format", metavar="A,B", help="Formats of pictures, of png, pdf and svg."),
]
PictureStyle = Annotated[
    str | None,
    typer.Option(
        "--style",
        metavar="NAME",
        help="normal, or paper: 3.3 inches wide, all text of 8 points, no titles.",
    ),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV, a line for each pair.")]
AsMarkdown = Annotated[bool, typer.Option("--md", help="Print Markdown.")]
Page = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write to FILE, not to FOLDER/report.html."),
]
Open = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]

# Of plot.
Plotted = Annotated[
    Path,
    typer.Argument(
        metavar="FOLDER",
        help="Folder of results, of one result, or the name of one in results/.",
        autocompletion=completion.results,
    ),
]
PictureFolder = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder for the pictures, not FOLDER/pictures."),
]

# Of new.
Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="A data file, such as CSV or Parquet, or a set such as diabetes.",
        autocompletion=completion.data,
    ),
]
TargetColumn = Annotated[
    str | None,
    typer.Option("--target", metavar="COLUMN", help="For a file: the column to predict."),
]
Kind = Annotated[
    str | None,
    typer.Option(
        "--problem", metavar="KIND", help="Treat the data as regression or classification."
    ),
]
DataSettings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set a key of the configs' dataset, such as dataset.missing_values=['?'].",
    ),
]
NewFolder = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="FOLDER", help="Write to FOLDER, not to a folder named after DATA."
    ),
]

# Of choose.
ChoiceData = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="A data file, a set such as diabetes, or a folder of configs that share their data.",
        autocompletion=completion.data,
    ),
]
JudgedBy = Annotated[
    str | None,
    typer.Option(
        "--metric",
        metavar="NAME",
        help="Choose by this metric; without it the data decide.",
        autocompletion=completion.metrics,
    ),
]
Losses = Annotated[
    str | None,
    typer.Option(
        metavar="A,B,C",
        help="The losses to choose from, not all that suit the data.",
        autocompletion=completion.losses_in_a_list,
    ),
]
Splits = Annotated[int, typer.Option(min=2, max=1000, metavar="N", help="Splits of the rows.")]
Seeds = Annotated[int, typer.Option(min=1, metavar="N", help="Seeds in each split.")]
MostEpochs = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Epochs at most; early stopping ends sooner.")
]
GroupColumn = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="Keep rows of an equal value in one part of a split."),
]
TimeColumn = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="Test on rows that are later than those trained on."),
]
TunedKeys = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=A,B,C",
        help="Tune this key, too, such as model.l2=0,0.01 or loss.delta=1,2.",
        autocompletion=completion.settings,
    ),
]
Rope = Annotated[
    float | None,
    typer.Option(min=0, metavar="SIZE", help="The difference of the metric that does not matter."),
]
ChoiceFolder = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", help="Folder for the results, not results/choose/ and the name."
    ),
]
