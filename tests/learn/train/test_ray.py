"""Ray Train starts the same function in its workers."""

# ruff: noqa: E402

from pathlib import Path

import orjson
import pytest

from tiny_models import needs

needs("torch", "transformers")
ray = pytest.importorskip("ray")
pytest.importorskip("ray.train.torch")

import tiny_training as tiny


def _each(config):
    """What runs in each worker: nothing but the function that torchrun would run."""
    from pictus.learn.train.loop import train

    result = train(tiny.job(config["folder"], steps=6))
    assert result.steps == 6 and result.exit_code == 0


@pytest.mark.serial
@pytest.mark.proof  # Ray alone takes a minute to start and to leave
@pytest.mark.timeout(300)
def test_ray_train_learns_as_one_process_does(tmp_path, monkeypatch):
    from ray.train import RunConfig, ScalingConfig
    from ray.train.torch import TorchTrainer

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    source = Path(tiny.__file__).parent.parent / "src"
    paths = f"{source}:{Path(tiny.__file__).parent}:{Path(__file__).parent}"
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        _node_ip_address="127.0.0.1",
        runtime_env={"env_vars": {"PYTHONPATH": paths, "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"}},
        log_to_driver=False,
    )
    try:
        TorchTrainer(
            _each,
            train_loop_config={"folder": str(tmp_path / "ray")},
            scaling_config=ScalingConfig(num_workers=2, use_gpu=False),
            run_config=RunConfig(storage_path=str(tmp_path / "store"), name="tiny"),
        ).fit()
    finally:
        ray.shutdown()
    assert orjson.loads((tmp_path / "ray/checkpoints/step-6/meta.json").read_bytes())["world"] == 2
    assert tiny.ended(tiny.started(tmp_path / "alone", options={"steps": 6})) == 0
    assert tiny.losses(tmp_path / "ray") == pytest.approx(tiny.losses(tmp_path / "alone"), abs=1e-5)
