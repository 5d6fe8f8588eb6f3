"""Which tools to offer beside a picture: some that it has something for, and others that distract."""

from collections.abc import Collection
from random import Random

from pictus.record import Facts, Tool
from pictus.scene import Scene, look
from pictus.tools import library
from pictus.tools.choices import fits, is_about_pictures
from pictus.tools.function import Function

_FITTING = 3
_DISTRACTING = 3


def offered(facts: Facts, seed: int) -> tuple[Tool, ...]:
    """Choose tools for a picture: up to three that its facts can feed, with distractors, in random order.

    The facts decide what fits, so that a question can be asked that one of the tools answers.
    """
    random, scene = Random(seed), look(facts)
    fitting = [one.name for one in library.functions().values() if is_about_pictures(one) and _can(one, facts, scene)]
    needed = random.sample(fitting, min(_FITTING, len(fitting)))
    for chain in random.sample(library.chains(), len(library.chains())):
        if chain.first in needed and chain.second not in needed:
            needed.append(chain.second)  # a question may need two steps
            break
    names = [*needed, *distractors(needed, random, _DISTRACTING)]
    return tuple(library.tool(name) for name in random.sample(names, len(names)))


def distractors(needed: Collection[str], random: Random, count: int) -> list[str]:
    """Choose other tools: from the domains of the needed ones first, since those are the hardest to tell apart."""
    near: list[str] = []
    far: list[str] = []
    home = {library.domain_of(name) for name in needed}
    for domain, some in library.domains().items():
        (near if domain in home else far).extend(one.name for one in some if one.name not in needed)
    kin = random.sample(near, min(count, len(near)))
    return [*kin, *random.sample(far, min(count - len(kin), len(far)))]


def _can(function: Function, facts: Facts, scene: Scene) -> bool:
    if not function.fills:
        return "error" not in function.result({}, facts)
    return fits(function, scene)
