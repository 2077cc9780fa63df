"""Settings of Keras and TensorFlow from outside change no result."""

from collections.abc import Callable
from pathlib import Path

import keras
import pytest
from command import lossbench, lossbench_process
from small_experiments import CIRCLES

from lossbench.training.startup import LOG_MESSAGE, WrongSetting, import_training

pytestmark = pytest.mark.slow

ELSEWHERE = {
    "KERAS_BACKEND": "jax",
    "KERAS_NNX_ENABLED": "true",
    "KERAS_MAX_EPOCHS": "one",
    "TF_USE_LEGACY_KERAS": "1",
    "TF2_BEHAVIOR": "0",
    "TF_XLA_FLAGS": "--unknown",
    "XLA_FLAGS": "--unknown",
}


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "results" / "it").iterdir()}


@pytest.mark.thorough
# Keras reads an optimizer's learning rate in a way that NumPy deprecates.
@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
def test_settings_from_outside_change_no_byte(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(CIRCLES)
    run = ("run", "it.yaml", "--save-model", "--force", "--quiet")
    assert lossbench(tmp_path, *run).returncode == 0
    before = content(tmp_path)
    assert "model.keras" in before
    for place, keras_json in (
        (".keras", '{"floatx": "float64", "epsilon": 0.1, "image_data_format": "channels_first"}'),
        ("home", '{"floatx": "float3", "epsilon": 1, "backend": "torch"}'),
    ):
        (tmp_path / place).mkdir()
        (tmp_path / place / "keras.json").write_text(keras_json)
        home = {"KERAS_HOME": place} if place == "home" else {"HOME": str(tmp_path)}
        done = lossbench_process(tmp_path, *run, **ELSEWHERE, **home)
        assert (done.returncode, done.stderr) == (0, "")
        assert content(tmp_path) == before
        assert (tmp_path / place / "keras.json").read_text() == keras_json


@pytest.mark.parametrize(
    ("change", "back", "said"),
    [
        (
            lambda: keras.config.set_floatx("float64"),
            "float32",
            "floatx float64; .*float32",
        ),
        (
            lambda: keras.config.set_epsilon(1e-3),
            1e-7,
            "epsilon 0.001; .* 1e-07",
        ),
        (
            lambda: keras.config.set_dtype_policy("mixed_bfloat16"),
            "float32",
            "dtype_policy mixed_bfloat16; .*",
        ),
    ],
)
def test_what_a_program_has_set_before_is_refused(
    change: Callable[[], None], back: float | str, said: str
) -> None:
    change()
    try:
        with pytest.raises(WrongSetting, match=said):
            import_training()
    finally:
        if isinstance(back, float):
            keras.config.set_epsilon(back)
        else:
            keras.config.set_floatx(back)
            keras.config.set_dtype_policy(back)
    import_training()


LOADING = (
    "E0000 00:00:1.1 7 cpu_aot_loader.cc:220] Loading XLA:CPU AOT result. Target machine feature "
    "+%s is not  supported on the host machine. Machine type used for XLA:CPU compilation doesn't"
)


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        (LOADING % "prefer-no-gather", True),
        (LOADING % "avx512f", False),
        ("E0000 00:00:1.1 7 cpu_aot_loader.cc:9] Failed to link", False),
        (
            "E0000 00:00:1.1 7 text_format.cc:378] Error parsing text-format "
            "tensorflow.XlaSerializedCacheEntry: 2:1: Expected identifier, got: 5",
            True,
        ),
        ("E0000 00:00:1.1 7 text_format.cc:378] Error parsing text-format other", False),
    ],
)
def test_of_loading_a_program_only_what_means_nothing_is_hidden(line: str, hidden: bool) -> None:
    assert bool(LOG_MESSAGE.match(line.encode())) == hidden
