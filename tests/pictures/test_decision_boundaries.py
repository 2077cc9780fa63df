"""Where networks decide for another class."""

from drawn_texts import check_texts

from lossbench.evidence.comparison import Comparison
from lossbench.pictures.decision_boundaries import boundaries


def test_boundaries_have_every_experiment(comparison: Comparison) -> None:
    picture = boundaries(comparison, comparison.results[0].experiment.dataset.load())
    assert picture is not None
    assert [axes.get_title("left") for axes in picture.axes] == ["hinge", "squared_hinge"]
    thin, bold = picture.axes[0].collections
    assert len(thin.get_paths()) > len(bold.get_paths()) > 0
    entries = [it.get_text() for it in picture.legends[0].texts]
    assert entries == ["class 0", "class 1", "median seed", "other seeds"]
    check_texts(picture)
