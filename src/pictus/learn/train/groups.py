"""Which weights are learned at which rate."""

from collections.abc import Callable, Mapping
from typing import Any

from pictus.errors import PictusError
from pictus.stages import Module, Training

WHERE = "train"  # the section of a recipe


def check_trained(model: Any, module_of: Callable[[str], Module], training: Training) -> None:
    """Refuse a model of which more or less would be trained than the recipe says."""
    trained = {module_of(name) for name, weight in model.named_parameters() if weight.requires_grad}
    if not trained:
        raise PictusError("no weight of the model would be trained", where=WHERE, mend="name modules in `trained`")
    if training.trained and set(training.trained) != trained:
        raise PictusError(
            f"the recipe trains {', '.join(sorted(training.trained))}, "
            f"and of this model would be trained: {', '.join(sorted(trained))}",
            where=f"{WHERE}.trained",
            mend="let exactly the weights of the named modules require gradients",
        )


def parameter_groups(
    weights: Mapping[str, Any], module_of: Callable[[str], Module], training: Training
) -> list[dict[str, Any]]:
    """Make the groups of an optimizer: by module, and apart what decays: matrices do, biases and norms do not."""
    groups: dict[tuple[Module, bool], list[Any]] = {}
    for name, weight in weights.items():
        decays = training.weight_decay > 0 and weight.ndim > 1
        groups.setdefault((module_of(name), decays), []).append(weight)
    return [
        {
            "params": params,
            "module": module,
            "rate": training.rate_of(module),  # before the schedule
            "weight_decay": training.weight_decay if decays else 0.0,
        }
        for (module, decays), params in sorted(groups.items(), key=lambda item: item[0])
    ]
