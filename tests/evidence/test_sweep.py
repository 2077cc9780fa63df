"""The table of a sweep, and its best point."""

import json
from dataclasses import replace

from made_up import LOSSES, RATES, WRONG_LABELS, result_of_case, sweep_of

from lossbench.config.load import load_all
from lossbench.evidence.sweep import as_document, as_markdown, sweeps, table, verdict
from lossbench.pictures.of_sweep import picture
from lossbench.results.result import PARTS
from lossbench.text import to_json


def test_the_best_point_has_the_best_test_median() -> None:
    accuracy, error = sweep_of("hinge", RATES, diverged={3: 10}), sweep_of("mse", RATES)
    assert accuracy.best is accuracy.points[2]
    assert error.best is error.points[0]
    assert (
        "Best median test accuracy: 0.376, with learning_rate 0.1. "
        "Picked on the test rows, so expect slightly worse on new ones." in as_markdown(accuracy)
    )


def test_points_too_close_to_the_best_to_matter_are_named_and_what_a_constant_reaches() -> None:
    cases = load_all(["hinge"], {"repeats": 10}, [RATES])
    values = (0.5, 0.9, 0.895, 0.6)
    constants = ({part: {"accuracy": 0.5} for part in PARTS},)
    results = [
        replace(result_of_case(case, it), constants=constants)
        for case, it in zip(cases, values, strict=True)
    ]
    (sweep,) = sweeps(cases, results, {})
    assert verdict(sweep) == (
        "Best median test accuracy: 0.846, with learning_rate 0.01. "
        "Too close to matter: learning_rate 0.1 (0.842). A constant reaches 0.500. "
        "Picked on the test rows, so expect slightly worse on new ones."
    )
    worse = [
        replace(it, constants=({part: {"accuracy": 0.85} for part in PARTS},)) for it in results
    ]
    assert verdict(sweeps(cases, worse, {})[0]).startswith(
        "No point is better than a constant by enough to matter. Best median test accuracy: 0.846"
    )
    assert as_document(sweep)["points"][0]["constant"] == {"train": 0.5, "test": 0.5}


def test_of_data_that_are_disturbed_in_several_ways_none_is_the_best() -> None:
    assert verdict(sweep_of("hinge", WRONG_LABELS, diverged={1: 10, 3: 9})) == (
        "Median test accuracy: 0.0941 with labels 0; none with labels 0.1, as every seed diverged; "
        "0.376 with labels 0.2; 0.785 (9 of 10 seeds diverged) with labels 0.4."
    )


def test_of_data_that_are_disturbed_alike_the_best_point_is_told() -> None:
    cases = load_all(["hinge"], {"repeats": 10}, [LOSSES, WRONG_LABELS])
    values = (0.9, 0.8, 0.7, 0.6, 0.895, 0.85, 0.6, 0.5, 0.7, 0.845, 0.75, 0.4)
    results = [result_of_case(case, it) for case, it in zip(cases, values, strict=True)]
    (sweep,) = sweeps(cases, results, {})
    assert verdict(sweep) == (
        "Best median test accuracy: 0.846 with labels 0, loss hinge (too close to matter: loss "
        "squared_hinge (0.842)); 0.799 with labels 0.1, loss squared_hinge (too close to matter: "
        "loss binary_crossentropy (0.795)); 0.705 with labels 0.2, loss binary_crossentropy; 0.564 "
        "with labels 0.4, loss hinge. Picked on the test rows, so expect slightly worse on new "
        "ones."
    )
    many = sweep_of(
        "hinge",
        f"dataset.disturb.random_state={','.join(map(str, range(12)))}",
        "dataset.disturb.labels=0.1",
    )
    assert verdict(many).endswith(" with random_state 7; 4 more are in the table.")


def test_of_different_data_none_is_the_best() -> None:
    assert verdict(sweep_of("hinge", "dataset.noise=0.1,0.2")).startswith("Median test accuracy: ")
    scaled = verdict(sweep_of("hinge", "dataset.standardize.features=all,train"))
    assert scaled.startswith("Best median test accuracy: ")


def test_a_best_point_whose_seeds_diverged_says_so() -> None:
    text = as_markdown(sweep_of("hinge", RATES, diverged={3: 9}))
    assert "0.785 (9 of 10 seeds diverged), with learning_rate 1." in text


def test_there_is_no_best_point_where_every_seed_diverged() -> None:
    sweep = sweep_of("mse", "epochs=5,6", diverged={0: 10, 1: 10})
    assert sweep.best is None
    assert "\n\nEvery seed diverged.\n\n" in as_markdown(sweep)


def test_an_axis_has_the_key_its_values_and_a_short_name() -> None:
    sweep = sweep_of("hinge", RATES, LOSSES)
    assert [(it.dotted, it.label, it.numeric) for it in sweep.axes] == [
        ("optimizer.learning_rate", "learning_rate", True),
        ("loss", "loss", False),
    ]
    assert sweep.axes[1].values == ("hinge", "squared_hinge", "binary_crossentropy")
    sweep = sweep_of("mse", "optimizer.name=SGD,Adam", "loss.name=mse,mae")
    assert table(sweep)[0][:2] == ["optimizer.name", "loss.name"]


def test_three_keys_make_a_table_and_say_that_there_is_no_picture() -> None:
    sweep = sweep_of("hinge", "optimizer.momentum=0,0.9", "epochs=1,2", "batch_size=8,16")
    assert picture(sweep) is None
    assert "There is no picture: it would need 3 axes." in as_markdown(sweep)
    columns, rows = table(sweep)
    assert columns == ["momentum", "epochs", "batch_size", "train", "test", "diverged"]
    assert [row[:3] for row in rows[:3]] == [["0", "1", "8"], ["0", "1", "16"], ["0", "2", "8"]]


def test_points_that_failed_are_named_with_the_reason() -> None:
    cases = load_all(["hinge"], {"repeats": 10}, [RATES])
    name = cases[1].experiment.name
    results = [result_of_case(case, 0.5) for case in cases if case is not cases[1]]
    (sweep,) = sweeps(cases, results, {name: "OSError: no room"})
    assert f"{name} failed: OSError: no room" in as_markdown(sweep)
    document = json.loads(to_json(as_document(sweep)))
    assert document["failed"] == {name: "OSError: no room"}
    assert len(document["points"]) == 3
    assert sweeps(cases, [], {}) == []
