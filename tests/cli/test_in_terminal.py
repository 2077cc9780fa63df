"""Commands in a terminal, of any width and encoding, and in a pipe."""

import re
from pathlib import Path

import pytest
from command import lossbench, lossbench_process
from pseudo_terminal import ESCAPES, in_terminal
from small_experiments import MOONS

pytestmark = pytest.mark.slow
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ROWS = "".join(f"{n % 7},{n % 5},{n % 7 + n % 5},{n % 7 - n % 5}\n" for n in range(60))
CONFIG = """\
dataset: {file: häuser.csv, target: [größe, Δ温度]}
model: {hidden: [3]}
loss: mse
epochs: 2
repeats: 2
"""
LIMITED = {
    "ascii": {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    "cp1252": {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    "utf-8": {"PYTHONIOENCODING": "utf-8"},
}
# Names as each encoding can write them.
SIZE = {"ascii": r"gr\xf6\xdfe", "cp1252": "größe", "utf-8": "größe"}
HEAT = {"ascii": r"\u0394\u6e29\u5ea6", "cp1252": r"\u0394\u6e29\u5ea6", "utf-8": "Δ温度"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Configs of data with names from many alphabets, and their stored results."""
    place = tmp_path_factory.mktemp("größe")
    (place / "häuser.csv").write_text(f"länge,breite,größe,Δ温度\n{ROWS}", encoding="utf-8")
    for name in ("plain", "other"):
        (place / f"{name}.yaml").write_text(CONFIG, encoding="utf-8")
    done = lossbench(place, "run", "plain.yaml", "other.yaml", "--out", "größen")
    assert done.returncode == 0, done.stderr
    return place


def test_a_training_tells_its_stages_and_ends_with_one_table_and_what_to_do(
    tmp_path: Path,
) -> None:
    (tmp_path / "moons.yaml").write_text(MOONS)
    shown = in_terminal(tmp_path, "run", "moons.yaml")
    assert shown.code == 0
    stages = [shown.text.index(it) for it in ("importing TensorFlow", "compiling moons")]
    assert stages == sorted(stages)
    assert shown.text.index("writing moons") > stages[-1]
    assert "median of" not in shown.text
    assert shown.lines[0].split() == ["experiment", "metric", "train", "test", "constant"]
    assert [line.startswith("moons ") for line in shown.lines].count(True) == 1
    assert shown.lines[-1] == "Written: results/moons. Next: lossbench report --open"
    again = in_terminal(tmp_path, "run", "moons.yaml")
    assert "2 of 2 seeds are stored" in again.text
    assert again.lines[-1] == "Stored: results/moons. Next: lossbench report --open"
    assert again.lines[-6:-1] == shown.lines[-6:-1]
    plotted = in_terminal(tmp_path, "plot", "moons")
    assert "results/pictures/learning_curves_moons.png" in plotted.lines
    assert plotted.lines[-1] == "Next: lossbench report results/moons --open"


@pytest.mark.thorough
def test_a_dumb_terminal_gets_no_escape_codes_of_a_training(tmp_path: Path) -> None:
    (tmp_path / "moons.yaml").write_text(MOONS)
    shown = in_terminal(tmp_path, "run", "moons.yaml", TERM="dumb")
    assert shown.code == 0
    assert b"\x1b" not in shown.raw
    assert "importing TensorFlow\ncompiling moons\nmoons: 2 of 2 seeds done\n" in shown.text


@pytest.mark.parametrize(("encoding", "columns"), [("ascii", 20), ("cp1252", 40), ("utf-8", 80)])
def test_nothing_of_stored_results_is_lost_in_a_terminal(
    place: Path, encoding: str, columns: int
) -> None:
    arguments = ("run-all", ".", "--out", "größen")
    shown = in_terminal(place, *arguments, columns=columns, **LIMITED[encoding])
    assert shown.code == 0
    text = ESCAPES.sub("", shown.raw.decode(encoding))
    flat = re.sub(r"[\s|]", "", text)
    for result in ("plain", "other"):
        assert f"{result}mse" in flat or f"{result}:mse" in flat
    for name in (SIZE[encoding], HEAT[encoding]):
        assert name in flat
    figures = re.findall(r"\d[\d.e+-]*\[[\d.e+-]+,[\d.e+-]+\]", flat)
    assert len(figures) == 2 * 3 * 2
    assert "Traceback" not in text
    assert ("\N{BOX DRAWINGS LIGHT HORIZONTAL}" in text) == (encoding == "utf-8" and columns == 80)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "line",
    [
        "run plain.yaml other.yaml --out größen",
        "run-all . --out größen",
        "compare größen --pictures bilder",
        "report größen",
        "validate plain.yaml",
        "list",
        "choose häuser.csv --target größe --out wahl --losses mse,mae --splits 2 --epochs 2",
    ],
)
def test_a_command_ends_well_where_an_encoding_lacks_what_it_prints(place: Path, line: str) -> None:
    shown = in_terminal(place, *line.split(), columns=40, **LIMITED["cp1252"])
    assert shown.code == 0
    text = shown.raw.decode("cp1252")
    assert "\\u2" not in text  # no box, no bar, no ellipsis became an escape
    piped = lossbench_process(place, *line.split(), **LIMITED["ascii"])
    assert piped.returncode == 0
    for printed in (text, piped.stdout, piped.stderr):
        assert "Traceback" not in printed


@pytest.mark.parametrize("line", ["compare größen", "explain huber", "explain", "list losses"])
def test_colour_that_is_forced_breaks_no_line_in_a_pipe(place: Path, line: str) -> None:
    plain, forced = (
        lossbench_process(place, *line.split(), FORCE_COLOR=it, PYTHONUTF8="1", COLUMNS="30")
        for it in ("", "1")
    )
    assert (COLOUR.sub("", forced.stdout), forced.stderr) == (plain.stdout, plain.stderr)
    assert max(map(len, plain.stdout.splitlines())) > 60


@pytest.mark.thorough
def test_each_command_ends_in_a_terminal_with_what_it_wrote_and_what_can_follow(
    place: Path,
) -> None:
    report = "lossbench report 'größen' --open"
    for arguments, last in (
        (("compare", "größen"), f"Next: {report}"),
        (
            ("compare", "größen", "--pictures", "bilder"),
            f"Written: 1 picture in bilder. Next: {report}",
        ),
        (("report", "größen"), "Next: open it in a browser, as --open does"),
        (("validate", "plain.yaml"), "Next: lossbench run plain.yaml"),
        (
            ("run", "plain.yaml", "--out", "größen"),
            f"Stored: größen/plain. Next: {report}",
        ),
    ):
        assert in_terminal(place, *arguments).lines[-1] == last
    for option in ("--quiet", "--json"):
        done = in_terminal(place, "run", "plain.yaml", option, "--out", "größen")
        assert "Next" not in done.text
