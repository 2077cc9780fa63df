"""What keeps data from being used, and the keys of the config that go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lossbench.data.arrays import DatasetError


@dataclass(frozen=True)
class Fault:
    """Something in a data file that a config has to decide.

    ``key`` is the key of the config's dataset that is to blame, ``what`` says what is wrong, and
    each of the ``ways`` which key goes on. ``remedy`` has the keys that a config to start with
    takes; it is empty where only a person can know.
    """

    key: str
    what: str
    ways: tuple[str, ...] = ()
    remedy: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """What is wrong, and what to do."""
        return "; ".join((self.what, *self.ways))


def refuse(faults: Sequence[Fault]) -> None:
    """Raise a DatasetError with all of these faults, if there are any."""
    if faults:
        first, *others = (DatasetError(it.key, it.message, has_way=bool(it.ways)) for it in faults)
        raise DatasetError(first.key, str(first), others, first.has_way)
