"""Which weights are learned at which rate."""

from collections.abc import Callable, Mapping
from typing import Any

from pictus.errors import PictusError, unknown_name
from pictus.stages import Training

WHERE = "train"  # the section of a recipe


def check_trained(model: Any, module_of: Callable[[str], str], training: Training) -> None:
    """Refuse a model of which more or less would be trained than the recipe says, and modules without a rate."""
    modules = {module_of(name) for name, _ in model.named_parameters()}
    trained = {module_of(name) for name, weight in model.named_parameters() if weight.requires_grad}
    if not trained:
        raise PictusError("no weight of the model would be trained", where=WHERE, mend="name modules in `trained`")
    for name in training.learning_rate:
        if name not in {*modules, "all"}:
            raise unknown_name("module", name, sorted({*modules, "all"}), where=f"{WHERE}.learning_rate")
    if training.trained and set(training.trained) != trained:
        raise PictusError(
            f"the recipe trains {', '.join(sorted(training.trained))}, "
            f"and of this model would be trained: {', '.join(sorted(trained))}",
            where=f"{WHERE}.trained",
            mend="let exactly the weights of the named modules require gradients",
        )
    for module in sorted(trained):
        if rate_of(module, training) is None:
            raise PictusError(
                f"`{module}` is trained, and has no learning rate",
                where=f"{WHERE}.learning_rate",
                mend=f"add `{module}: 2e-5`, or `all: 2e-5` for every module that is not named",
            )


def rate_of(module: str, training: Training) -> float | None:
    """Give the learning rate of a module."""
    return training.learning_rate.get(module, training.learning_rate.get("all"))


def parameter_groups(
    weights: Mapping[str, Any], module_of: Callable[[str], str], training: Training
) -> list[dict[str, Any]]:
    """Make the groups of an optimizer: by module, and apart what decays: matrices do, biases and norms do not."""
    groups: dict[tuple[str, bool], list[Any]] = {}
    for name, weight in weights.items():
        decays = training.weight_decay > 0 and weight.ndim > 1
        groups.setdefault((module_of(name), decays), []).append(weight)
    return [
        {
            "params": params,
            "module": module,
            "rate": rate_of(module, training),  # before the schedule
            "weight_decay": training.weight_decay if decays else 0.0,
        }
        for (module, decays), params in sorted(groups.items(), key=lambda item: item[0])
    ]
