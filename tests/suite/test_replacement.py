"""A quick look, or a config that asks for less, replaces no stored result."""

from dataclasses import replace
from pathlib import Path

import pytest
from command import tree
from small_suites import Cases, TrainsHere

from lossbench.config.load import Case
from lossbench.suite.finish import Failure
from lossbench.suite.plan import Plan, make_plans
from lossbench.suite.run import run_plans


def planned(case: Case, folder: Path, *options: str, force: bool = False) -> Plan:
    """The plan for a case, some keys of which were given as options."""
    (plan,) = make_plans([replace(case, options=frozenset(options))], [folder], force)
    return plan


@pytest.mark.parametrize("options", [(), ("seed",)])
def test_seeds_that_overlap_the_stored_ones_replace_nothing(
    cases: Cases, out: Path, options: tuple[str, ...]
) -> None:
    (case,) = cases(["hinge"], seed=2, repeats=4)
    plan = planned(case, out / "hinge", *options)
    assert str(plan.error) == (
        f"{out / 'hinge'} holds seeds 0 to 3, which seeds 2 to 5 would replace: "
        "--out DIR writes elsewhere, --force replaces what is there"
    )
    process, before = TrainsHere(), tree(out)
    (outcome,) = run_plans([plan], process, lambda *_: None)
    assert isinstance(outcome, Failure)
    assert (process.trained, tree(out)) == ([], before)
    assert not planned(case, out / "hinge", *options, force=True).error


@pytest.mark.parametrize("trouble", ["history.csv", "config.yaml", ""])
def test_an_option_for_other_epochs_replaces_no_stored_result(
    cases: Cases, out: Path, trouble: str
) -> None:
    if trouble:
        (out / "hinge" / trouble).unlink()
    for changes, options, stays in (
        ({"epochs": 1}, ("epochs",), True),
        ({"epochs": 9}, ("epochs",), True),
        ({"epochs": 1, "repeats": 9}, ("epochs", "repeats"), True),
        ({"epochs": 1}, (), True),  # the config was edited, or an option had asked for more
        ({"epochs": 9}, (), False),
        ({"epochs": 1, "batch_size": 7}, ("epochs",), False),
    ):
        (case,) = cases(["hinge"], **{"repeats": 4, **changes})
        plan = planned(case, out / "hinge", *options)
        assert not planned(case, out / "hinge", *options, force=True).error
        if trouble == "config.yaml":  # then nobody knows which result it is
            said = "holds a result, which is not used (" if options else "None"
        elif stays:
            asks = f"--epochs {case.experiment.epochs}" if options else "1 epoch"
            said = f"holds 4 seeds of 5 epochs, which {asks} would replace: --set epochs="
        else:
            said = "None"
        assert str(plan.error).removeprefix(f"{out / 'hinge'} ").startswith(said)


def test_an_option_for_fewer_seeds_replaces_no_unusable_result(cases: Cases, out: Path) -> None:
    (out / "hinge" / "history.csv").unlink()
    (case,) = cases(["hinge"], repeats=1)
    assert str(planned(case, out / "hinge", "repeats").error) == (
        f"{out / 'hinge'} holds seeds 0 to 3, which seed 0 would replace "
        "(without its history.csv): --out DIR writes elsewhere, --force replaces what is there"
    )
    assert planned(case, out / "hinge").error is None
    (case,) = cases(["hinge"], repeats=5)
    assert planned(case, out / "hinge", "repeats").error is None
