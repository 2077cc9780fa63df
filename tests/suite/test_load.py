"""Where results go, and when TensorFlow is imported early."""

from pathlib import Path

import pytest
from command import lossbench
from small_experiments import MOONS

from lossbench.config.bundled import BUNDLED
from lossbench.config.complaints import ConfigError
from lossbench.suite.load import Options, load, of_files, of_folder


@pytest.mark.parametrize(
    ("config", "out", "folder"),
    [
        ("hinge", None, "results"),
        ("5000-samples/hinge", None, "results/5000-samples"),
        (str(BUNDLED / "5000-samples" / "hinge.yaml"), None, "results/5000-samples"),
        ("5000-samples/hinge", "mine", "mine"),
        ("my/hinge.yaml", None, "results"),
    ],
)
def test_results_of_a_config_go_to_a_folder_like_that_of_a_bundled_one(
    config: str, out: str | None, folder: str
) -> None:
    configs = of_files([config], Path(out) if out else None)
    assert configs.folder(configs.paths[0], "sweep", "it") == Path(folder, "sweep", "it")
    assert not configs.summarized


def test_results_of_a_folder_go_to_a_folder_of_its_name(tmp_path: Path) -> None:
    assert of_folder().out == Path("results")
    assert len(of_folder().paths) == 9
    with pytest.raises(ConfigError, match="holds no config"):
        of_folder(tmp_path)
    (tmp_path / "it.yaml").write_text(MOONS)
    assert of_folder(tmp_path).out == Path("results", tmp_path.name)
    configs = of_folder(tmp_path, Path("out"))
    assert configs.folder(configs.paths[0], "", "it") == Path("out", "it")
    assert configs.summarized


def test_a_bundled_folder_is_known_by_its_name_unless_there_is_one_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    named, by_path = of_folder(Path("square-loss")), of_folder(BUNDLED / "square-loss")
    assert named == by_path
    assert named.out == Path("results", "square-loss")
    assert named.claims == BUNDLED / "square-loss" / "claims.yaml"
    with pytest.raises(ConfigError, match=r"did you mean 'square-loss'\? allowed: 5000-samples, "):
        of_folder(Path("square-los"))
    Path("square-loss").mkdir()
    Path("square-loss", "it.yaml").write_text(MOONS)
    assert of_folder(Path("square-loss")).paths == (Path("square-loss", "it.yaml"),)


def test_configs_seem_stored_where_every_point_of_a_sweep_has_a_result(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(MOONS)
    configs, rates = of_folder(tmp_path, tmp_path / "out"), "optimizer.learning_rate=0.1,0.2"
    suite = load(configs, Options({"epochs": 1}, [rates]))
    assert [it.name for it in suite.experiments] == ["it+learning_rate=0.1", "it+learning_rate=0.2"]
    assert {it.epochs for it in suite.experiments} == {1}
    assert not configs.seem_stored([rates])
    assert lossbench(tmp_path, "run", "it.yaml", "--out", "out", "--set", rates).returncode == 0
    assert configs.seem_stored([rates])
    assert not configs.seem_stored([])
