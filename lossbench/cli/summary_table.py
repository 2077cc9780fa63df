"""What experiments gave, in one table on a terminal: a pipe gets a line for each result."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from lossbench.cli.columns import table_of
from lossbench.cli.terminal import out
from lossbench.config.trainings import trainings_of
from lossbench.evidence import summary
from lossbench.evidence.claims import Judged
from lossbench.evidence.findings import claims_finding
from lossbench.results.result import PARTS, Part, Result
from lossbench.results.statistics import FEWEST_TO_JUDGE, Summary, Verdict
from lossbench.text import figure, on_one_line

WORDS: dict[Verdict, str] = {"inside": "inside", "outside": "outside", "not judged": "too few"}
COLOURS: dict[Verdict, str] = {"inside": "green", "outside": "red", "not judged": "yellow"}
LIES = "inside, outside: whether the published figure lies in it"
LEGEND: dict[Verdict, str] = {
    "inside": LIES,
    "outside": LIES,
    "not judged": f"too few: less than {FEWEST_TO_JUDGE} seeds judge no published figure",
}


MOST_WIDTH = 1000  # of a table that is only measured


@dataclass(frozen=True)
class Line:
    """What is shown of an experiment, or of one of its targets, whose ``name`` is indented then.

    ``published`` has the published figure of each part and the verdict on it, and ``constant`` the
    metric of the best constant prediction on the test part; they may be empty.
    """

    name: str
    metric: str
    found: dict[Part, Summary]
    published: dict[Part, tuple[str, Verdict]]
    constant: str = ""


def print_summary(results: Sequence[Result], judged: Judged | None = None) -> None:
    """Each experiment with its metric, its figures and the verdicts on those that are published.

    Below them, how many of the claims about the experiments hold.
    """
    if not results:
        return
    lines = [line for result in results for line in _lines(result)]
    wide, tall = _wide(lines), _tall(lines)
    drawn = [wide] if _fits(wide) else [tall] if _fits(tall) else _stacked(lines)
    for it in drawn:
        out.print(it, soft_wrap=False)
    out.print()
    has_constant = _fits(wide) and any(line.constant for line in lines)
    out.print(_legend(results, lines, has_constant), soft_wrap=False)
    if judged:
        about, sentence = claims_finding(judged)
        out.print(f"{about}: {sentence}", soft_wrap=False)


def _fits(table: Table) -> bool:
    """Whether a terminal has room for a table without a cell that is folded."""
    options = out.options.update(max_width=MOST_WIDTH)
    return Measurement.get(out, options, table).maximum <= out.width


def _lines(result: Result) -> Iterator[Line]:
    row = summary.row(result)
    constant = figure(row.constant["test"]) if row.constant else ""
    published = {part: (str(row.published[part]), row.verdicts[part]) for part in row.published}
    yield Line(row.name, row.metric, dict(row.found), published, constant)
    for name, *parts in summary.of_targets(result):
        yield Line(f"  {on_one_line(name)}", row.metric, dict(zip(PARTS, parts, strict=True)), {})


def _wide(lines: Sequence[Line]) -> Table:
    """A table with a row for each experiment."""
    judged, known = _has_published(lines), any(it.constant for it in lines)
    head = ["experiment", "metric"]
    for part in PARTS:
        head += [part, *(["published"] if judged else [])]
    rows = []
    for line in lines:
        row = [Text(line.name), Text(line.metric)]
        for part in PARTS:
            row += [Text(str(line.found[part])), *([_published(line, part)] if judged else [])]
        rows.append([*row, *([Text(line.constant)] if known else [])])
    return table_of([*head, *(["constant"] if known else [])], rows)


def _tall(lines: Sequence[Line]) -> Table:
    """A table with a row for each part, and the metric below the name."""
    judged = _has_published(lines)
    head = ["experiment, metric", "", "median", *(["published"] if judged else [])]
    rows = []
    for line in lines:
        below = " " * (len(line.name) - len(line.name.lstrip()) + 2)
        for part, text in zip(PARTS, (line.name, f"{below}{line.metric}"), strict=True):
            cells = [Text(text), Text(part), Text(str(line.found[part]))]
            rows.append([*cells, *([_published(line, part)] if judged else [])])
    table = table_of(head, rows)
    table.padding = 0  # eighty columns hold the nine, with a space between columns
    return table


def _stacked(lines: Sequence[Line]) -> Iterator[Text]:
    """The same in lines, for a narrow terminal."""
    for line in lines:
        yield Text(f"{line.name}: {line.metric}")
        for part in PARTS:
            text = Text(f"  {part:5} {line.found[part]}")
            if part in line.published:
                text.append(", published ").append(_published(line, part))
            yield text


def _published(line: Line, part: Part) -> Text:
    """The published figure of a part and the verdict on it; empty where there is none."""
    if part not in line.published:
        return Text()
    value, verdict = line.published[part]
    return Text(f"{value} ").append(WORDS[verdict], style=COLOURS[verdict])


def _has_published(lines: Iterable[Line]) -> bool:
    return any(line.published for line in lines)


def _legend(results: Sequence[Result], lines: Sequence[Line], has_constant: bool) -> str:
    """What the figures and the words of the table mean."""
    seeds = {trainings_of(it.experiment) for it in results}
    of = f"of {seeds.pop()}" if len(seeds) == 1 else "over the seeds"
    verdicts = {verdict for line in lines for _, verdict in line.published.values()}
    words = dict.fromkeys(text for verdict, text in LEGEND.items() if verdict in verdicts)
    start = f"Medians {of}, and in brackets the interval that holds 95 % of them"
    if all(len(it.trainings) == 1 for it in results):
        start = "Of one seed: what another seed would give, the brackets do not tell"
    constant = "constant: of the best constant prediction on the test part"
    return f"{'; '.join([start, *words, *([constant] if has_constant else [])])}."
