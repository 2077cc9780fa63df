"""Training processes that are kept, renewed and replaced."""

import os
from collections.abc import Callable
from multiprocessing.process import BaseProcess

import pytest

from lossbench.execution import pool, template
from lossbench.execution.pool import TrainingProcessPool
from lossbench.execution.work import TrainingProcessDied


@pytest.mark.thorough
def test_a_process_is_kept_until_it_dies_or_has_compiled_much(
    new_children: Callable[[], list[BaseProcess]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "PROGRAMS_PER_PROCESS", 2)
    kept, seen = TrainingProcessPool(), []
    for key, kill in (("a", False), ("a", True), ("a", False), ("b", False), ("b", False)):
        with kept.lend(key) as lent:
            lent.process.start()
            (process,) = new_children()
            seen.append(process.pid)
            if kill:
                with pytest.raises(TrainingProcessDied):
                    lent.process.call(os._exit, 1)
                kept.end(lent)
    first, again, after_death, same, renewed = seen
    assert first == again != after_death == same != renewed
    assert template.has_imported()
    kept.end(lent)
    assert new_children() == []
    assert not template.has_imported()
