"""claims.json beside results: the claims about the configs that these are of.

``run-all`` writes it where the folder of the configs has claims. Those about bundled configs are
known without it.
"""

from pathlib import Path

from pydantic import ValidationError

from lossbench.config.sections.claims import KnownClaims
from lossbench.results.files import DamagedResult, limited_content
from lossbench.results.folders import holds_a_result
from lossbench.text import to_json

FILE_NAME = "claims.json"
MARK = rb'\A\{\n  "publication": '
MOST_BYTES, MOST_VALUES = 2**22, 200_000
DAMAGED = "is damaged, or is of another version; run 'lossbench run-all' again"


def as_bytes(claims: KnownClaims) -> bytes:
    """The file with the claims."""
    return to_json(claims.model_dump(mode="json", exclude_defaults=True)).encode()


def read_claims(folder: Path) -> KnownClaims | None:
    """The claims about the results in a folder, or about the one result whose folder it is.

    None where no claims are stored. Raises DamagedResult.
    """
    folders = (folder, folder.resolve().parent) if holds_a_result(folder) else (folder,)
    path = next((it for at in folders if (it := at / FILE_NAME).exists()), None)
    if path is None:
        return None
    try:
        return KnownClaims.model_validate_json(limited_content(path, MOST_BYTES, MOST_VALUES))
    except ValidationError:
        raise DamagedResult(path, DAMAGED) from None
