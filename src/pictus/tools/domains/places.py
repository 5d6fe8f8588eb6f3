"""Places and travel: weather, directions, maps, landmarks, trains; simulated but for the landmarks."""

from typing import ClassVar

from pictus.record import Facts
from pictus.tools import everyday
from pictus.tools.function import Arguments, CannotDo, Chain, Function, Result, Vague
from pictus.tools.schema import choice, integer, takes, text
from pictus.tools.simulated import key, one_of, several, whole

_STOPS = ("Ghent", "Prague", "Vienna", "Munich", "Turin", "Lyon", "Basel", "Hamburg", "Warsaw", "Trieste")
_SKIES = ("sunny", "cloudy", "rainy", "windy", "foggy", "clear")
_MODES = ("walking", "driving", "cycling")
_KINDS = ("bakery", "museum", "park", "pharmacy", "library", "bookshop")
_STREETS = ("Mill Lane", "Bridge Street", "Garden Road", "Castle Hill", "Harbour Way")
_LANDMARKS = {
    "Eiffel Tower": ("Paris", 1889),
    "Statue of Liberty": ("New York", 1886),
    "Golden Gate Bridge": ("San Francisco", 1937),
    "Sydney Opera House": ("Sydney", 1973),
    "Brandenburg Gate": ("Berlin", 1791),
    "Empire State Building": ("New York", 1931),
}


def _weather(arguments: Arguments, facts: Facts) -> Result:
    about = (arguments["city"], arguments.get("day", "today"))
    return {"sky": one_of(_SKIES, "sky", *about), "celsius": whole(2, 31, "celsius", *about)}


def _directions(arguments: Arguments, facts: Facts) -> Result:
    about = (arguments["origin"], arguments["destination"])
    mode = arguments.get("mode", "driving")
    kilometres = whole(120, 1500, "far", *sorted(about))
    speed = {"walking": 5, "cycling": 16, "driving": 85}[mode]
    return {"kilometres": kilometres, "hours": round(kilometres / speed, 1), "mode": mode}


def _nearby(arguments: Arguments, facts: Facts) -> Result:
    about = (arguments["kind"], arguments["city"])
    streets = several(_STREETS, 2, "streets", *about)
    return {"found": [f"{whole(1, 90, 'number', *about, street)} {street}" for street in streets]}


def _map(arguments: Arguments, facts: Facts) -> Result:
    about = (arguments["place"], arguments.get("zoom", 12))
    return {"file": f"map-{key('map', *about)}.png", "zoom": about[1]}


def _landmark(arguments: Arguments, facts: Facts) -> Result:
    wanted = arguments["name"].lower().removeprefix("the ")
    for name, (city, year) in _LANDMARKS.items():
        if name.lower() == wanted:
            return {"city": city, "opened": year}
    raise CannotDo(f"there is no entry for {arguments['name']}")


def _trains(arguments: Arguments, facts: Facts) -> Result:
    about = (arguments["origin"], arguments["destination"], arguments["day"])
    hours = sorted(several(range(6, 22), 3, "trains", *about))
    return {"departures": [f"{hour:02d}:{whole(0, 11, 'minute', hour, *about) * 5:02d}" for hour in hours]}


class Tools:
    """Look up the weather, ways, maps, trains and landmarks."""

    functions: ClassVar[tuple[Function, ...]] = (
        Function(
            name="get_weather",
            description="Forecast the weather of a city for a day.",
            parameters=takes(
                city=text("the city", most=60), day=choice("day of the week", everyday.DAYS), optional=["day"]
            ),
            run=_weather,
            deed="look up the weather",
            fills={"city": everyday.CITIES, "day": everyday.DAYS},
            asks=(
                "What will the weather be like in {city} on {day}?",
                "Is {city} dry on {day}?",
                "I would love to take a picture like this in {city}. How is the weather there on {day}?",
                "Give me the forecast for {city}.",
                "Do I need a coat in {city} on {day}?",
                "How warm is it in {city}?",
                "Check {day}'s weather in {city}.",
            ),
            tells=(
                "It will be {sky} in {city}, at {celsius} degrees.",
                "The forecast for {city}: {sky}, {celsius} degrees Celsius.",
                "Expect {celsius} degrees; it looks {sky}.",
            ),
            vague={
                "city": Vague(
                    ("What will the weather be like on {day}?", "Do I need a coat on {day}?", "Check the forecast."),
                    ("For which city?", "Which city do you mean?", "Where will you be?"),
                )
            },
        ),
        Function(
            name="get_directions",
            description="Plan the way from one city to another.",
            parameters=takes(
                origin=text("where to start", most=60),
                destination=text("where to go", most=60),
                mode=choice("how to travel", _MODES),
                optional=["mode"],
            ),
            run=_directions,
            deed="plan a route",
            fills={"origin": _STOPS, "destination": _STOPS, "mode": _MODES},
            asks=(
                "How do I get from {origin} to {destination}?",
                "Plan a route from {origin} to {destination}; I am {mode}.",
                "How far is {destination} from {origin}?",
                "We start in {origin} and want to reach {destination}. How long does it take {mode}?",
                "Give me directions to {destination}, starting at {origin}.",
                "How many hours from {origin} to {destination} when {mode}?",
            ),
            tells=(
                "It is {kilometres} kilometres, about {hours} hours {mode}.",
                "From {origin} to {destination} you travel {kilometres} kilometres in about {hours} hours, {mode}.",
                "Count on {hours} hours for the {kilometres} kilometres.",
            ),
            vague={
                "destination": Vague(
                    (
                        "I am in {origin}. Plan my route.",
                        "How far is it from {origin}?",
                        "Give me directions from {origin}.",
                    ),
                    ("Where do you want to go?", "What is your destination?", "Where should the route lead?"),
                )
            },
        ),
        Function(
            name="find_nearby",
            description="Find places of one kind in a city.",
            parameters=takes(kind=choice("what sort of place", _KINDS), city=text("the city", most=60)),
            run=_nearby,
            deed="find places in a city",
            fills={"kind": _KINDS, "city": everyday.CITIES},
            words=lambda said: {"addresses": " and ".join(said["found"])},
            asks=(
                "Find me a {kind} in {city}.",
                "Is there a {kind} in {city}?",
                "Where is the next {kind}? I am in {city}.",
                "I am visiting {city} and look for a {kind}.",
                "Which {kind} in {city} could I walk to?",
                "Give me the address of a {kind} in {city}.",
            ),
            tells=("You could go to {addresses}.", "In {city}, look at {addresses}.", "Try {addresses}."),
        ),
        Function(
            name="show_map",
            description="Draw a map of a place.",
            parameters=takes(
                place=text("the place", most=80), zoom=integer("level of detail", 5, 18), optional=["zoom"]
            ),
            run=_map,
            deed="draw maps",
            fills={"place": everyday.CITIES, "zoom": (8, 10, 14, 16)},
            asks=(
                "Show me {place} on a map.",
                "I need a map of {place}.",
                "Draw a map of {place} at zoom level {zoom}.",
                "Could this have been taken in {place}? Let me see a map of it.",
                "Open the map of {place}, zoom {zoom}.",
                "Where is {place}? A map would help.",
            ),
            tells=("Here is the map of {place}: {file}.", "The map is {file}.", "I drew {place} for you, in {file}."),
        ),
        Function(
            name="look_up_landmark",
            description="Tell where a famous building stands and when it was opened.",
            parameters=takes(name=text("name of the building", most=80)),
            run=_landmark,
            deed="look up famous buildings",
            fills={"name": tuple(_LANDMARKS)},
            asks=(
                "This reminds me of the {name}. When was that opened?",
                "In which city is the {name}?",
                "How old is the {name}?",
                "Tell me about the {name}.",
                "When and where was the {name} built?",
                "I always mix it up: where does the {name} stand?",
            ),
            tells=(
                "The {name} is in {city} and was opened in {opened}.",
                "It stands in {city}; it was opened in {opened}.",
                "You find the {name} in {city}. It dates from {opened}.",
            ),
        ),
        Function(
            name="find_trains",
            description="List the trains between two cities on a day.",
            parameters=takes(
                origin=text("where to start", most=60),
                destination=text("where to go", most=60),
                day=choice("day of the week", everyday.DAYS),
            ),
            run=_trains,
            deed="look up trains",
            fills={"origin": _STOPS, "destination": _STOPS, "day": everyday.DAYS},
            words=lambda said: {"times": ", ".join(said["departures"])},
            asks=(
                "When do trains go from {origin} to {destination} on {day}?",
                "I must be in {destination} on {day}. Which trains leave {origin}?",
                "List the {day} trains from {origin} to {destination}.",
                "Can I take a train from {origin} to {destination} on {day}?",
                "Look up connections to {destination} from {origin} for {day}.",
                "On {day} I travel from {origin} to {destination}. What are the departures?",
            ),
            tells=(
                "Trains leave {origin} at {times}.",
                "On {day} you can leave at {times}.",
                "The departures to {destination} are {times}.",
            ),
            vague={
                "day": Vague(
                    (
                        "When do trains go from {origin} to {destination}?",
                        "I need a train from {origin} to {destination}.",
                        "Look up connections from {origin} to {destination}.",
                    ),
                    ("On which day?", "Which day do you want to travel?", "For what day of the week?"),
                )
            },
        ),
    )
    chains: ClassVar[tuple[Chain, ...]] = ()
