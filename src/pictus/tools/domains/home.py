"""The home: devices, heating, music, lists, messages and albums, simulated."""

from typing import ClassVar

from pictus.record import Facts
from pictus.tools import everyday
from pictus.tools.function import Arguments, Chain, Function, Result, Vague
from pictus.tools.schema import choice, integer, takes, text
from pictus.tools.simulated import key, one_of, whole

_DEVICES = ("kitchen light", "hall light", "fan", "radio", "coffee machine", "porch light")
_STATES = ("on", "off")
_ROOMS = ("kitchen", "bedroom", "hall", "bathroom", "study")
_STYLES = ("jazz", "folk", "opera", "rock", "blues", "swing")
_TRACKS = ("Slow Morning", "North Window", "Two Rivers", "Paper Boats", "Late Tram", "Blue Fence")
_ALBUMS = ("Favourites", "Summer", "Family", "Ideas", "Outdoors")
_MESSAGES = ("I am on my way", "see you at eight", "call me back", "dinner is ready", "have a look at this")


def _switch(arguments: Arguments, facts: Facts) -> Result:
    return {"device": arguments["device"], "state": arguments["state"]}


def _heat(arguments: Arguments, facts: Facts) -> Result:
    return {"room": arguments["room"], "minutes_until_warm": whole(2, 9, "heat", *arguments.values()) * 5}


def _play(arguments: Arguments, facts: Facts) -> Result:
    return {"track": one_of(_TRACKS, "track", arguments["style"]), "minutes": whole(2, 6, "long", arguments["style"])}


def _list(arguments: Arguments, facts: Facts) -> Result:
    return {"entries_on_list": whole(2, 12, "list", arguments["item"])}


def _save(arguments: Arguments, facts: Facts) -> Result:
    return {"pictures_in_album": whole(3, 240, "album", arguments["album"])}


def _send(arguments: Arguments, facts: Facts) -> Result:
    return {"message": f"message-{key('message', arguments['recipient'], arguments['text'])}", "sent": True}


class Tools:
    """Switch devices, heat, play music, keep lists and albums, send messages."""

    functions: ClassVar[tuple[Function, ...]] = (
        Function(
            name="switch_device",
            description="Turn a device at home on or off.",
            parameters=takes(device=text("the device", most=60), state=choice("what it should be", _STATES)),
            run=_switch,
            deed="switch devices",
            fills={"device": _DEVICES, "state": _STATES},
            asks=(
                "Turn {state} the {device}.",
                "Switch the {device} {state}, please.",
                "The {device} should be {state}.",
                "I want the {device} {state} while I look at this.",
                "Can you turn the {device} {state}?",
                "Make sure that the {device} is {state}.",
            ),
            tells=("The {device} is {state} now.", "Done, the {device} is {state}.", "I turned the {device} {state}."),
            vague={
                "device": Vague(
                    ("Turn it {state}.", "Switch that thing {state}, please.", "Can you turn it {state}?"),
                    ("Which device do you mean?", "What should I switch?", "Which one?"),
                )
            },
        ),
        Function(
            name="set_temperature",
            description="Heat a room to a temperature in degrees Celsius.",
            parameters=takes(room=choice("the room", _ROOMS), degrees=integer("degrees Celsius", 5, 30)),
            run=_heat,
            deed="set the heating",
            fills={"room": _ROOMS, "degrees": (16, 18, 19, 20, 21, 22)},
            asks=(
                "Heat the {room} to {degrees} degrees.",
                "Make it {degrees} degrees in the {room}.",
                "This picture makes me shiver. Set the {room} to {degrees} degrees.",
                "The {room} should have {degrees} degrees.",
                "I like {degrees} degrees in the {room}; please set that.",
                "Change the temperature of the {room} to {degrees}.",
            ),
            tells=(
                "The {room} will have {degrees} degrees in {minutes_until_warm} minutes.",
                "The heating of the {room} is set to {degrees} degrees.",
                "Done; it takes about {minutes_until_warm} minutes.",
            ),
            vague={
                "degrees": Vague(
                    ("Heat the {room}.", "Change the temperature of the {room}.", "Make the {room} cosier."),
                    ("To how many degrees?", "What temperature would you like?", "How warm should it be?"),
                )
            },
        ),
        Function(
            name="play_music",
            description="Play music of one style.",
            parameters=takes(style=choice("which music", _STYLES)),
            run=_play,
            deed="play music",
            fills={"style": _STYLES},
            asks=(
                "Play some {style}.",
                "Put on {style} that goes with this picture.",
                "I feel like {style}.",
                "Can we listen to {style}?",
                "Start the {style} list.",
                "A bit of {style} would be nice now.",
            ),
            tells=('Now playing "{track}".', 'I put on "{track}", {minutes} minutes of {style}.', 'This is "{track}".'),
            vague={
                "style": Vague(
                    ("Play some music.", "Put on music that goes with this.", "Can we listen to something?"),
                    ("Which style?", "What kind of music would you like?", "What do you feel like?"),
                )
            },
        ),
        Function(
            name="add_to_list",
            description="Write an item on the household's list.",
            parameters=takes(item=text("what to write")),
            run=_list,
            deed="write on the household's list",
            fills={"item": "food"},
            asks=(
                "Put {item.many} on the list.",
                "We are out of {item.many}. Write that down.",
                "Note on our list: {item.many}.",
                "I see {item.the} and remember that we need some. Add {item.one} to the list.",
                "Add {item.many} to what we need.",
                "The list lacks {item.many}. See to that, please.",
            ),
            tells=(
                "It is on the list, which has {entries_on_list} entries now.",
                "I wrote {item.one} on the list.",
                "Done: {item.one} is on the list.",
            ),
        ),
        Function(
            name="save_to_album",
            description="Keep the picture in an album.",
            parameters=takes(album=text("name of the album", most=60)),
            run=_save,
            deed="keep pictures in albums",
            fills={"album": _ALBUMS},
            asks=(
                "Save this picture to {album}.",
                "Put it into the album {album}.",
                "This one belongs in {album}.",
                "Keep the picture in my {album} album.",
                "Can you file this under {album}?",
                "I like this. Add it to {album}.",
            ),
            tells=(
                "The picture is in {album} now, with {pictures_in_album} others.",
                "Saved to {album}.",
                "I put it into {album}.",
            ),
            vague={
                "album": Vague(
                    ("Save this picture.", "Put it into an album.", "Can you file this for me?"),
                    ("Into which album?", "Which album should I use?", "Where should I keep it?"),
                )
            },
        ),
        Function(
            name="send_message",
            description="Send words to somebody.",
            parameters=takes(recipient=text("who gets it", most=60), text=text("what to say")),
            run=_send,
            deed="send messages",
            fills={"recipient": everyday.PEOPLE, "text": _MESSAGES},
            asks=(
                'Write to {recipient}: "{text}".',
                'Send "{text}" to {recipient}.',
                'Tell {recipient} "{text}".',
                'Message {recipient} with the words "{text}".',
                'Let {recipient} know: "{text}".',
                'Text {recipient}, please: "{text}".',
            ),
            tells=("I sent it to {recipient}.", "{recipient} has your message.", "The message to {recipient} is sent."),
            vague={
                "recipient": Vague(
                    ('Send this: "{text}".', 'Write "{text}" for me and send it.', 'Please message them "{text}".'),
                    ("Who should get it?", "To whom should I send it?", "Who is it for?"),
                )
            },
        ),
    )
    chains: ClassVar[tuple[Chain, ...]] = ()
