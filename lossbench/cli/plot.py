"""``lossbench plot``: the pictures of stored results, drawn again."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lossbench.cli.app import FAILED, WRONG_USAGE, app, examples
from lossbench.cli.drawing import drawn
from lossbench.cli.options import (
    AllowCode,
    Debug,
    Formats,
    PictureFolder,
    PictureStyle,
    Plotted,
    Version,
)
from lossbench.cli.stored import stored_results
from lossbench.results.folders import RESULTS

if TYPE_CHECKING:
    from lossbench.evidence.sweep import Sweep
    from lossbench.results.result import Result

FOLDER = "pictures"


@app.command(
    epilog=examples(
        "plot", "plot hinge --format pdf --style paper", "plot results/5000-samples --out figures"
    )
)
def plot(
    folder: Plotted = RESULTS,
    formats: Formats = None,
    style: PictureStyle = None,
    out: PictureFolder = None,
    allow_code: AllowCode = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Draw the pictures of stored results; nothing is trained.

    These are learning curves, the data, curves and decision boundaries of losses that share their
    data, and sweeps, as far as the results allow. They go to FOLDER/pictures, those of a single
    result beside its folder. A picture of lossbench is replaced, and no other file.
    """
    from lossbench.cli.terminal import err, print_end, print_error, print_warning
    from lossbench.cli.written import end, report_of
    from lossbench.pictures.encode import files_of
    from lossbench.pictures.formats import refuse_picture
    from lossbench.pictures.of_stored import pictures_of
    from lossbench.pictures.style import STYLES
    from lossbench.results.atomic import os_error_message, replace_file

    asked = drawn(formats, style)
    look = STYLES[asked.style]
    path = _found(folder)
    results, complaints = stored_results(path)
    sweep, damaged = _stored_sweep(path, results)
    target = out or _beside(path) / FOLDER
    pictures = pictures_of(results, sweep, allow_code)
    for note in _left_out(results, allow_code):
        print_warning(note)
    written = False
    try:
        for name in pictures:
            for file in asked.files(name):
                refuse_picture(target / file)
        for name, draw in pictures.items():
            picture = draw(look)
            if picture is None:
                print_warning(f"no {name}: the data are too large, or cannot be loaded again")
                continue
            for file, content in files_of(picture, name, asked).items():
                replace_file(target / file, content)
                print(target / file)
            if not look.headed:
                err.print(f"  {picture.get_label()}.")
            written = True
    except OSError as error:
        hint = "" if out else "; --out DIR writes elsewhere"
        print_error(f"{os_error_message(error)}{hint}")
        raise typer.Exit(FAILED) from None
    if not written:
        print_error(f"{path}: no picture can be drawn of what is stored there")
    else:
        print_end(*end([], [report_of(path)]))
    if complaints or damaged or not written:
        raise typer.Exit(WRONG_USAGE)


def _found(folder: Path) -> Path:
    """The folder, or else that of this name in results/."""
    named = RESULTS / folder
    return named if not folder.exists() and named.is_dir() else folder


def _beside(path: Path) -> Path:
    """The folder of results, or the one that the folder of a single result is in."""
    from lossbench.results.folders import holds_a_result

    if not holds_a_result(path):
        return path
    return path.parent if path.name and path.name != ".." else path.resolve().parent


def _stored_sweep(path: Path, results: "Sequence[Result]") -> "tuple[Sweep | None, bool]":
    """The sweep in a folder, if there is one, and whether it is damaged, which it prints."""
    from lossbench.cli.terminal import print_error
    from lossbench.evidence.stored_sweep import read_sweep
    from lossbench.results.files import DamagedResult

    try:
        return read_sweep(path, results), False
    except DamagedResult as error:
        print_error(str(error))
        return None, True


def _left_out(results: "Sequence[Result]", allow_code: bool) -> list[str]:
    """Which pictures are missing, and what to do."""
    from lossbench.text import listed

    notes = []
    bare = [it.experiment.name for it in results if not it.trainings[0].history]
    if bare:
        which = listed(bare, most=5)
        notes.append(f"no curves of {which}: history.csv is missing; run again to draw them")
    code = [it.experiment.name for it in results if it.experiment.runs_code]
    if code and not allow_code:
        notes.append(f"no data or boundaries of {listed(code, most=5)}: code, see --allow-code")
    return notes
