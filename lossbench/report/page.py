"""Results as one HTML page, which needs nothing but a browser.

The page is made from ``templates/``. Everything that comes from a config or from a file is escaped,
and the page tells the browser to load nothing and to run no script but the page's own.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lossbench.config.sections.claims import KnownClaims
from lossbench.data.files import DataFiles
from lossbench.evidence import summary
from lossbench.evidence.claims import bundled_claims_about, judge_either
from lossbench.evidence.comparison import Comparison, NothingToCompare, compare
from lossbench.evidence.comparison_text import LIMITS
from lossbench.evidence.findings import findings
from lossbench.report.answer import Answer
from lossbench.report.sections import comparison_section, experiment_section
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
    """What stands beside results: the answer of a choice, and claims about them.

    Without claims, those about bundled configs are judged.
    """

    answer: Answer | None = None
    claims: KnownClaims | None = None


NOTHING_BESIDE = Beside()


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
    from markupsafe import Markup

    templates = _templates()
    script = templates.get_template("report.js").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    chosen_by = beside.answer.metric if beside.answer else None
    comparisons, files = _compare(results, metric, chosen_by), DataFiles()
    rows = [summary.row(result) for result in results]
    known = beside.claims or bundled_claims_about(results)
    judged = judge_either(known, results) if known else None
    anchors = {id(result): f"experiment-{number}" for number, result in enumerate(results, start=1)}
    return templates.get_template("report.html").render(
        title=printable(title),
        end_of_title=END_OF_TITLE,
        script=Markup(script),
        script_sha256=digest,
        seeds=sum(row.seeds for row in rows),
        versions=sorted({result.provenance.get("lossbench", "") for result in results}),
        complaints=complaints,
        findings=findings(results, rows, comparisons, judged),
        rows=list(zip(anchors.values(), rows, strict=True)),
        answer=beside.answer,
        judged=judged,
        limits=LIMITS,
        comparisons=[
            comparison_section(it, number, anchors, files, allow_code)
            for number, it in enumerate(comparisons, start=1)
        ],
        experiments=[
            experiment_section(result, number, anchors[id(result)], folder)
            for number, result in enumerate(results, start=1)
        ],
    )


def refuse(path: Path) -> None:
    """Raise FileExistsError if a report would replace a file that lossbench did not write."""
    atomic.refuse_file(path, re.escape(f"{END_OF_TITLE}</title>").encode())


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
