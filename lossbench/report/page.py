"""Results as one HTML page, which needs nothing but a browser.

The page is made of ``templates/``. Whatever comes from a config or from a file is escaped, and
the page tells the browser to fetch nothing and to run no script but its own.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lossbench.config.yaml_writer import to_yaml
from lossbench.data.files import DataFiles
from lossbench.evidence import claims, summary
from lossbench.evidence.comparison import Group, NothingToCompare, Pair, Standing, compare, found
from lossbench.evidence.comparison_text import LIMITS
from lossbench.evidence.findings import are_of_the_article, findings
from lossbench.pictures import descriptions as alternatives
from lossbench.pictures import of_comparison as comparison_plots
from lossbench.pictures import of_result as plots
from lossbench.pictures import svg
from lossbench.results import atomic
from lossbench.results.result import PARTS, Result
from lossbench.text import printable

if TYPE_CHECKING:
    from markupsafe import Markup

FILE_NAME = "report.html"
# By which a report is told from other pages, and where it is at the latest: the title before it is
# the name of a folder.
END_OF_TITLE = ": which loss, and how much does it matter?"
GROUPS_DRAWN = 12  # a page with more pictures would take long to load
CURVES_DRAWN = 30
NO_HISTORY = (
    "Without history.csv, which git ignores because it is large, there are no curves to draw; "
    "run the experiment again for them."
)
NO_DATA = "The data cannot be had again, or are large, so no decision boundaries are drawn."


def page(
    title: str, results: Sequence[Result], complaints: Sequence[str], folder: Path = Path()
) -> str:
    """The page about results; ``complaints`` say which are left out, and why.

    The paths of data files in it start from the ``folder`` that it is for.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    templates = Environment(
        loader=PackageLoader("lossbench.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["typeset"] = _typeset
    script = templates.get_template("report.js").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    groups, files = _groups(results), DataFiles()
    rows = [summary.row(result) for result in results]
    judgements = claims.judge(results)
    names = {id(result): f"experiment-{number}" for number, result in enumerate(results, start=1)}
    return templates.get_template("report.html").render(
        title=printable(title),
        end_of_title=END_OF_TITLE,
        script=Markup(script),
        script_sha256=digest,
        trainings=sum(len(result.trainings) for result in results),
        versions=sorted({result.provenance.get("lossbench", "") for result in results}),
        complaints=complaints,
        findings=findings(results, rows, groups, judgements),
        rows=[_row(row, names[id(result)]) for row, result in zip(rows, results, strict=True)],
        judgements=judgements if are_of_the_article(judgements) else [],
        limits=LIMITS,
        groups=[
            _group(group, number, names, files) for number, group in enumerate(groups, start=1)
        ],
        experiments=[
            _experiment(result, names[id(result)], number <= CURVES_DRAWN, folder)
            for number, result in enumerate(results, start=1)
        ],
    )


def refuse(path: Path) -> None:
    """Raise FileExistsError if something else is in the place of a report."""
    atomic.refuse_file(path, f"{END_OF_TITLE}</title>".encode())


def _typeset(text: object) -> "Markup":
    """Escape a text, let names break after an underline, and keep a % on the line of its figure."""
    from markupsafe import Markup, escape

    escaped = escape(text)
    return escaped.replace("_", Markup("_<wbr>")).replace(" %", "\u00a0%")


def _groups(results: Sequence[Result]) -> list[Group]:
    try:
        return compare(results)
    except NothingToCompare:
        return []


def _row(row: dict[str, Any], anchor: str) -> dict[str, Any]:
    """A line of the table against what is published."""
    return {
        "anchor": anchor,
        "name": row["name"],
        "metric": row["metric"],
        "parts": [
            {
                "part": part,
                "median": row[part]["median"],
                "found": summary.found(row, part),
                "published": summary.published(row, part),
            }
            for part in PARTS
        ],
        "diverged": row["diverged"],
        "seeds": row["seeds"],
    }


def _group(group: Group, number: int, names: Mapping[int, str], files: DataFiles) -> dict[str, Any]:
    train, test = (
        [_standing(standing) for standing in group.standings if standing.part == part]
        for part in PARTS
    )
    anchors = [names[id(result)] for result in group.results]
    pictures, notes = _pictures(group, number, files)
    return {
        "anchor": f"group-{number}",
        "title": group.data,
        "metric": group.metric,
        "readable": plots.readable(group.metric).lower(),
        "mind": group.mind,
        "standings": list(zip(anchors, train, test, strict=True)),
        "untold": group.untold,
        "pairs": [(part, [_pair(it) for it in group.told if it.part == part]) for part in PARTS],
        "pictures": pictures,
        "notes": notes,
    }


def _standing(standing: Standing) -> dict[str, Any]:
    median = standing.summary.median
    return {
        "name": standing.name,
        "median": None if np.isnan(median) else median,
        "found": found(standing.summary),
        "trainings": standing.trainings,
        "diverged": standing.diverged,
        "failed": standing.failed,
    }


def _pair(pair: Pair) -> dict[str, Any]:
    """A sentence, and in percent where its bar begins, ends and has its dot."""
    judged = pair.finding != "not judged"
    ends = [100 * end for end in (pair.low, pair.probability, pair.high)] if judged else None
    return {"sentence": pair.sentence, "finding": pair.finding, "ends": ends}


def _pictures(group: Group, number: int, files: DataFiles) -> tuple[list[Any], list[str]]:
    """The pictures of a group that can be drawn, and a note about each that cannot."""
    from markupsafe import Markup

    if number > GROUPS_DRAWN:
        note = f"Pictures are of the first {GROUPS_DRAWN} groups; 'lossbench compare --pictures' "
        return [], [f"{note}draws all."]
    pictures, notes = [], []
    shown = comparison_plots.shown_in_curves(group)
    if figure := comparison_plots.curves(group):
        text = alternatives.of_curves(group, shown)
        pictures.append(Markup(svg.inline(figure, f"curves-{number}", text)))
    else:
        notes.append(NO_HISTORY)
    if comparison_plots.on_a_plane(group):
        split = comparison_plots.data_of(group, files)
        if split is None:
            notes.append(NO_DATA)
        elif figure := comparison_plots.boundaries(group, split):
            text = alternatives.of_boundaries(group, comparison_plots.shown_in_boundaries(group))
            pictures.append(Markup(svg.inline(figure, f"boundaries-{number}", text)))
    return pictures, notes


def _experiment(result: Result, anchor: str, drawn: bool, folder: Path) -> dict[str, Any]:
    from markupsafe import Markup

    experiment = result.experiment
    picture, note = "", ""
    if not drawn:
        note = f"Curves of their own are drawn of the first {CURVES_DRAWN} experiments; of each, "
        note += "learning_curves.png lies in its folder."
    elif not result.trainings[0].history:
        note = NO_HISTORY
    else:
        text = alternatives.of_learning_curves(result)
        picture = Markup(svg.inline(plots.learning_curves(result), f"{anchor}-curves", text))
    return {
        "anchor": anchor,
        "name": experiment.name,
        "loss": plots.readable(experiment.loss.name),
        "seeds": len(result.trainings),
        "picture": picture,
        "note": note,
        "config": to_yaml(experiment.seen_from(folder)),
        "provenance": [*result.provenance.items(), ("config_sha256", experiment.config_hash)],
    }
