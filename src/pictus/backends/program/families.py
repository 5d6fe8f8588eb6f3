"""Which questions make which kind of answer, of a picture and of a motion."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeAlias, TypeVar

from pictus.backends.program import (
    counting,
    detail,
    motion,
    motion_count,
    motion_order,
    motion_way,
    naming,
    position,
    presence,
    reasoning,
    region,
    size,
)
from pictus.backends.program.exchange import Exchange, Family
from pictus.scene import Scene
from pictus.scene.motion import Motion

S = TypeVar("S")
Families: TypeAlias = tuple[Callable[[S, Random], Exchange | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repertoire(Generic[S]):
    """What can be asked about one kind of medium."""

    openings: Families[S]
    opening_share: float  # conversations that begin with a general question
    conversation: Families[S]
    detail: Families[S]
    reasoning: Families[S]

    @property
    def every(self) -> Families[S]:
        """Give all families."""
        return (*self.openings, *self.conversation, *self.detail, *self.reasoning)


OPENINGS: tuple[Family, ...] = (detail.short_description, presence.what_is_there)
CONVERSATION: tuple[Family, ...] = (
    counting.how_many,
    counting.how_many_short,
    counting.more_of,
    presence.is_there,
    presence.is_there_short,
    presence.which_is_missing,
    presence.which_is_shown,
    position.left_or_right,
    position.is_left,
    position.higher,
    position.where,
    position.outermost,
    position.nearer,
    size.larger,
    size.largest,
    region.what_is_at,
    region.where_exactly,
    naming.what_colour,
    naming.what_has_colour,
    naming.what_relation,
    naming.what_is_written,
)
# Questions whose answer is given away by any mention of the name before.
ABOUT_PRESENCE: frozenset[Family] = frozenset(
    [presence.is_there, presence.is_there_short, presence.which_is_missing, presence.which_is_shown]
)
DETAIL: tuple[Family, ...] = (detail.long_description,)
REASONING: tuple[Family, ...] = (
    reasoning.altogether,
    reasoning.how_many_more,
    reasoning.left_to_right,
    reasoning.top_to_bottom,
    reasoning.by_size,
    reasoning.left_over,
)
PICTURE: Repertoire[Scene] = Repertoire(
    openings=OPENINGS, opening_share=0.35, conversation=CONVERSATION, detail=DETAIL, reasoning=REASONING
)
EVERY: tuple[Family, ...] = PICTURE.every
# What a motion leaves to be asked in particular hangs on how people happened to tell it; what the person does can
# always be asked.
MOTION: Repertoire[Motion] = Repertoire(
    openings=(motion.what_happens,),
    opening_share=1.0,
    conversation=(
        motion.what_happens_between,
        motion_order.what_first,
        motion_order.what_last,
        motion_order.what_next,
        motion_way.which_limb,
        motion_way.which_way,
        motion_way.is_it_so,
        motion_count.how_often,
        motion_count.how_many_steps,
    ),
    detail=(motion.full_description,),
    reasoning=(motion_order.in_order, motion_way.mirrored, motion_count.how_long),
)
