"""Short answers that are hard to compare: marks, numbers, contractions, white space and letters of many kinds."""

import random

_PIECES = (
    *(
        "yes",
        "Yes",
        "no",
        "none",
        "Zero",
        "one",
        "TEN",
        "two",
        "a",
        "an",
        "The",
        "the",
        "red",
        "blue car",
        "it's",
        "its",
    ),
    *("dont", "don't", "Im", "im", "somebody'd", "yall'd've", "'ow'sat", "couldntve", "couldn'tve", "let's", "men's"),
    *("1,000", "1,,000", "٣,٤", "3.5", ".5", "5.", "1.a", "...", "." * 40, "u.s.a.", "10:30", "50%", "$5", "#1"),
    *(";", "/", "[", "]", '"', "{", "}", "(", ")", "=", "+", "\\", "_", "-", ">", "<", "@", "`", ",", "?", "!"),
    *(
        "\n",
        "\t",
        "\r",
        "\r\n",
        " ",
        "\u00a0",
        "\u2003",
        "\u200b",
        "\x00",
        "\x1f",
        "\x85",
        "é",
        "e\u0301",
        "İ",
        "ß",
        "ſ",
    ),
    *("中文", "١٢", "😀", "’s", "'s", "", "t-shirt", "black/white", "12,5 red-car", "a , b", "what's the time?"),
)
_PLAIN = ("yes", "no", "red", "2", "two", "the dog", "dog", "Dog", "dog.", "")


def answer(random_: random.Random) -> str:
    """Make an answer of a few pieces, joined with or without space; every second is a plain one."""
    if random_.random() < 0.4:
        return random_.choice(_PLAIN)
    pieces = random_.choices(_PIECES, k=random_.randint(1, 4))
    return random_.choice(("", " ", "  ")).join(pieces)


def people(random_: random.Random, count: int = 10) -> list[str]:
    """Make the answers of people, who often agree."""
    chosen = [answer(random_) for _ in range(random_.choice((1, 1, 2, 3, 6)))]
    return random_.choices(chosen, k=count)
