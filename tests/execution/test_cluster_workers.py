"""Workers that are not to be trusted: a real worker, which answers what it is told to."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from dask_cluster import HANGS, DaskCluster
from distributed import Client

from lossbench.execution import cluster, cluster_workers
from lossbench.execution.cluster_workers import ClusterError
from lossbench.execution.work import Work
from lossbench.suite.finish import Failure

pytestmark = pytest.mark.slow

# A worker that answers by the name of the experiment, and tells the environment that a file says.
LIAR = """
import time
from lossbench.execution import batches
from lossbench.results.result import Training

class Unreadable(Exception):
    def __reduce__(self):
        return eval, ("1 / 0",)

def raises(error):
    raise error

ANSWERS = {
    "forged": lambda seeds: ([Training(it, False, {}, {}, {}, ()) for it in seeds], None),
    "unreadable": lambda _: ([], Unreadable()),
    "unsendable": lambda _: (it for it in ()),
    "exit": lambda _: ([], SystemExit(0)),
    "error": lambda _: ([], ValueError("\x1b[31m red" + "!" * 10**7)),
    "system": lambda _: raises(FileNotFoundError(2, "is gone", "its data")),
    "strange": lambda _: raises(Unreadable("is strange")),
}

def train_batch(experiment, split, seeds):
    with open("calls", "a") as file:
        print(experiment.name, file=file)
    return ANSWERS[experiment.name](seeds)

ours = batches.environment()
ENVIRONMENTS = {
    "": lambda: ours,
    "none": lambda: None,
    "unreadable": lambda: Unreadable(),
    "strange": lambda: raises(Unreadable("is strange")),
    "long": lambda: {**ours, "Keras": "\x1b[31m red" + "!" * 10**7},
    "late": lambda: time.sleep(4) or ours,
}

def environment():
    with open("environment") as file:
        return ENVIRONMENTS[file.read()]()

batches.environment = environment
batches.train_batch = train_batch
"""


@pytest.fixture(scope="module")
def liar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DaskCluster, Path]]:
    """A scheduler whose only worker is not to be trusted, and the folder of both."""
    folder = tmp_path_factory.mktemp("liar")
    (folder / "environment").write_text("")
    with DaskCluster(folder) as dask:
        dask.worker("--no-nanny", site=LIAR)
        with Client(dask.address) as client:
            client.wait_for_workers(1, timeout=HANGS)
        yield dask, folder


@pytest.mark.thorough
@pytest.mark.usefixtures("short_batches")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("forged", "has impossible final figures"),
        ("unreadable", "cannot be read"),
        ("unsendable", "cannot be read"),
        ("exit", "has an unknown form"),
    ],
)
def test_worker_with_a_wrong_answer_gets_no_more_work_though_nobody_else_is_there(
    name: str, words: str, liar: tuple[DaskCluster, Path], works: list[Work]
) -> None:
    dask, folder = liar
    assert until_it_waits(dask, named(works[0], name)).endswith(f"its answer {words}")
    # Of four batches it had two before its first answer was here.
    assert (folder / "calls").read_text().split().count(name) <= 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("error", r"ValueError: \N{REPLACEMENT CHARACTER}\[31m red!+\.\.\.$"),
        ("system", "its data: is gone$"),
        ("strange", "is strange"),
    ],
)
def test_error_is_believed_and_told_on_one_line(
    name: str, words: str, liar: tuple[DaskCluster, Path], works: list[Work]
) -> None:
    work = named(works[0], name)
    with cluster.at(liar[0].address, print) as many:
        ((_, error),) = many.train([work])
    assert isinstance(error, Exception)
    text = str(Failure(work.experiment, error))
    assert re.search(words, text)
    assert text.isprintable()
    assert len(text) <= 1000


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none", "Keras unknown instead of"),
        ("unreadable", "its answer is ZeroDivisionError"),
        ("strange", "is strange"),
        ("long", r"Keras \\x1b\[31m red!+\.\.\. instead of"),
    ],
)
def test_worker_whose_environment_cannot_be_compared_gets_no_work(
    name: str, words: str, liar: tuple[DaskCluster, Path], works: list[Work]
) -> None:
    dask, folder = liar
    (folder / "environment").write_text(name)
    why = until_it_waits(dask, named(works[0], "error"))
    (folder / "environment").write_text("")
    assert re.search(words, why)
    assert why.isprintable()
    assert len(why) < 1000


def test_worker_that_says_nothing_is_not_waited_for(
    liar: tuple[DaskCluster, Path], works: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    dask, folder = liar
    (folder / "environment").write_text("late")
    monkeypatch.setattr(cluster_workers, "WORKER_SECONDS", 1)
    told: list[str] = []
    with (
        cluster.at(dask.address, told.append) as many,
        pytest.raises(ClusterError, match="no suitable worker for 1 s"),
    ):
        list(many.train(works[:1]))
    assert told[0].endswith("gets no work: its answer has not come within 1 s")


class Waits(Exception):
    pass


def until_it_waits(dask: DaskCluster, work: Work) -> str:
    """Train until no worker is left, and give the reason why the only one gets no work."""
    told: list[str] = []

    def warn(message: str) -> None:
        if "waiting" in message:
            raise Waits
        told.append(message)

    with cluster.at(dask.address, warn) as many, pytest.raises(Waits):
        list(many.train([work]))
    (why,) = told
    assert "gets no work: " in why
    return why


def named(work: Work, name: str) -> Work:
    return replace(work, experiment=work.experiment.model_copy(update={"name": name}))
