"""Which questions make which kind of answer."""

from pictus.backends.program import counting, detail, naming, position, presence, reasoning, region, size
from pictus.backends.program.exchange import Family

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
EVERY: tuple[Family, ...] = (*OPENINGS, *CONVERSATION, *DETAIL, *REASONING)
