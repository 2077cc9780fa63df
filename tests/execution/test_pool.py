"""Training processes that are kept, renewed and replaced."""

from collections.abc import Callable
from multiprocessing.process import BaseProcess

import pytest
from dask_cluster import assert_as_expected

from lossbench.execution import cluster, pool
from lossbench.execution.work import Event, Work


@pytest.mark.thorough
@pytest.mark.usefixtures("short_batches")
def test_jobs_survive_a_process_that_is_killed_and_renew_those_that_have_compiled_much(
    works: list[Work],
    expected: list[dict[str, bytes]],
    new_children: Callable[[], list[BaseProcess]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "PROGRAMS_PER_PROCESS", 2)
    seen: set[int | None] = set()
    got: list[Event] = []
    with cluster.local(1, print) as many:
        many.start()
        (waits,) = new_children()
        waits.kill()
        waits.join()
        for event in many.train(works):
            alive = new_children()
            if not got:
                (process,) = alive
                process.kill()
            seen |= {process.pid for process in alive}
            got.append(event)
    assert_as_expected(works, got, expected)
    # The one that is killed at work, one that has compiled both programs, and the next.
    assert len(seen) == 3
    assert new_children() == []
