"""What ``lossbench choose`` said of the results in a folder, for the top of the page."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lossbench.evidence.choice_text import DOCUMENT
from lossbench.results.files import DamagedResult, limited_content
from lossbench.tables.metrics import METRICS

DAMAGED = "is damaged, or is of another version; run 'lossbench choose' again"
MOST_BYTES, MOST_VALUES = 2**22, 200_000


class Answer(BaseModel):
    """The answer in sentences, and the table and the remarks below it.

    ``metric`` is what the losses were chosen by. The first row of the ``table`` has the headings,
    and the first cell of each other row a name.
    """

    model_config = ConfigDict(strict=True)

    sentences: list[str] = Field(alias="answer", min_length=1)
    table: list[list[str]]
    remarks: list[str]
    metric: str


def read_answer(folder: Path) -> Answer | None:
    """The answer in a folder, None where it has none. Raises DamagedResult."""
    path = folder / DOCUMENT
    if not path.exists():
        return None
    try:
        answer = Answer.model_validate_json(limited_content(path, MOST_BYTES, MOST_VALUES))
    except ValidationError:
        raise DamagedResult(path, DAMAGED) from None
    widths = {len(row) for row in answer.table}
    if len(widths) != 1 or 0 in widths or answer.metric not in METRICS:
        raise DamagedResult(path, DAMAGED)
    return answer
