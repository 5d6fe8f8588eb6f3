"""What an optimiser is given, and what is sharded, of a model whose frozen weights are already frozen."""

from typing import Any

from torch import nn

from pictus.learn.model.building import Built
from pictus.learn.model.modules import outermost_lists, places
from pictus.learn.model.planning import MODULES


def parameter_groups(built: Built) -> list[dict[str, Any]]:
    """Group what is trained by module, with its learning rate; call it after sharding, which makes new weights.

    Norms and biases, which have one dimension, do not decay: they are no sum of features that could grow too large.
    """
    training = built.plan.training
    assert training is not None, "nothing of this model is trained"
    groups = []
    for module in MODULES:
        own = [
            one for name, one in built.model.named_parameters() if built.owners[name] == module and one.requires_grad
        ]
        for kind, decay in (("decayed", training.weight_decay), ("plain", 0.0)):
            some = [one for one in own if (one.dim() > 1) == (kind == "decayed")]
            if some:
                rate = training.rate_of(module)
                groups.append({"params": some, "lr": rate, "weight_decay": decay, "name": f"{module}.{kind}"})
    return groups


def layers(built: Built) -> list[nn.Module]:
    """List what is sharded each for itself; the rest belongs to the whole model.

    So a tied last layer is in one unit with the embeddings. Neither the tower nor the language model is a unit:
    sharding gives a module another class, and by its class transformers knows of what to keep the hidden states.
    """
    found = places(built.model, where=built.plan.where)
    inner = [built.model.get_submodule(found[module]) for module in ("vision", "language")]
    return [layer for module in inner for some in outermost_lists(module) for layer in some]
