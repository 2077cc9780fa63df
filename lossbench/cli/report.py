"""``lossbench report``: stored results on one page for the browser."""

import typer

from lossbench.cli.app import FAILED, WRONG_USAGE, app, examples
from lossbench.cli.options import AllowCode, Debug, Metric, Open, Page, ResultFolder, Version
from lossbench.cli.stored import stored_claims, stored_results
from lossbench.results.folders import RESULTS


@app.command(epilog=examples("report", "report results/5000-samples --open --out losses.html"))
def report(
    folder: ResultFolder = RESULTS,
    metric: Metric = None,
    out: Page = None,
    open_: Open = False,
    allow_code: AllowCode = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Write stored results to one page, FOLDER/report.html.

    It needs nothing but a browser. Which loss to take on which data comes first, from 'lossbench
    choose' or from a sweep where there is one. Then come the results of each data set beside what
    is published, with curves and a comparison of the losses, the claims about them, and each
    experiment's config and provenance. An older report is replaced, and no other file.
    """
    import webbrowser

    from lossbench.cli.terminal import is_screen, print_end, print_error
    from lossbench.cli.terminal import out as screen
    from lossbench.evidence.comparison import NothingToCompare
    from lossbench.evidence.stored_sweep import read_sweep
    from lossbench.report.answer import read_answer
    from lossbench.report.page import FILE_NAME, Beside, page, refuse
    from lossbench.results.atomic import os_error_message, replace_file
    from lossbench.results.files import DamagedResult

    results, complaints = stored_results(folder)
    answer, sweep = None, None
    try:
        answer = read_answer(folder)
        sweep = read_sweep(folder, results)
    except DamagedResult as error:
        print_error(str(error))
        complaints = [*complaints, str(error)]
    claims, damaged = stored_claims([folder])
    complaints += damaged
    path = out or folder / FILE_NAME
    try:
        refuse(path)
        title, beside = folder.resolve().name, Beside(answer, sweep, next(iter(claims), None))
        html = page(title, results, complaints, path.parent, metric, beside, allow_code)
        replace_file(path, html.encode())
    except NothingToCompare as error:
        print_error(str(error))
        raise typer.Exit(WRONG_USAGE) from None
    except OSError as error:
        hint = "" if out else "; --out FILE writes elsewhere"
        print_error(f"{os_error_message(error)}{hint}")
        raise typer.Exit(FAILED) from None
    print(path)
    if is_screen(screen) and not open_:
        print_end("Next: open it in a browser, as --open does")
    if open_ and not webbrowser.open(path.resolve().as_uri()):
        raise RuntimeError(f"no browser could be opened; open {path} in one")
    if complaints:
        raise typer.Exit(WRONG_USAGE)
