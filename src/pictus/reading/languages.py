"""Which language a text is in: by its script, and among those in Latin letters by their small words.

Short texts and mixed ones get no verdict. The tables hold words that are frequent in any text about pictures; a word
that several languages share counts for each of them.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from pictus.reading.wording import words_of
from pictus.record import Record

_LOOKED_AT = 500  # records
_FEW = 2  # small words that a verdict rests on, at least

_SMALL_WORDS = {
    "en": """the a an and of to in is are was were be been it its this that these those with for on at by from as
        or not no there their they he she his her you your we i has have had can could would will which what
        who where when how many more some while into near behind next also but so if one two yes""",
    "de": """der die das den dem des ein eine einen einem einer und oder ist sind war waren nicht kein keine mit
        von zu im am auf für aus bei nach über unter vor hinter neben sich es er sie wir ihr ich man wie was
        wo wer welche dass auch noch nur aber wird werden hat haben kann ja nein zwei zum zur beim""",
    "fr": """le la les un une des du de et ou est sont était ce cette ces il elle ils elles on nous vous je que
        qui dans sur avec pour par pas ne au aux en son sa ses leur leurs se plus aussi mais très où quoi
        combien y a oui non deux devant derrière près comme être""",
    "es": """el la los las un una unos unas de del y o es son está están fue en con por para que se su sus lo al
        no sí hay como más pero muy este esta estos estas ese esa hombre mujer dos qué quién dónde cuántos
        junto sobre entre también cerca ha han ser yo""",
    "it": """il lo la i gli le un uno una di del della dei delle e o è sono che in con per su da dal nel nella
        sul sulla al alla non si ci sì come più ma molto questo questa questi quello due chi cosa dove
        quanti anche accanto vicino ha hanno essere c'è""",
    "pt": """o a os as um uma uns umas de do da dos das e ou é são está estão em no na nos nas com por para que
        se seu sua não sim há como mais mas muito este esta esse essa dois duas quem onde quantos também ao
        perto sobre entre foi ser tem você""",
    "nl": """de het een en of is zijn was van in op met voor aan bij naar uit door over onder naast achter niet
        geen er dat die dit deze ze hij zij we je ik wat wie waar hoe hoeveel ook maar wordt worden heeft
        hebben kan ja nee twee te om nog""",
    "sv": """en ett den det de och eller är var som på i med av för till från om inte ingen han hon vi du jag vad
        vem var hur många också men har kan ja nej två bredvid bakom under över står sitter finns bilden man""",
    "pl": """i w na z ze do od po o jest są był była nie tak to ten ta te się że który która które jak co kto
        gdzie ile przy obok pod nad przed za dla ale lub oraz dwa dwie ma mają""",
    "tr": """bir ve bu şu o ile için de da ne var yok mi mı mu mü değil çok daha gibi kadar üzerinde yanında
        içinde önünde arkasında iki olan olarak ise kim nerede nasıl hayır evet""",
}
_LANGUAGES_OF = {
    word: tuple(language for language, words in _SMALL_WORDS.items() if word in words.split())
    for words in _SMALL_WORDS.values()
    for word in words.split()
}
_TELLING = {  # letters that few other languages have
    **dict.fromkeys("ßäöü", "de"),
    **dict.fromkeys("êèœùç", "fr"),
    **dict.fromkeys("ñ¿¡", "es"),
    **dict.fromkeys("ãõ", "pt"),
    **dict.fromkeys("ìò", "it"),
    **dict.fromkeys("å", "sv"),
    **dict.fromkeys("łąęśżźń", "pl"),
    **dict.fromkeys("ğış", "tr"),
}
_RANGES = (  # where a script begins and ends, and the language it mostly writes
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x04FF, "ru"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "ar"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0E00, 0x0E7F, "th"),
    (0x1100, 0x11FF, "ko"),
    (0x3040, 0x30FF, "ja"),
    (0x3400, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
)
_STARTS = [first for first, _, _ in _RANGES]
LANGUAGES = tuple(sorted({*_SMALL_WORDS, "uk", "fa", *(language for _, _, language in _RANGES)}))


def language_of(text: str, *, words: int = 6) -> str | None:
    """Tell the language of a text; None where it has fewer words, or where its words do not settle it."""
    if not text.isascii():
        foreign = Counter(_script(sign) for sign in text if sign > "ͯ")
        written = foreign.total() - foreign[None]
        if 2 * written > sum(map(str.isalpha, text)):
            return _by_script(text, foreign) if written >= words else None
    said = words_of(text)
    if len(said) < words:
        return None
    return _by_words(said, text)


def languages_in(records: Iterable[Record]) -> Counter[str]:
    """Count the languages of the first records: of what is said there, else of the captions."""
    found: Counter[str] = Counter()
    for record in islice(records, _LOOKED_AT):
        texts = [turn.text for turn in record.turns] or [*record.facts.captions, *record.facts.motions]
        found.update({language for text in texts if (language := language_of(text))})
    return found


def _script(sign: str) -> str | None:
    code = ord(sign)
    place = bisect(_STARTS, code) - 1
    return _RANGES[place][2] if place >= 0 and code <= _RANGES[place][1] else None


def _by_script(text: str, signs: Counter[str | None]) -> str | None:
    if signs["ja"] * 10 >= signs["zh"] + signs["ja"] > 0:
        signs["ja"] += signs.pop("zh", 0)
    del signs[None]
    language = signs.most_common(1)[0][0]
    if language == "ru" and any(sign in "іїєґ" for sign in text.lower()):
        return "uk"
    if language == "ar" and any(sign in "پچژگ" for sign in text):
        return "fa"
    return language


def _by_words(said: list[str], text: str) -> str | None:
    scores: Counter[str] = Counter()
    for word in said:
        if languages := _LANGUAGES_OF.get(word):
            for language in languages:
                scores[language] += 1
    if not text.isascii():
        scores.update(_TELLING[sign] for sign in text.lower() if sign in _TELLING)
    (best, most), (_, second) = [*scores.most_common(2), ("", 0), ("", 0)][:2]
    # Twice as many as in any other: lists of names and quotations in another language settle nothing.
    return best if most >= max(_FEW, len(said) // 10) and most > 1.3 * second + 1 else None
