"""Model: a vision-language model from parts or from a folder; what of it is trained, and how it is saved.

`plan` reads configs alone and finds every mistake; `build` loads the weights; `save` writes a folder for transformers.
"""

from pictus.learn.model.building import Built, build
from pictus.learn.model.planning import Plan, plan
from pictus.learn.model.saving import save

__all__ = ["Built", "Plan", "build", "plan", "save"]
