"""The picture of a dataset of two features."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from lossbench.data.arrays import Split
from lossbench.pictures.style import LEFT, LETTER, STYLE, WIDTH, axis_labels, literal


@rc_context(STYLE)
def scatter(split: Split) -> Figure:
    """Draw all rows of a dataset of two features, coloured by class, or by a real target.

    Raises ValueError for any other number of features.
    """
    x, y = np.concatenate([split.x_train, split.x_test]).T
    target = np.concatenate(split.measured)
    names = list(map(literal, split.classes))
    # Names of more than two letters make the picture wider, and not the panel narrower.
    wide = WIDTH + LETTER * max(0, max(map(len, names), default=0) - 2)
    picture = Figure(figsize=(wide, 3.6))
    panel = picture.add_axes((LEFT * WIDTH / wide, 0.12, 0.62 * WIDTH / wide, 0.85))
    panel.set(**dict(zip(("xlabel", "ylabel"), axis_labels(split), strict=True)))
    if split.classes:
        for number, name in enumerate(names):
            rows = target == number
            panel.plot(x[rows], y[rows], "o", color=f"C{number}", markersize=3, label=name)
        panel.legend(title="Class", loc="upper left", bbox_to_anchor=(1, 1))
    else:
        points = panel.scatter(x, y, c=target, s=9)
        beside = picture.add_axes((0.8, 0.12, 0.02, 0.85))
        # By default a factor such as 1e7 would stand above the bar, outside of the picture.
        picture.colorbar(points, cax=beside, label="Target", format="{x:g}")
    across, up = np.ptp(x), np.ptp(y)
    if across < 3 * up and up < 3 * across:  # so that a circle is a circle
        panel.set_aspect("equal", adjustable="datalim")
    return picture
