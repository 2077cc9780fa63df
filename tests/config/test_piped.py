"""Configs that come through a pipe: read once, without a name and a folder of their own."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from example_config import CONFIG, complaints

from lossbench.config.complaints import ConfigError
from lossbench.config.load import load, load_all
from lossbench.config.pipes import is_piped
from lossbench.suite.load import of_files

Kind = Callable[[Path, str], AbstractContextManager[Path]]
DATA = "dataset: {file: d.csv, target: y}\nmodel: {hidden: [5]}\nloss: {name: bce}\nepochs: 1\n"


@contextmanager
def fifo(folder: Path, text: str) -> Iterator[Path]:
    """A pipe with a path, such as one of mkfifo; whoever reads it again finds nothing."""
    path = folder / "pipe.yaml"
    os.mkfifo(path)
    done = Event()

    def write() -> None:
        path.write_text(text)
        while not done.is_set():
            path.write_text("")

    writer = Thread(target=write, daemon=True)
    writer.start()
    try:
        yield path
    finally:
        done.set()
        while writer.is_alive():  # it waits for a reader
            os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
            writer.join(0.1)


@contextmanager
def descriptor(folder: Path, text: str) -> Iterator[Path]:
    """A file that a shell opened: /dev/stdin < it.yaml."""
    (folder / "it.yaml").write_text(text)
    with (folder / "it.yaml").open() as file:
        yield Path(f"/dev/fd/{file.fileno()}")


@contextmanager
def pipe(_folder: Path, text: str) -> Iterator[Path]:
    """What bash makes of <(...)."""
    ends = os.pipe()
    os.write(ends[1], text.encode())
    os.close(ends[1])
    yield Path(f"/dev/fd/{ends[0]}")
    os.close(ends[0])


@pytest.mark.parametrize("kind", [pipe, descriptor, fifo])
def test_a_piped_config_is_read_once_and_has_the_name_of_its_loss(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("d.csv").write_text("a,y\n" + "1,0\n2,1\n" * 20)
    with kind(tmp_path, DATA) as path:
        configs = of_files([str(path)])
        assert not configs.seem_stored([])
        (case,) = load_all(configs.paths)
    assert case.experiment.name == "bce"
    assert case.experiment.dataset.file == "d.csv"  # from the working directory
    assert configs.folder(case.path, "", "bce") == Path("results/bce")


@pytest.mark.parametrize("kind", [pipe, descriptor, fifo])
def test_a_piped_config_may_state_its_name(kind: Kind, tmp_path: Path) -> None:
    with kind(tmp_path, f"name: mine\n{CONFIG}") as path:
        assert load(path).name == "mine"


def test_piped_configs_of_one_loss_have_one_name(tmp_path: Path) -> None:
    with pipe(tmp_path, CONFIG) as first, pipe(tmp_path, CONFIG) as second:
        lines = complaints(first, second)
    assert lines == [f"{second}:1: name: 'hinge' is the name of {first} too"]


@pytest.mark.parametrize("loss", ["loss: [1]", "loss: ../x", ""])
def test_what_is_wrong_with_a_piped_config_is_not_its_name(loss: str, tmp_path: Path) -> None:
    with pipe(tmp_path, CONFIG.replace("loss: hinge", loss)) as path:
        lines = complaints(path)
    assert [it.partition(": ")[2].partition(":")[0] for it in lines] in (["loss"], ["loss.name"])


def test_a_broken_pipe_takes_no_name_from_a_file(tmp_path: Path) -> None:
    with pipe(tmp_path, "a: [") as path:
        (tmp_path / f"{path.name}.yaml").write_text(CONFIG)
        with pytest.raises(ConfigError) as caught:
            load_all([path, tmp_path / f"{path.name}.yaml"])
    assert len(caught.value.mistakes) == 1


@pytest.mark.parametrize("path", ["/dev/shm/it.yaml", "fd/63", "/dev/fd/63/it.yaml", "\0", "none"])
def test_other_paths_are_those_of_files(path: str) -> None:
    assert not is_piped(Path(path))


@pytest.mark.parametrize("path", ["/dev/stdin", "/dev/fd/63", "/proc/self/fd/11"])
def test_paths_of_a_shell_are_those_of_pipes(path: str) -> None:
    assert is_piped(Path(path))
