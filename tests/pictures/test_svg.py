"""A picture inside a page."""

import re

import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure

from lossbench.pictures.style import LINES, STYLE, literal
from lossbench.pictures.svg import inline


def drawn(description: str = "a line") -> str:
    picture = Figure()
    panel = picture.subplots()
    panel.plot([0, 1], color=LINES[0], label="train")
    panel.set_title("1.23456 <b> is kept")
    panel.legend()
    return inline(picture, "first", description)


def test_every_id_and_what_refers_to_it_has_the_name_of_the_picture() -> None:
    text = drawn()
    ids = set(re.findall(r' id="([^"]*)"', text))
    referred = set(re.findall(r'(?:href="#|url\(#)([^")]*)', text))
    assert referred <= ids
    assert all(it.startswith("first-") for it in ids)
    assert drawn() == text


def test_colours_are_those_of_the_page_and_texts_stay_as_they_are() -> None:
    text = drawn()
    assert "stroke: var(--line-1)" in text
    assert "#0072b2" not in text
    assert "1.23456 &lt;b&gt; is kept" in text
    assert "font-family" not in text
    assert not re.search(r'd="[^"]*\.\d{3}', text)


def test_the_description_is_escaped() -> None:
    assert 'role="img" aria-label="&#34;&gt;&lt;script&gt;"' in drawn('"><script>')


@pytest.mark.filterwarnings("error")
def test_a_name_of_a_person_s_data_stays_as_it_is() -> None:
    with rc_context(STYLE):
        picture = Figure()
        names = ("price in $", "$a$ and $b$", "损失")
        for number, name in enumerate(names):
            picture.text(0.1, 0.2 * number, literal(name))
    text = inline(picture, "first", "")
    assert all(f">{name}<" in text for name in names)
