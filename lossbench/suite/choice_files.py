"""The files of a choice, which lie beside the folders of its losses."""

from pathlib import Path

from lossbench.config.sections.tune import LEARNING_RATE
from lossbench.config.tuned import with_point
from lossbench.config.yaml_writer import to_yaml
from lossbench.data.parts import ALL
from lossbench.evidence import choice_text
from lossbench.evidence.choice import Choice
from lossbench.evidence.choice_text import DOCUMENT
from lossbench.results import atomic
from lossbench.suite import CHOSEN
from lossbench.text import to_json

MARKS = {DOCUMENT: rb'\{\n  "answer": ', CHOSEN: b"# Trains the loss that was chosen"}


def refuse(folder: Path) -> None:
    """Raise FileExistsError if a choice would replace a file that lossbench did not write."""
    for name, mark in MARKS.items():
        atomic.refuse_file(folder / name, mark)


def write(choice: Choice, folder: Path) -> None:
    """Write the document of a choice, and the config that trains it on all rows."""
    atomic.replace_file(folder / DOCUMENT, to_json(choice_text.as_document(choice)).encode())
    atomic.replace_file(folder / CHOSEN, chosen_config(choice, folder).encode())


def chosen_config(choice: Choice, folder: Path) -> str:
    """The config that trains the chosen loss on all rows, with the values that tuning chose."""
    experiment = choice.experiment
    best = choice.best
    middle = next((it for it in best.tuned if it[LEARNING_RATE] == best.rate), {})
    chosen = with_point(experiment, middle)
    changed = {
        "dataset": chosen.dataset.model_copy(
            update={"train_size": ALL, "split": None, "disturb": None}
        ),
        "epochs": best.epochs,
        "splits": 1,
        "early_stopping": None,
        "tune": None,
        "final_metrics": (),
    }
    final = chosen.model_copy(update=changed).seen_from(folder)
    head = (
        f"{MARKS[CHOSEN].decode()} on all rows.\n"
        f"# Its epochs and its learning rate are the medians over {choice.splits} splits.\n"
    )
    if chosen.dataset.disturb is not None:
        head += "# The rows are as they are: dataset.disturb was for choosing.\n"
    return head + to_yaml(final)
