"""The section of a dataset that says how rows are drawn for its two parts."""

from typing import Annotated

from pydantic import Field, model_validator

from lossbench.config.sections.base import Section, off, refusal


class SplitOptions(Section):
    """How rows are chosen for the two parts: arguments of ``train_test_split``.

    ``group`` names the column of a file whose equal values belong together: all rows of a group are
    in one part, and the column is no feature. ``time`` names a column of dates or numbers: training
    rows are earlier than test rows.
    """

    shuffle: bool = True
    stratify: bool = False
    random_state: Annotated[int, Field(ge=0, lt=2**32)] = 0
    group: str | None = Field(None, exclude_if=off)
    time: str | None = Field(None, exclude_if=off)

    @model_validator(mode="after")
    def _draw_in_one_way(self) -> "SplitOptions":
        if self.stratify and not self.shuffle:
            raise refusal("stratify", "needs shuffle: true", self.stratify)
        if self.group is not None and not self.shuffle:
            raise refusal("group", "needs shuffle: true", self.group)
        if self.time is not None and self.group is not None:
            raise refusal("time", "cannot stand beside group: rows are split by one", self.time)
        if self.time is not None and self.stratify:
            raise refusal("stratify", "cannot stand beside time, which orders rows", self.stratify)
        return self
