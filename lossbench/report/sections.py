"""What the page shows of each comparison and of each experiment."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lossbench.config.trainings import trainings_of
from lossbench.config.yaml_writer import to_yaml
from lossbench.data.files import DataFiles
from lossbench.evidence import summary
from lossbench.evidence.comparison import Comparison
from lossbench.evidence.pair import Pair
from lossbench.evidence.sweep import Sweep, verdict
from lossbench.pictures import descriptions
from lossbench.pictures.decision_boundaries import (
    boundaries,
    data_of,
    has_boundaries,
    needing_code,
    shown_in_boundaries,
)
from lossbench.pictures.of_comparison import MOST_LINES
from lossbench.pictures.of_result import learning_curves
from lossbench.pictures.of_standings import shown_in_standings, standings
from lossbench.pictures.of_sweep import picture as picture_of_sweep
from lossbench.pictures.small_multiples import panels
from lossbench.pictures.style import readable, which_of_many
from lossbench.pictures.svg import inline
from lossbench.report.charts import chart
from lossbench.report.tables import Line
from lossbench.results.result import Result
from lossbench.text import listed

# A page with more pictures would take long to load.
COMPARISONS_DRAWN, EXPERIMENTS_DRAWN = 12, 30
NO_HISTORY = (
    "There are no curves, because history.csv is missing; git may ignore it, as it is large: "
    "run the experiment again to draw them."
)
CODE = "There are no decision boundaries of what is code, without --allow-code"
NO_DATA = "There are no decision boundaries: the data are too large, or cannot be loaded again."
MANY_COMPARISONS = (
    f"Only the first {COMPARISONS_DRAWN} comparisons have pictures here; "
    "'lossbench compare --pictures' draws all."
)
MANY_EXPERIMENTS = (
    f"Only the first {EXPERIMENTS_DRAWN} experiments have learning curves here; those of each are "
    "in its folder, in learning_curves.png."
)


@dataclass(frozen=True)
class Sources:
    """Where the page lies, data files for its pictures, and whether these may run code."""

    folder: Path
    files: DataFiles
    allow_code: bool


def anchor_of(number: int) -> str:
    """Where the section of a comparison is."""
    return f"comparison-{number}"


def standings_picture(comparison: Comparison, number: int) -> str:
    """The dots and intervals of a comparison, as SVG."""
    text = descriptions.of_standings(comparison, shown_in_standings(comparison))
    return inline(standings(comparison), f"standings-{number}", text)


def sweep_section(sweep: Sweep) -> dict[str, Any]:
    """What a sweep says, and its picture if it has one."""
    picture = picture_of_sweep(sweep)
    text = descriptions.of_sweep(sweep)
    return {
        "sentence": verdict(sweep),
        "picture": inline(picture, "sweep", text) if picture else "",
    }


def comparison_section(
    comparison: Comparison, number: int, lines: list[Line], sources: Sources
) -> dict[str, Any]:
    """A comparison; ``number`` counts them, and ``lines`` are the rows of its table."""
    drawn = number <= COMPARISONS_DRAWN
    curves, notes = _curves(comparison, number) if drawn else ([], [MANY_COMPARISONS])
    picture, about_it = _boundaries(comparison, number, sources) if drawn else ("", [])
    return {
        "anchor": anchor_of(number),
        "data": comparison.data,
        "metric": readable(comparison.metric).lower(),
        "remarks": comparison.notes,
        "constant": comparison.constant,
        "lines": lines,
        "pairs_note": comparison.pairs_note,
        "pairs": [(heading, [(it, _ends(it)) for it in told]) for heading, told in comparison.told],
        "curves": curves,
        "boundaries": picture,
        "notes": [*notes, *about_it],
    }


def _ends(pair: Pair) -> list[float]:
    """Start, dot and end of a pair's bar, in percent; empty if no seeds can judge it."""
    share, low, high = pair.share_ahead
    lost = pair.ahead.all_diverged and pair.behind.all_diverged
    if lost or pair.finding == "not judged" or np.isnan(low):
        return []
    return [100 * end for end in (low, share, high)]


def _curves(comparison: Comparison, number: int) -> tuple[list[dict[str, Any]], list[str]]:
    """The panels of a comparison with their figures, and notes on what is not shown."""
    found = [
        {
            "label": panel.label,
            "picture": inline(
                panel.picture,
                f"curves-{number}-{place}",
                descriptions.of_panel(comparison, panel.result),
            ),
            "chart": chart(panel, comparison),
        }
        for place, panel in enumerate(panels(comparison), start=1)
    ]
    if not found:
        return [], [NO_HISTORY]
    return found, [f"{it}." for it in which_of_many(len(comparison.results), MOST_LINES)]


def _boundaries(comparison: Comparison, number: int, sources: Sources) -> tuple[str, list[str]]:
    """The decision boundaries, if there are some, and notes on those that are missing."""
    notes = []
    if not sources.allow_code and (names := needing_code(comparison)):
        notes.append(f"{CODE}: {listed(names, most=5)}.")
    if not has_boundaries(comparison, sources.allow_code):
        return "", notes
    split = data_of(comparison, sources.files)
    if split is None:
        return "", [*notes, NO_DATA]
    picture = boundaries(comparison, split, sources.allow_code)
    if not picture:
        return "", notes
    shown = shown_in_boundaries(comparison, sources.allow_code)
    text = descriptions.of_boundaries(comparison, shown)
    return inline(picture, f"boundaries-{number}", text), notes


def experiment_section(result: Result, number: int, anchor: str, folder: Path) -> dict[str, Any]:
    """An experiment; the path of its data file starts from the folder of the page."""
    experiment = result.experiment
    picture, note = "", ""
    if number > EXPERIMENTS_DRAWN:
        note = MANY_EXPERIMENTS
    elif not result.trainings[0].history:
        note = NO_HISTORY
    else:
        text = descriptions.of_learning_curves(result)
        picture = inline(learning_curves(result), f"{anchor}-curves", text)
    return {
        "anchor": anchor,
        "name": experiment.name,
        "loss": readable(experiment.loss.name),
        "trainings": trainings_of(experiment),
        "picture": picture,
        "note": note,
        "metric": readable(result.metric).lower(),
        "targets": summary.of_targets(result),
        "config": to_yaml(experiment.seen_from(folder)),
        "provenance": [*result.provenance.items(), ("config_sha256", experiment.config_hash)],
    }
