"""The words of short answers as the official scorers of VQA compare them: without marks, articles and number words.

Every oddity here is one of the official code, which scores are compared by; `docs/parity.md` names them.
"""

import re

_MARKS = ';/[]"{}()=+\\_-><@`,?!'  # in the order of the official list; no apostrophe, colon or percent is among them
_MARK = re.compile(f"[{re.escape(_MARKS)}.]")
_COMMA_IN_NUMBER = re.compile(r"\d,\d")
# Meant to spare periods behind a digit, too; the official expression for that is mistyped and never holds.
_PERIOD = re.compile(r"\.(?!\d)")
_PERIODS = 32  # are removed at most: the official code gives the value of a flag where the count belongs
_NUMBER_WORDS = "zero one two three four five six seven eight nine ten"
_NUMBERS = {word: str(number) for number, word in enumerate(_NUMBER_WORDS.split())} | {"none": "0"}
_ARTICLES = frozenset(("a", "an", "the"))
# How people write these words: with one of their apostrophes left out. The official table has six more entries, which
# change nothing: two give what they are given, four have capitals, which no word has by then.
_CONTRACTED = """
    ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't haven't he'd
    he'd've he's how'd how'll how's isn't it'd it'd've it'll ma'am mightn't mightn't've might've mustn't must've
    needn't not've o'clock oughtn't 'ow's'at shan't she'd've should've shouldn't shouldn't've somebody'd've
    somebody'll somebody's someone'd someone'd've someone'll someone's something'd something'd've something'll
    that's there'd there'd've there're there's they'd they'd've they'll they're they've 'twas wasn't we'd've we've
    weren't what'll what're what's what've when's where'd where's where've who'd who'd've who'll who's who've why'll
    why're why's won't would've wouldn't wouldn't've y'all y'all'll y'all'd've you'd you'd've you'll you're you've
"""
_CONTRACTIONS = {
    word[:place] + word[place + 1 :]: word
    for word in _CONTRACTED.split()
    for place, sign in enumerate(word)
    if sign == "'"
} | {"somebody'd": "somebodyd"}  # which is the wrong way round, and official
_KEPT_CHARACTERS = 100  # of a text: longer ones hardly come twice


def trimmed(text: str) -> str:
    """Give a text on one line, without the space around it: so it counts where all people agree."""
    return text.replace("\n", " ").replace("\t", " ").strip()  # the official code forgets the carriage return


def vqa_words(text: str) -> str:
    """Give a text as the scorer of VQAv2 compares it where people do not agree."""
    return _words(_without_marks(trimmed(text)))


class WordsOf(dict[str, str]):
    """The words of answers, each worked out once: two million human answers have some ten thousand texts.

    A dict without more, since it is asked that often. It is for one file, and goes with it.
    """

    def __missing__(self, text: str) -> str:
        """Work the words of an answer out, and keep them where it is as short as those of people are."""
        found = vqa_words(text)
        if len(text) <= _KEPT_CHARACTERS:
            self[text] = found
        return found


def m4c_words(text: str) -> str:
    """Give a text as the evaluators of M4C compare it, which TextVQA and LLaVA use."""
    return vqa_words(text.lower().replace(",", "").replace("?", "").replace("'s", " 's").strip())


def _without_marks(text: str) -> str:
    """Delete each mark that has a space beside it anywhere, and make each other one a space.

    A comma inside a number anywhere has all marks deleted, the hyphens of words as well.
    """
    if not _MARK.search(text):
        return text
    found, in_number = text, _COMMA_IN_NUMBER.search(text) is not None
    for mark in _MARKS:
        if mark in text:
            is_loose = in_number or f"{mark} " in text or f" {mark}" in text
            found = found.replace(mark, "" if is_loose else " ")
    return _PERIOD.sub("", found, count=_PERIODS)


def _words(text: str) -> str:
    words = (_NUMBERS.get(word, word) for word in text.lower().split())
    return " ".join(_CONTRACTIONS.get(word, word) for word in words if word not in _ARTICLES)
