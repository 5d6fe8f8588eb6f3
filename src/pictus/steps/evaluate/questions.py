"""Which questions of a benchmark are asked, and the words that they are asked in."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from heapq import nsmallest

from pictus import plugins
from pictus.errors import PictusError
from pictus.grade import Item, Paper
from pictus.prompt import Prompt, Sampling
from pictus.reading.rows import ROW_ERRORS
from pictus.record import Part, Record, Reject, Turn
from pictus.steps.evaluate.plan import EvaluatePlan
from pictus.steps.sitting import Sitting


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The questions of a sitting that are asked."""

    ids: frozenset[str]
    of: int  # that the split has
    unfit: Mapping[str, int]  # rows that nothing can be asked about, by reason

    @property
    def is_whole(self) -> bool:
        """Say whether the whole split is asked, so that its official files fit."""
        return len(self.ids) == self.of and not self.unfit


def choose(plan: EvaluatePlan, sitting: Sitting) -> Chosen:
    """Choose the questions: the first ones, and of these those whose ids have the smallest hashes.

    A larger sample holds every smaller one of its seed, so that going on costs only what is new. Controls go with the
    questions that they are of.
    """
    ids: dict[str, str] = {}  # with the questions that they are, or control
    unfit: Counter[str] = Counter()
    for item in _items(plan, sitting):
        if isinstance(item, Reject):
            unfit[item.reasons[0]] += 1
        elif item.id in ids:
            unfit["its id stands twice"] += 1
        else:
            ids[item.id] = item.control_of or item.id
    if not ids:
        why = "; ".join(list(unfit)[:3]) or "it is empty"
        mend = "check the data root and the split"
        raise PictusError(f"no question of {sitting.benchmark} can be asked: {why}", where=str(plan.root), mend=mend)
    asked = list(dict.fromkeys(ids.values()))[: plan.limit]
    if plan.sample is not None and plan.sample < len(asked):
        asked = nsmallest(plan.sample, asked, key=lambda one: _rank(one, plan.seed))
    kept = frozenset(asked)
    return Chosen(ids=frozenset(key for key, one in ids.items() if one in kept), of=len(ids), unfit=unfit)


def chosen_items(plan: EvaluatePlan, sitting: Sitting, chosen: Chosen) -> Iterator[Item]:
    """Give the chosen questions, each once, in their order."""
    left = set(chosen.ids)
    for item in _items(plan, sitting):
        if not isinstance(item, Reject) and item.id in left:
            left.discard(item.id)
            yield item


def chosen_records(plan: EvaluatePlan, sitting: Sitting, chosen: Chosen) -> Iterator[Record]:
    """Give the records of the chosen questions."""
    exam, left = sitting.exam, set(chosen.ids)
    for record in sitting.source.records(plan.root, sitting.split):
        if isinstance(record, Record):
            try:
                keys = {item.id for item in exam.items(record)}
            except ROW_ERRORS:
                continue
            if left & keys:
                left -= keys
                yield record


def paper_of(plan: EvaluatePlan, sitting: Sitting, chosen: Chosen) -> Paper:
    """Say of which questions official files are wanted."""
    return Paper(
        split=sitting.split,
        files=tuple(sitting.source.files(plan.root, sitting.split)),
        records=partial(chosen_records, plan, sitting, chosen),
        ids=chosen.ids,
        is_whole=chosen.is_whole,
    )


def prompt_of(plan: EvaluatePlan, exam: plugins.Exam, item: Item) -> Prompt:
    """Write a question as it is asked: the instruction stands below it."""
    told = next(one for one in (plan.instruction, item.instruction, exam.instruction) if one is not None)
    last = item.turns[-1]
    parts = (*last.parts, Part("text", f"\n{told}" if last.text else told)) if told else last.parts
    return Prompt(
        kind="question",
        messages=(*item.turns[:-1], replace(last, parts=_joined(parts))),
        media=item.media,
        tools=item.tools,
        sampling=Sampling(max_tokens=plan.max_tokens or exam.max_tokens, temperature=plan.temperature),
    )


def words_of(turns: tuple[Turn, ...]) -> str:
    """Give the words of a prompt, with `<image>` where pictures stand."""
    return "\n".join("".join(_word(part) for part in turn.parts) for turn in turns)


def _word(part: Part) -> str:
    return part.text or "" if part.type == "text" else f"<{part.type}>\n"


def _joined(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Join texts that follow each other: chat templates may put something between two."""
    joined: list[Part] = []
    for part in parts:
        if joined and joined[-1].type == part.type == "text":
            joined[-1] = Part("text", (joined[-1].text or "") + (part.text or ""))
        else:
            joined.append(part)
    return tuple(joined)


def _items(plan: EvaluatePlan, sitting: Sitting) -> Iterator[Item | Reject]:
    for found in sitting.questions(plan.root):
        yield from (found,) if isinstance(found, Reject) else found[1]


def _rank(key: str, seed: int) -> bytes:
    return blake2b(f"question {seed} {key}".encode(), digest_size=8).digest()
