"""What things are like and what they do, as far as somebody wrote it down."""

from random import Random

from pictus.backends.program.exchange import Exchange, pick, sentence
from pictus.scene import Name, Scene, name_of
from pictus.scene.colours import colour_of

_PREPOSITIONS = frozenset(
    [
        "on",
        "on top of",
        "under",
        "in",
        "inside",
        "near",
        "beside",
        "next to",
        "behind",
        "in front of",
        "above",
        "below",
        "over",
        "at",
        "against",
        "by",
    ]
)


def what_colour(scene: Scene, random: Random) -> Exchange | None:
    """Ask for the colour of the only thing of its name."""
    found = [(thing, colour) for thing in scene.singles if (colour := colour_of(thing.box.attributes))]
    if not found:
        return None
    thing, colour = pick(random, found)
    a, be = thing.name.the, thing.name.be
    question = pick(
        random,
        (
            f"What colour {be} {a}?",
            f"Which colour {'does' if be == 'is' else 'do'} {a} have?",
            f"Can you tell me the colour of {a}?",
        ),
    )
    answer = pick(random, (f"{a} {be} {colour}.", f"{colour}." if len(question) < 40 else f"{a} {be} {colour}."))
    return Exchange(question, sentence(answer), ("colour", thing.name.one, colour), (thing.name.one,))


def what_has_colour(scene: Scene, random: Random) -> Exchange | None:
    """Ask which thing has a colour, where colours were noted for all and only one has it."""
    things = [thing for kind in scene.kinds.values() for thing in kind.things]
    colours = [colour_of(thing.box.attributes) for thing in things]
    unique = [n for n, colour in enumerate(colours) if colour and colours.count(colour) == 1]
    if None in colours or len(scene.areas) != len(things) or not unique:
        return None
    place = pick(random, unique)
    thing, colour = things[place], colours[place]
    if thing.name.form != "count":
        return None
    question = pick(random, (f"Which of the things in the picture is {colour}?", f"What is {colour} here?"))
    return Exchange(
        question,
        sentence(f"{_the_or_a(thing.name, {t.name.one for t in scene.singles})} is {colour}"),
        ("has colour", thing.name.one, colour),
        (thing.name.one,),
    )


def what_relation(scene: Scene, random: Random) -> Exchange | None:
    """Ask what a thing does or where it is, where people noted that."""
    found = []
    for relation in scene.facts.relations:
        subject, object_, verb = name_of(relation.subject), name_of(relation.object), verb_of(relation.predicate)
        if subject and object_ and verb and relation.subject != relation.object:
            found.append((subject, verb, object_))
    if not found:
        return None
    subject, verb, object_ = pick(random, found)
    singles = {thing.name.one for thing in scene.singles}
    a, b = _the_or_a(subject, singles), _the_or_a(object_, singles)
    if sum(s == subject for s, _, _ in found) > 1 or subject.form != "count":
        return None
    question = pick(random, (f"How do {a} and {b} relate to each other?", f"What connects {a} and {b} in the picture?"))
    claim = ("relation", subject.one, verb, object_.one)
    return Exchange(question, sentence(f"{a} {verb} {b}."), claim, (subject.one, object_.one))


def what_is_written(scene: Scene, random: Random) -> Exchange | None:
    """Ask for the text that can be read."""
    texts = [" ".join(text.split()) for text in scene.facts.texts]
    texts = [text for text in texts if text and len(text) <= 80 and not set(text) & set('<>"[]')]
    if len(texts) != 1:
        return None
    question = pick(
        random,
        (
            "What does the writing in the picture say?",
            "Is there any text? What does it say?",
            "Read the text in the picture.",
        ),
    )
    return Exchange(question, f'It says "{texts[0]}".', ("text", texts[0]), ())


def verb_of(predicate: str) -> str | None:
    """Make a verb phrase of a predicate as annotators write it; None where the grammar is not sure."""
    words = " ".join(predicate.replace("_", " ").lower().split())
    if words in _PREPOSITIONS or words.split(" ")[0].endswith("ing"):
        return f"is {words}"
    return words if words in ("holds", "wears", "plays", "hits", "rides", "eats", "carries", "pulls") else None


def _the_or_a(name: Name, singles: set[str]) -> str:
    return name.the if name.one in singles else name.a
