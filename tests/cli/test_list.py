"""``lossbench list``."""

import json
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
    assert len(catalogue["experiments"]) == 16
    assert [load(name).name for name in catalogue["experiments"][9:]] == [
        name.removeprefix("5000-samples/") for name in catalogue["experiments"][9:]
    ]
    assert catalogue["losses"]["hinge"]["labels"] == "-1/1"
    lines = [line.split() for line in text.stdout.splitlines()]
    names = [*catalogue["experiments"], *catalogue["losses"], *catalogue["generators"]]
    names += [*catalogue["optimizers"], *catalogue["schedules"]]
    assert max(map(len, text.stdout.splitlines())) <= 80
    for name in names:
        assert name in {line[0] for line in lines if line}
    assert ["hinge", "binary", "1", "tanh", "-1/1"] in lines
    assert catalogue["losses"]["huber"]["output_activations_on_classes"] == ["linear", "softmax"]
    assert ["huber", "regression", "1", "linear", "real,", "one-hot"] in lines
