"""What is asked for beside a result: files for other programs, and pictures."""

from typing import NamedTuple

from lossbench.pictures.formats import PLAIN, Drawn


class Extras(NamedTuple):
    """Which files for other programs are asked for, and which pictures."""

    tensorboard: bool = False
    model: bool = False
    pictures: Drawn = PLAIN


NO_EXTRAS = Extras()
