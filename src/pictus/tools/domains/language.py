"""Text and languages: read what is written, translate words, spell, speak."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pictus.record import Facts
from pictus.scene import listing, singular
from pictus.tools.function import Arguments, CannotDo, Chain, Function, Result, Vague
from pictus.tools.schema import choice, takes, text
from pictus.tools.simulated import key

LANGUAGES = ("Spanish", "French", "German", "Italian")
_WORDS = {
    line.split(":")[0]: dict(zip(LANGUAGES, line.split(":")[1:], strict=True))
    for line in [
        "apple:manzana:pomme:Apfel:mela",
        "ball:pelota:balle:Ball:palla",
        "balloon:globo:ballon:Luftballon:palloncino",
        "banana:plátano:banane:Banane:banana",
        "bear:oso:ours:Bär:orso",
        "bench:banco:banc:Bank:panchina",
        "bicycle:bicicleta:vélo:Fahrrad:bicicletta",
        "bird:pájaro:oiseau:Vogel:uccello",
        "boat:barco:bateau:Boot:barca",
        "book:libro:livre:Buch:libro",
        "bottle:botella:bouteille:Flasche:bottiglia",
        "bus:autobús:bus:Bus:autobus",
        "car:coche:voiture:Auto:macchina",
        "cat:gato:chat:Katze:gatto",
        "chair:silla:chaise:Stuhl:sedia",
        "clock:reloj:horloge:Uhr:orologio",
        "closed:cerrado:fermé:geschlossen:chiuso",
        "cloud:nube:nuage:Wolke:nuvola",
        "cow:vaca:vache:Kuh:mucca",
        "cup:taza:tasse:Tasse:tazza",
        "danger:peligro:danger:Gefahr:pericolo",
        "dog:perro:chien:Hund:cane",
        "entrance:entrada:entrée:Eingang:entrata",
        "exit:salida:sortie:Ausgang:uscita",
        "fish:pez:poisson:Fisch:pesce",
        "flower:flor:fleur:Blume:fiore",  # codespell:ignore flor
        "fork:tenedor:fourchette:Gabel:forchetta",
        "horse:caballo:cheval:Pferd:cavallo",
        "house:casa:maison:Haus:casa",
        "kite:cometa:cerf-volant:Drachen:aquilone",
        "knife:cuchillo:couteau:Messer:coltello",
        "lamp:lámpara:lampe:Lampe:lampada",
        "lighthouse:faro:phare:Leuchtturm:faro",
        "moon:luna:lune:Mond:luna",
        "mountain:montaña:montagne:Berg:montagna",
        "mug:taza:tasse:Becher:tazza",
        "open:abierto:ouvert:geöffnet:aperto",
        "person:persona:personne:Person:persona",
        "pull:tirar:tirer:ziehen:tirare",
        "push:empujar:pousser:drücken:spingere",
        "sheep:oveja:mouton:Schaf:pecora",
        "spoon:cuchara:cuillère:Löffel:cucchiaio",
        "stop:alto:arrêt:Halt:alt",
        "sun:sol:soleil:Sonne:sole",
        "train:tren:train:Zug:treno",
        "tree:árbol:arbre:Baum:albero",
        "umbrella:paraguas:parapluie:Regenschirm:ombrello",
        "welcome:bienvenido:bienvenue:willkommen:benvenuto",
    ]
}


def _read(arguments: Arguments, facts: Facts) -> Result:
    if not facts.texts:
        raise CannotDo("no writing can be made out")
    return {"texts": list(facts.texts)}


def _translate(arguments: Arguments, facts: Facts) -> Result:
    word = " ".join(arguments["text"].lower().split())
    known = _WORDS.get(word) or _WORDS.get(singular(word))
    if known is None:
        raise CannotDo(f"the dictionary has no entry for {arguments['text']}")
    return {"translation": known[arguments["language"]]}


def _spell(arguments: Arguments, facts: Facts) -> Result:
    letters = [letter.upper() for letter in arguments["text"] if letter.isalnum()]
    return {"letters": " ".join(letters), "count": len(letters)}


def _speak(arguments: Arguments, facts: Facts) -> Result:
    spoken = arguments["text"]
    seconds = round(0.6 + 0.07 * len(spoken), 1)
    return {"file": f"speech-{key('speech', spoken, arguments.get('voice', ''))}.mp3", "seconds": seconds}


def _read_words(said: Mapping[str, Any]) -> Mapping[str, str]:
    return {"quoted": listing([f'"{" ".join(one.split())}"' for one in said["texts"]])}


class Tools:
    """Read the writing in the picture, and translate, spell or speak words."""

    functions: ClassVar[tuple[Function, ...]] = (
        Function(
            name="read_text",
            description="Read all the writing that the picture shows.",
            parameters=takes(),
            run=_read,
            deed="read the writing in the picture",
            words=_read_words,
            asks=(
                "What does the writing in this picture say?",
                "Read out the text you can see.",
                "Please extract any writing from the picture.",
                "I cannot make out the letters. What do they say?",
                "Transcribe the words shown here.",
                "Run text recognition on this, please.",
                "Is something written here? Copy it for me.",
            ),
            tells=("It says {quoted}.", "The writing reads {quoted}.", "I could make out {quoted}."),
        ),
        Function(
            name="translate_word",
            description="Look a word up in the dictionary of another language.",
            parameters=takes(text=text("the English word"), language=choice("language to translate into", LANGUAGES)),
            run=_translate,
            deed="translate words",
            fills={"text": "kind", "language": LANGUAGES},
            asks=(
                "What is {text.a} called in {language}?",
                "I see {text.a}. How would I say that in {language}?",
                "Translate {text.one} into {language}.",
                "I am learning {language}: what is the word for {text.one}?",
                "Give me the {language} word for {text.one}.",
                "How do you say {text.one} in {language}?",
                "A friend who speaks {language} asks what this is. What is their word for {text.one}?",
            ),
            tells=(
                'In {language}, the word for {text.one} is "{translation}".',
                'It is called "{translation}" in {language}.',
                'The {language} word is "{translation}".',
            ),
            vague={
                "language": Vague(
                    (
                        "Can you translate {text.one} for me?",
                        "I need the foreign word for {text.one}.",
                        "How do they say {text.one} over there?",
                    ),
                    ("Into which language?", "Which language do you need?", "In which language should I look?"),
                )
            },
        ),
        Function(
            name="spell_word",
            description="Spell a word letter by letter and count the letters.",
            parameters=takes(text=text("the word", most=40)),
            run=_spell,
            deed="spell words",
            fills={"text": "kind"},
            asks=(
                "How do you spell {text.one}?",
                "My child points at {text.the}. Please spell the word.",
                "Spell {text.one} letter by letter.",
                "How many letters does the word {text.one} have?",
                "Write {text.one} out in single letters.",
                "I keep getting it wrong: spell {text.one} for me.",
            ),
            tells=("It is spelled {letters}, {count} letters.", "{letters}. That makes {count} letters."),
        ),
        Function(
            name="speak_text",
            description="Turn words into a sound file.",
            parameters=takes(
                text=text("what to say"), voice=choice("how the voice sounds", ("calm", "cheerful")), optional=["voice"]
            ),
            run=_speak,
            deed="read words aloud",
            fills={"text": "kind", "voice": ("calm", "cheerful")},
            asks=(
                "Say the word {text.one} aloud.",
                "How does the word {text.one} sound? Make an audio file.",
                "Record the word {text.one} in a {voice} voice.",
                "I would like to hear {text.one} pronounced.",
                "Speak the word {text.one} for me, in a {voice} tone.",
                "Produce a sound file with the word {text.one}.",
            ),
            tells=(
                "The recording is {file}, {seconds} seconds long.",
                "Here it is: {file}.",
                "I recorded the word; it takes {seconds} seconds, in {file}.",
            ),
        ),
    )
    chains: ClassVar[tuple[Chain, ...]] = (
        Chain(
            first="read_text",
            second="translate_word",
            passes={"text": "texts.0"},
            asks=(
                "What does the sign say in {language}?",
                "Read the writing here and translate it into {language}.",
                "I only understand {language}. What is written here?",
                "Put the word shown here into {language}.",
                "Could you read this for me and give it in {language}?",
                "Tell me in {language} what the text means.",
            ),
            tells=('In {language} it says "{translation}".', 'The {language} for what is written is "{translation}".'),
        ),
        Chain(
            first="read_text",
            second="speak_text",
            passes={"text": "texts.0"},
            asks=(
                "Read the writing aloud to me.",
                "I have trouble reading. Can you speak what is written here?",
                "Make a sound file of the text in the picture.",
                "Turn the words in this picture into speech.",
                "What is written there? I want to listen to it.",
                "Please voice the text shown here.",
            ),
            tells=("Here is the writing as speech: {file}.", "The recording of the text is {file}, {seconds} seconds."),
        ),
        Chain(
            first="read_text",
            second="spell_word",
            passes={"text": "texts.0"},
            asks=(
                "Read what is written and spell it for me.",
                "Spell the writing in the picture letter by letter.",
                "How many letters does the text in this picture have?",
                "Take the words shown here and spell them out.",
                "Please read the text, then list its letters.",
                "I want each letter of what is written here.",
            ),
            tells=("The letters are {letters}, {count} of them.", "It is written {letters}: {count} letters."),
        ),
    )
