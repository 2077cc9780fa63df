"""Data files of all kinds. Each is read once, and known by the digest of its bytes."""

import hashlib
import os
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path

from lossbench.data import array_files
from lossbench.data.array_files import ArrayNames, is_array_file
from lossbench.data.arrays import DatasetError
from lossbench.data.digest import add_rest
from lossbench.data.faults import Fault, refuse
from lossbench.data.freed import give_back
from lossbench.data.limits import MAX_BYTES
from lossbench.data.reading import arrow, excel, json_lines, text
from lossbench.data.reading.form import Form, Reading
from lossbench.data.reading.packed import GZIP, ZIP, unpack

CHANGED = (
    "has changed: its digest is not the 'sha256' of the config; without this key, the file is "
    "taken as it is"
)
# How each kind of file is read, by the end of its name.
TEXTS = (".csv", ".tsv", ".txt", ".tab", ".data", ".dat")
PARQUET = ".parquet"
ARROW = {PARQUET: arrow.PARQUET, ".feather": arrow.FEATHER}
JSON = (".jsonl", ".ndjson", ".json")
EXCEL = (".xlsx", ".xlsm")
SUFFIXES = (*TEXTS, *ARROW, *JSON, *EXCEL)
PACKED = (GZIP, ZIP)
# The keys of a config that say something of the form of each; any may have numbers in texts.
LINES = ("header", "skip_rows", "skip_footer", "decimal")
KEYS = {
    TEXTS: ("separator", "encoding", *LINES),
    EXCEL: ("sheet", *LINES),
    JSON: ("encoding", "decimal"),
    tuple(ARROW): ("decimal",),
}


class DataFile:
    """What is taken from the bytes of a data file.

    The digest, the columns and the places of rows are always those of the same bytes: but for
    Parquet, nothing here looks at the disk again. A Parquet file, whose bytes would be as many as
    all of its columns, is refused if it was changed until its columns were read.
    """

    def __init__(self, path: Path, content: bytes | Path) -> None:
        self.sha256 = _digest(content)
        self._name = path.name
        # None once it is read, as it may take much memory.
        self._content: bytes | Path | None = content
        self._read: tuple[Form, Reading] | None = None

    def can_be_read(self, form: Form) -> bool:
        """Whether the columns in this form are known, or the bytes to read them from."""
        return self._content is not None or (self._read is not None and self._read[0] == form)

    def read(self, form: Form) -> Reading:
        """The columns, which are shared: do not change them.

        Raises DatasetError where the file is not a table with rows.
        """
        if self._read is None or self._read[0] != form:
            assert self._content is not None
            try:
                reading = _read(self._name, self._content, form)
            except MemoryError:
                raise DatasetError("file", "needs more memory than there is") from None
            if isinstance(self._content, Path) and _digest(self._content) != self.sha256:
                raise DatasetError("file", CHANGED)
            self._read = form, reading
            self._content = None
            give_back()  # what reading took besides the columns
        return self._read[1]

    def most_values(self) -> int:
        """An upper bound of rows times columns, found without reading the values of a text.

        Raises DatasetError where the file is not a table.
        """
        if self._read is not None:
            return int(self._read[1].frame.size)
        assert self._content is not None
        if isinstance(self._content, Path):
            return prod(arrow.shape(self._content, arrow.PARQUET))
        name, content = unpack(self._name, self._content)
        suffix = Path(name).suffix.lower()
        if suffix in TEXTS:
            return text.most_values(content)
        if suffix in ARROW:
            return prod(arrow.shape(content, ARROW[suffix]))
        return int(self.read(Form()).frame.size)


def _read(name: str, content: bytes | Path, form: Form) -> Reading:
    if isinstance(content, Path):
        _refuse_idle(PARQUET, form)
        return arrow.read(content, arrow.PARQUET)
    name, content = unpack(name, content)
    suffix = Path(name).suffix.lower()
    _refuse_idle(suffix, form)
    if suffix in ARROW:
        return arrow.read(content, ARROW[suffix])
    if suffix in EXCEL:
        return excel.read(content, form)
    if suffix in JSON:
        return json_lines.read(content, form)
    if suffix in TEXTS:
        return text.read(content, form)
    raise DatasetError("file", f"holds {name!r}, which must end in one of {', '.join(SUFFIXES)}")


def _refuse_idle(suffix: str, form: Form) -> None:
    """Raise DatasetError with the keys that would do nothing for such a file."""
    keys = next((keys for suffixes, keys in KEYS.items() if suffix in suffixes), ())
    what = f"is not a key of {suffix} files; there are: {', '.join(keys)}"
    refuse([Fault(it, what) for it in form.keys if keys and it not in keys])


class DataFiles:
    """The data files of one command: each is read once, however many configs name it.

    Files may be large, so only the one that was read last is held in memory. Of the others only
    the digests are kept. One that has to be read again, and has changed, is refused: an experiment
    is never trained on other bytes than those of its digest.
    """

    def __init__(self) -> None:
        self._last: tuple[tuple[str, str], DataFile] | None = None  # with its identity
        self._digests: dict[Hashable, str] = {}

    def sha256(self, path: Path) -> str:
        """The digest of a file; raises DatasetError where the file cannot be read."""
        identity = _identity(path)
        if identity not in self._digests:
            self._digests[identity] = self._file(path).sha256
        return self._digests[identity]

    def sha256_of_arrays(self, path: Path, names: ArrayNames) -> str:
        """The digest of a file of arrays and of those beside it; raises DatasetError."""
        identity = (*_identity(path), names)
        if identity not in self._digests:
            self._digests[identity] = array_files.sha256(path, names)
        return self._digests[identity]

    def read(self, path: Path, sha256: str | None = None, form: Form | None = None) -> Reading:
        """The columns of a file in some form.

        Raises DatasetError where it cannot be read, or does not have that digest.
        """
        form = form or Form()
        file = self._file(path)
        if not file.can_be_read(form):
            known, self._last = file.sha256, None
            file = self._file(path)
            sha256 = sha256 or known
        if sha256 not in (None, file.sha256):
            raise DatasetError("file", CHANGED)
        return file.read(form)

    def most_values(self, path: Path) -> int:
        """An upper bound of rows times columns of a file; raises DatasetError."""
        return self._file(path).most_values()

    def forget(self) -> None:
        """Give back the memory of the file that was read last, once its data are split."""
        if self._last is not None:
            self._last = None
            give_back()

    def _file(self, path: Path) -> DataFile:
        identity = _identity(path)
        if self._last is None or self._last[0] != identity:
            self._last = None  # first, so that two large files are never held at once
            self._last = identity, DataFile(path, _content(path))
        return self._last[1]


def _identity(path: Path) -> tuple[str, str]:
    """The same for every way to a file; the suffix says how it is read."""
    try:
        return os.path.realpath(path), path.suffix.lower()
    except ValueError:  # not a path, as reading it will say
        return str(path), ""


def _content(path: Path) -> bytes | Path:
    """The bytes of a data file, or the path of Parquet, of which some columns can be read.

    Raises DatasetError where it cannot be read.
    """
    with _refusing():
        if reason := _reason_against(path):
            raise DatasetError("file", reason)
        return path if path.suffix.lower() == PARQUET else path.read_bytes()


def _digest(content: bytes | Path) -> str:
    """The digest of the bytes of a data file; raises DatasetError where they cannot be read."""
    digest = hashlib.sha256()
    if isinstance(content, bytes):
        digest.update(content)
    else:
        with _refusing(), content.open("rb") as file:
            add_rest(digest, file)
    return digest.hexdigest()


@contextmanager
def _refusing() -> Iterator[None]:
    """What keeps a file from being read becomes a DatasetError."""
    try:
        yield
    except OSError as error:
        raise DatasetError("file", f"cannot be read: {error.strerror}") from None
    except DatasetError:
        raise
    except ValueError as error:
        raise DatasetError("file", f"is not a path: {error}") from None


def _reason_against(path: Path) -> str:
    """Why a path cannot be read as a data file; empty where it can."""
    if path.is_dir():
        return "is a folder"
    if not path.exists():
        return "does not exist"
    if not path.is_file():
        return "is not a regular file"
    if is_array_file(path):
        return "has arrays, not columns: write a config of them; 'choose' takes a folder of configs"
    if path.suffix.lower() not in (*SUFFIXES, *PACKED):
        return f"must end in one of {', '.join((*SUFFIXES, *PACKED))}"
    if path.stat().st_size > MAX_BYTES:
        return f"is larger than {MAX_BYTES / 2**30:g} GB, the most that is read"
    return ""
