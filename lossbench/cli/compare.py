"""``lossbench compare``: compare the losses of stored results."""

import typer

from lossbench.cli.app import WRONG_USAGE, app, examples
from lossbench.cli.drawing import drawn
from lossbench.cli.options import (
    AllowCode,
    AsCsv,
    AsJson,
    AsMarkdown,
    Debug,
    Formats,
    Metric,
    Pictures,
    PictureStyle,
    ResultFolders,
    Version,
)
from lossbench.cli.stored import hint_at_others, stored_claims, stored_in_all
from lossbench.results.folders import RESULTS


@app.command(
    epilog=examples("compare", "compare results/5000-samples --metric mse --json", "compare A B")
)
def compare(
    folders: ResultFolders = (RESULTS,),  # type: ignore[assignment]  # typer takes a tuple, too
    metric: Metric = None,
    pictures: Pictures = None,
    formats: Formats = None,
    style: PictureStyle = None,
    allow_code: AllowCode = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    as_md: AsMarkdown = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Compare the losses of stored results; nothing is trained.

    Results that share their data are compared, on a metric that all of them have. Of several
    folders, results of one name are told apart by the names of their folders. Claims about the
    results are judged, too.
    """
    from lossbench.cli.tables import print_comparison
    from lossbench.cli.terminal import is_screen, out, print_end, print_error, print_json
    from lossbench.cli.written import end, report_of
    from lossbench.evidence import comparison, comparison_text
    from lossbench.evidence.claims import bundled_claims_about, judge_either
    from lossbench.pictures.decision_boundaries import needing_code
    from lossbench.pictures.encode import write_pictures
    from lossbench.pictures.of_comparison import pictures as draw
    from lossbench.pictures.style import STYLES
    from lossbench.text import counted

    if as_json + as_csv + as_md > 1:
        raise typer.BadParameter("choose one of --json, --csv and --md")
    if (formats or style) and not pictures:
        raise typer.BadParameter("--format and --style need --pictures DIR; see also: plot")
    asked = drawn(formats, style)
    results, complaints = stored_in_all(folders)
    try:
        comparisons = comparison.compare(results, metric)
    except comparison.NothingToCompare as error:
        print_error(f"{error}{hint_at_others(folders, results)}")
        raise typer.Exit(WRONG_USAGE) from None
    claims, damaged = stored_claims(folders)
    known = claims or [it for it in [bundled_claims_about(results)] if it]
    judged = [found.about_these for it in known if (found := judge_either(it, results))]
    if as_json:
        print_json(comparison_text.as_document(comparisons, judged))
    elif as_csv:
        print(comparison_text.as_csv(comparisons), end="")
    elif as_md:
        print(comparison_text.as_markdown(comparisons, judged), end="")
    else:
        print_comparison(comparisons, judged)
    written: list[str] = []
    if pictures:
        drawn_pictures = draw(comparisons, allow_code, STYLES[asked.style])
        write_pictures(drawn_pictures, pictures, asked)
        written = [f"{counted(len(drawn_pictures), 'picture')} in {pictures}"]
        for name in [] if allow_code else [it for of in comparisons for it in needing_code(of)]:
            print_error(f"no decision boundaries of {name}: it is code, see --allow-code")
    if is_screen(out) and not (as_json or as_csv or as_md):
        print_end(*end(written, [report_of(folders[0])] if len(folders) == 1 else []))
    if complaints or damaged:
        raise typer.Exit(WRONG_USAGE)
