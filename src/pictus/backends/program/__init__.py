"""Questions and answers worked out from the annotations, without any model: true by construction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from pictus.backends.program.calling import calling
from pictus.backends.program.exchange import Exchange, some
from pictus.backends.program.families import ABOUT_PRESENCE, MOTION, PICTURE, Families, Repertoire, S
from pictus.errors import PictusError, unknown_name
from pictus.prompt import Answer, Prompt
from pictus.record import NO_FACTS, Facts, Part, Turn
from pictus.scene import Scene, look
from pictus.scene.motion import Motion, watch
from pictus.tools.library import tool
from pictus.tools.provenance import with_grounds

MODEL = "program-1"
KINDS = ("conversation", "detail", "reasoning", "tools")
_SAME = {"present": "presence", "absent": "presence", "left": "side", "right": "side", "so": "way", "not so": "way"}


@dataclass(frozen=True, slots=True)
class Backend:
    """Answers from facts alone: counts, presence, positions, sizes, regions, colours, descriptions, comparisons, calls.

    Of a motion: what the person does, in which order, which way, with which limb, how often. What the
    annotations leave open is not asked. `questions` is the most that one conversation holds; `without` names
    families to leave out.
    """

    questions: int = 5
    without: tuple[str, ...] = ()

    kinds: ClassVar[tuple[str, ...]] = KINDS
    terms: ClassVar[str | None] = None  # no model wrote this

    def __post_init__(self) -> None:
        known = {family.__name__ for family in (*PICTURE.every, *MOTION.every)}
        for name in self.without:
            if name not in known:
                raise unknown_name("question family", name, sorted(known), where="backend program, setting `without`")
        if self.questions < 1:
            raise PictusError(
                "a conversation needs a question", where="backend program", mend="set `questions` to 1 or more"
            )

    def answer_many(self, prompts: Iterable[Prompt]) -> Iterator[Answer | None]:
        """Answer prompts in order; None where the facts carry nothing for what is asked."""
        facts: Facts = NO_FACTS
        scene: Scene | Motion = look(facts)
        for prompt in prompts:
            if prompt.facts is not facts:  # the prompts of one medium come one after the other
                facts, scene = prompt.facts, _seen(prompt)
            if prompt.kind == "tools":
                yield _calling(scene, Random(prompt.seed))
                continue
            exchanges = self.exchanges(scene, prompt.kind, Random(prompt.seed))
            medium = Part("motion" if isinstance(scene, Motion) else "image")
            yield Answer(turns=_turns(exchanges, medium), model=MODEL) if exchanges else None

    def exchanges(self, scene: Scene | Motion, kind: str, random: Random) -> list[Exchange]:
        """Work out the questions of one kind with their answers."""
        if isinstance(scene, Motion):
            return self._of_kind(MOTION, scene, kind, random)
        return self._of_kind(PICTURE, scene, kind, random)

    def _of_kind(self, repertoire: Repertoire[S], scene: S, kind: str, random: Random) -> list[Exchange]:
        if kind == "conversation":
            return self._conversation(repertoire, scene, random)
        if kind not in KINDS:
            raise unknown_name("kind of instruction", kind, KINDS, where="backend program")
        for family in self._shuffled(repertoire.detail if kind == "detail" else repertoire.reasoning, random):
            exchange = family(scene, random)
            if exchange is not None:
                return [exchange]
        return []

    def _conversation(self, repertoire: Repertoire[S], scene: S, random: Random) -> list[Exchange]:
        exchanges: list[Exchange] = []
        told: set[str] = set()  # names that came up, so that asking whether they are there is idle
        claims: set[tuple[object, ...]] = set()
        is_opened = random.random() < repertoire.opening_share
        openings = self._shuffled(repertoire.openings, random)[:1] if is_opened else []
        for family in (*openings, *self._shuffled(repertoire.conversation, random)):
            if len(exchanges) == self.questions:
                break
            exchange = family(scene, random)
            if exchange is None:
                continue
            key = _key(exchange)
            if (
                key in claims
                or _is_said(exchange, exchanges)
                or (family in ABOUT_PRESENCE and not told.isdisjoint(exchange.about))
            ):
                continue
            exchanges.append(exchange)
            told.update(exchange.about)
            claims.add(key)
        return exchanges

    def _shuffled(self, families: Families[S], random: Random) -> Families[S]:
        wanted = [family for family in families if family.__name__ not in self.without] if self.without else families
        return tuple(some(random, wanted, len(wanted)))


def _is_said(exchange: Exchange, exchanges: list[Exchange]) -> bool:
    """Say whether a whole sentence would answer two questions of one conversation."""
    return exchange.answer.count(" ") > 3 and any(other.answer == exchange.answer for other in exchanges)


def _key(exchange: Exchange) -> tuple[object, ...]:
    """Say what a claim is about, so that the same is not asked twice in other words."""
    what = exchange.claim[0]
    return (_SAME.get(what, what), frozenset(exchange.about))


def _turns(exchanges: list[Exchange], medium: Part) -> tuple[Turn, ...]:
    turns = []
    for number, exchange in enumerate(exchanges):
        question = Part("text", exchange.question)
        turns.append(Turn("user", (question,) if number else (medium, question)))
        turns.append(Turn.of("assistant", exchange.answer))
    return tuple(turns)


def _seen(prompt: Prompt) -> Scene | Motion:
    """Work out what the facts of a prompt say of its medium; without one, of what they describe."""
    is_motion = prompt.media[0].kind == "motion" if prompt.media else bool(prompt.facts.motions)
    return watch(prompt.facts) if is_motion else look(prompt.facts, aspect=_aspect(prompt))


def _calling(scene: Scene | Motion, random: Random) -> Answer | None:
    if isinstance(scene, Motion):  # the tools look at pictures
        return None
    made = calling(scene, random)
    if made is None:
        return None
    facts = with_grounds(scene.facts, made.grounds, case=made.case)
    return Answer(turns=made.turns, model=MODEL, tools=tuple(map(tool, made.offered)), facts=facts)


def _aspect(prompt: Prompt) -> float | None:
    medium = prompt.media[0] if prompt.media else None
    return medium.width / medium.height if medium and medium.width and medium.height else None
