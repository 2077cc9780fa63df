"""Where the texts of a picture are drawn, and whether they can be read."""

from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def boxes(figure: Figure) -> dict[str, Bbox]:
    """Where each text of a figure is drawn, tick labels included."""
    FigureCanvasAgg(figure).draw()
    ticks = {
        id(label)
        for panel in figure.axes
        for axis in (panel.xaxis, panel.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    texts = [
        it
        for it in figure.findobj(Text)
        if it.get_visible() and it.get_text() and id(it) not in ticks
    ]
    return {f"{i} {it.get_text()!r}": it.get_window_extent() for i, it in enumerate(texts)}


def check_texts(figure: Figure) -> None:
    """No text overlaps another, and none is cut off."""
    found = boxes(figure)
    for (text, box), (other, its_box) in combinations(found.items(), 2):
        assert not box.overlaps(its_box), f"{text} and {other}"
    for text, box in found.items():
        assert figure.bbox.containsx(box.x0), text
        assert figure.bbox.containsx(box.x1), text
        assert figure.bbox.containsy(box.y0), text
        assert figure.bbox.containsy(box.y1), text
