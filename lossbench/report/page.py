"""Results as one HTML page, which needs nothing but a browser.

The page is made from ``templates/``. Everything that comes from a config or from a file is escaped,
and the page tells the browser to load nothing and to run no script but the page's own.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from lossbench.config.sections.claims import KnownClaims
from lossbench.data.files import DataFiles
from lossbench.evidence import summary
from lossbench.evidence.answers import answer, narrowness
from lossbench.evidence.claims import bundled_claims_about, judge_either
from lossbench.evidence.comparison import Comparison, NothingToCompare, compare
from lossbench.evidence.comparison_text import LIMITS
from lossbench.evidence.findings import findings
from lossbench.evidence.sweep import Sweep
from lossbench.report.answer import Answer
from lossbench.report.losses import losses_of
from lossbench.report.sections import (
    COMPARISONS_DRAWN,
    Sources,
    anchor_of,
    comparison_section,
    experiment_section,
    standings_picture,
    sweep_section,
)
from lossbench.report.tables import alone, compared
from lossbench.report.vendored import libraries
from lossbench.results import atomic
from lossbench.results.result import Result
from lossbench.text import figure, printable

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

FILE_NAME = "report.html"
# A report is known by the end of its title, which starts with the name of a folder.
END_OF_TITLE = ": which loss, and how much does it matter?"
NO_BREAK = "\N{NO-BREAK SPACE}"
INTERVAL = re.compile(r"\[[^\]_]{,50}\]")


class Beside(NamedTuple):
    """What stands beside results: the answer of a choice, a sweep of them, and claims about them.

    Without claims, those about bundled configs are judged.
    """

    answer: Answer | None = None
    sweep: Sweep | None = None
    claims: KnownClaims | None = None


NOTHING_BESIDE = Beside()
Item = TypeVar("Item")


def page(
    title: str,
    results: Sequence[Result],
    complaints: Sequence[str],
    folder: Path = Path(),
    metric: str | None = None,
    beside: Beside = NOTHING_BESIDE,
    allow_code: bool = False,
) -> str:
    """The page about results; ``complaints`` say which are left out, and why.

    ``folder`` is the folder that the page is for. The paths of data files in it start there. The
    losses are compared on the ``metric``, or else on that of the answer, or on that of their
    problem. With ``allow_code`` the functions of configs are run where a picture needs them. Raises
    NothingToCompare where no two results have a metric that is given.
    """
    templates = _templates()
    chosen_by = beside.answer.metric if beside.answer else None
    comparisons = _compare(results, metric, chosen_by)
    rows = {id(result): summary.row(result) for result in results}
    known = beside.claims or bundled_claims_about(results)
    judged = judge_either(known, results) if known else None
    return templates.get_template("report.html").render(
        title=printable(title),
        end_of_title=END_OF_TITLE,
        libraries=libraries(),
        scripts=_scripts(templates),
        seeds=sum(row.seeds for row in rows.values()),
        versions=sorted({result.provenance.get("lossbench", "") for result in results}),
        complaints=complaints,
        findings=findings(results, list(rows.values()), judged),
        judged=judged,
        losses=losses_of(results),
        limits=LIMITS,
        shown_in_full=COMPARISONS_DRAWN,
        **_first_screen(comparisons, beside.answer, _on(beside.sweep, metric)),
        **_results(results, comparisons, rows, Sources(folder, DataFiles(), allow_code)),
    )


def _on(sweep: Sweep | None, metric: str | None) -> Sweep | None:
    """The sweep on a metric that is asked for; None where a point does not have it."""
    if sweep is None or metric is None:
        return sweep
    known = all(metric in it.result.experiment.metrics for it in sweep.points)
    return replace(sweep, metric=metric) if known else None


def _first_screen(
    comparisons: Sequence[Comparison], chosen: Answer | None, swept: Sweep | None
) -> dict[str, Any]:
    """Which loss to take, and a picture that shows it: of a sweep its own, where there is one."""
    sweep = sweep_section(swept) if swept else None
    drawn = [] if sweep and sweep["picture"] else comparisons[:COMPARISONS_DRAWN]
    return {
        "answer": chosen,
        "sweep": sweep,
        "answers": [(it.data, answer(it), anchor_of(n)) for n, it in _numbered(comparisons)],
        "narrowness": narrowness(comparisons),
        "standings": [standings_picture(it, number) for number, it in _numbered(drawn)],
    }


def _results(
    results: Sequence[Result],
    comparisons: Sequence[Comparison],
    rows: Mapping[int, summary.Row],
    sources: Sources,
) -> dict[str, Any]:
    """The sections of comparisons, of results that are in none, and of all experiments."""
    anchors = {id(result): f"experiment-{number}" for number, result in _numbered(results)}
    in_comparisons = {id(result) for it in comparisons for result in it.results}
    others = [result for result in results if id(result) not in in_comparisons]
    return {
        "comparisons": [
            comparison_section(it, number, compared(it, rows, anchors), sources)
            for number, it in _numbered(comparisons)
        ],
        "alone": alone(others, rows, anchors),
        "experiments": [
            experiment_section(result, number, anchors[id(result)], sources.folder)
            for number, result in _numbered(results)
        ],
    }


def refuse(path: Path) -> None:
    """Raise FileExistsError if a report would replace a file that lossbench did not write."""
    atomic.refuse_file(path, re.escape(f"{END_OF_TITLE}</title>").encode())


def _numbered(items: Sequence[Item]) -> Iterator[tuple[int, Item]]:
    return enumerate(items, start=1)


def _scripts(templates: "Environment") -> list[tuple["Markup", str]]:
    """The scripts of the page in their order, each with its digest for the browser."""
    from markupsafe import Markup

    own = templates.get_template("report.js").render()
    texts = [*(it.script for it in libraries()), own]
    digests = [base64.b64encode(hashlib.sha256(it.encode()).digest()).decode() for it in texts]
    return [(Markup(text), digest) for text, digest in zip(texts, digests, strict=True)]


def _templates() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("lossbench.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["typeset"] = _typeset
    templates.filters["figure"] = figure
    templates.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    return templates


def _typeset(text: object) -> "Markup":
    """Escape a text, allow a line break after "_", and none before "%" or inside an interval."""
    from markupsafe import Markup, escape

    escaped = escape(text).replace(" %", f"{NO_BREAK}%").replace("_", Markup("_<wbr>"))
    return Markup(INTERVAL.sub(lambda it: it[0].replace(" ", NO_BREAK), escaped))


def _compare(
    results: Sequence[Result], metric: str | None, chosen_by: str | None
) -> list[Comparison]:
    try:
        return compare(results, metric or chosen_by)
    except NothingToCompare:
        if metric:
            raise
        return []
