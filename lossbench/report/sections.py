"""What the page shows of each comparison and of each experiment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lossbench.config.trainings import trainings_of
from lossbench.config.yaml_writer import to_yaml
from lossbench.data.files import DataFiles
from lossbench.evidence import summary
from lossbench.evidence.comparison import Comparison
from lossbench.evidence.pair import Pair
from lossbench.pictures import descriptions
from lossbench.pictures.decision_boundaries import (
    boundaries,
    data_of,
    has_boundaries,
    needing_code,
    shown_in_boundaries,
)
from lossbench.pictures.of_comparison import curves, shown_in_curves
from lossbench.pictures.of_result import learning_curves
from lossbench.pictures.style import readable
from lossbench.pictures.svg import inline
from lossbench.results.result import PARTS, Result
from lossbench.text import figure, listed

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


def comparison_section(
    comparison: Comparison,
    number: int,
    anchors: Mapping[int, str],
    files: DataFiles,
    allow_code: bool = False,
) -> dict[str, Any]:
    """A comparison; ``number`` counts them, and ``anchors`` are those of the results by id."""
    train, test = ([it for it in comparison.standings if it.part == part] for part in PARTS)
    of_results = [anchors[id(result)] for result in comparison.results]
    pictures, notes = _pictures(comparison, number, files, allow_code)
    return {
        "anchor": f"comparison-{number}",
        "data": comparison.data,
        "metric": readable(comparison.metric).lower(),
        "remarks": comparison.notes,
        "constant": [figure(it) for it in comparison.constant.values()],
        "standings": list(zip(of_results, train, test, strict=True)),
        "pairs_note": comparison.pairs_note,
        "pairs": [(heading, [(it, _ends(it)) for it in told]) for heading, told in comparison.told],
        "pictures": pictures,
        "notes": notes,
    }


def _ends(pair: Pair) -> list[float]:
    """Start, dot and end of a pair's bar, in percent; empty if it is not judged by seeds."""
    share, low, high = pair.share_ahead
    if pair.finding == "not judged" or np.isnan(low):
        return []
    return [100 * end for end in (low, share, high)]


def _pictures(
    comparison: Comparison, number: int, files: DataFiles, allow_code: bool
) -> tuple[list[Any], list[str]]:
    """The pictures of a comparison, and a note on each that is missing."""
    from markupsafe import Markup

    if number > COMPARISONS_DRAWN:
        return [], [MANY_COMPARISONS]
    pictures, notes = [], []
    if picture := curves(comparison):
        text = descriptions.of_curves(comparison, shown_in_curves(comparison))
        pictures.append(Markup(inline(picture, f"curves-{number}", text)))
    else:
        notes.append(NO_HISTORY)
    if not allow_code and (names := needing_code(comparison)):
        notes.append(f"{CODE}: {listed(names, most=5)}.")
    if has_boundaries(comparison, allow_code):
        split = data_of(comparison, files)
        if split is None:
            notes.append(NO_DATA)
        elif picture := boundaries(comparison, split, allow_code):
            shown = shown_in_boundaries(comparison, allow_code)
            text = descriptions.of_boundaries(comparison, shown)
            pictures.append(Markup(inline(picture, f"boundaries-{number}", text)))
    return pictures, notes


def experiment_section(result: Result, number: int, anchor: str, folder: Path) -> dict[str, Any]:
    """An experiment; the path of its data file starts from the folder of the page."""
    from markupsafe import Markup

    experiment = result.experiment
    picture, note = "", ""
    if number > EXPERIMENTS_DRAWN:
        note = MANY_EXPERIMENTS
    elif not result.trainings[0].history:
        note = NO_HISTORY
    else:
        text = descriptions.of_learning_curves(result)
        picture = Markup(inline(learning_curves(result), f"{anchor}-curves", text))
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
