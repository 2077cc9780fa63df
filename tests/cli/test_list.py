"""``lossbench list``."""

import json
from collections import Counter
from pathlib import Path

from command import lossbench
from plain_text import assert_plain

from lossbench.config.bundled import BUNDLED, in_folder
from lossbench.config.load import load


def test_list_names_all_there_is(tmp_path: Path) -> None:
    text, document = lossbench(tmp_path, "list"), lossbench(tmp_path, "list", "--json")
    assert text.returncode == document.returncode == 0
    assert_plain(text.stdout)
    catalogue = json.loads(document.stdout)
    assert catalogue["experiments"][:9] == [path.stem for path in in_folder(BUNDLED)]
    others = [name.split("/") for name in catalogue["experiments"][9:]]
    assert [load("/".join(name)).name for name in others] == [name for _, name in others]
    counts = {folder: len(in_folder(BUNDLED / folder)) for folder in catalogue["folders"]}
    assert counts == Counter(folder for folder, _ in others)
    assert catalogue["losses"]["hinge"]["labels"] == "-1/1"
    lines = [line.split() for line in text.stdout.splitlines()]
    names = [*catalogue["experiments"], *catalogue["losses"], *catalogue["generators"]]
    names += [*catalogue["optimizers"], *catalogue["schedules"]]
    assert max(map(len, text.stdout.splitlines())) <= 80
    for name in names:
        assert name in {line[0] for line in lines if line}
    assert ["hinge", "binary", "1", "tanh", "-1/1"] in lines
    assert ["5000-samples", "7"] in lines
    assert ["square-loss", "21", "Hui,", "Belkin", "and", "Wright"] in lines
    assert catalogue["losses"]["huber"]["output_activations_on_classes"] == ["linear", "softmax"]
    assert ["huber", "regression", "1", "linear", "real,", "one-hot"] in lines
