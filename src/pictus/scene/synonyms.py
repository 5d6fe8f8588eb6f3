"""Which words may speak of which label: the words of captions, kinds of things, and things easily mistaken.

All of it leans to one side: a word that might mean a label counts as a mention of it, so that nothing which
people spoke of is ever called absent.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

from pictus.scene.names import plural, spoken

_PEOPLE = """man woman boy girl child kid baby toddler infant lady guy gentleman dude human adult adolescent teenager teen
    youth youngster male female folk spectator bystander onlooker pedestrian passenger driver tourist traveler shopper
    customer worker employee officer policeman policewoman cop fireman firefighter soldier guard chef cook waiter waitress
    bartender bride groom student teacher doctor nurse friend mother father mom dad parent son daughter brother sister
    grandmother grandfather husband wife player batter pitcher catcher umpire referee athlete runner jogger swimmer skier
    snowboarder skateboarder skater surfer cyclist bicyclist biker motorcyclist rider jockey cowboy farmer fisherman
    businessman businesswoman vendor performer musician dancer clown lifeguard carpenter mechanic photographer gamer pilot
    boarder bather hiker camper owner rower hitter baseman outfielder infielder goalie someone somebody"""

# Label: the words that captions use for it. Plurals follow by rule; phrases count as a whole.
_WORDS = {
    "person": f"""{_PEOPLE} hand arm leg foot face head finger his her hers who everyone everybody crowd family couple
        team audience""",
    "bicycle": "bike cyclist bicyclist biker cycling biking tricycle bmx cycle mountain-bike",
    "car": """van taxi cab suv sedan automobile minivan limousine limo convertible hatchback jeep vehicle traffic auto
        hearse pickup wagon parking-lot""",
    "motorcycle": "motorbike bike moped scooter motorcyclist biker dirt-bike vespa vehicle traffic harley cycle",
    "airplane": "plane jet airliner aircraft aeroplane biplane jetliner airline jumbo-jet fighter glider seaplane propeller",
    "bus": "coach minibus trolley double-decker vehicle traffic van school-bus shuttle tram",
    "train": "locomotive subway tram trolley railcar railway streetcar metro engine caboose monorail train-car boxcar freight",
    "truck": """pickup lorry semi tractor-trailer fire-engine firetruck van vehicle traffic jeep trailer tow-truck suv
        dump-truck rv camper""",
    "boat": """ship canoe kayak sailboat ferry yacht raft gondola vessel rowboat speedboat tugboat barge dinghy dingy
        houseboat motorboat catamaran cruise sailing cruiser rowing""",
    "traffic light": "stoplight stop-light traffic-signal street-light signal light streetlight red-light",
    "fire hydrant": "hydrant fireplug fire-plug water-hydrant",
    "stop sign": "sign stopsign street-sign traffic-sign",
    "parking meter": "meter",
    "bench": "seat pew seating park-bench",
    "bird": """duck seagull gull pigeon parrot owl goose swan eagle hawk chicken hen rooster penguin flamingo pelican crow
        sparrow robin heron stork crane ostrich peacock turkey parakeet cockatoo hummingbird duckling gosling dove finch
        raven vulture woodpecker cardinal fowl animal wildlife poultry macaw egret blackbird bluejay falcon""",
    "cat": "kitten kitty feline pet animal tabby tomcat calico",
    "dog": """puppy pup canine pet animal hound poodle terrier retriever bulldog dachshund corgi chihuahua labrador
        pug collie shepherd dalmatian beagle doggy husky sheepdog""",
    "horse": "pony foal mare stallion colt horseback equestrian animal mule donkey jockey carriage bronco",
    "sheep": "lamb ram ewe goat animal livestock herd flock",
    "cow": "cattle bull calf ox steer bovine livestock animal herd buffalo bison yak longhorn",
    "elephant": "animal wildlife calf herd pachyderm tusker",
    "bear": "cub animal wildlife grizzly polar-bear panda",
    "zebra": "animal wildlife herd",
    "giraffe": "animal wildlife herd calf",
    "backpack": "bag rucksack knapsack back-pack luggage pack bookbag baggage",
    "umbrella": "parasol canopy sunshade",
    "handbag": "purse bag pocketbook tote satchel clutch luggage baggage briefcase",
    "tie": "necktie bowtie bow-tie neck-tie tuxedo neckwear",
    "suitcase": "luggage bag briefcase baggage trunk duffel suite-case travel-bag",
    "frisbee": "disc disk frisbie frisbe freebie",
    "skis": "ski skiing skier skies",
    "snowboard": "snowboarder snowboarding board boarder",
    "sports ball": """ball baseball soccer football basketball volleyball tennis softball rugby cricket golf bowling
        beachball batter pitcher""",
    "kite": "parasail kiteboarding kite-flyer windsurfing",
    "baseball bat": "bat batter batting hitter",
    "baseball glove": "glove mitt catcher",
    "skateboard": "skateboarder skateboarding board skater skating longboard skate",
    "surfboard": "surfer surfing board surf body-board paddleboard boogie-board bodyboard paddle-board",
    "tennis racket": "racket racquet raquet racquets tennis paddle",
    "bottle": "beer wine soda beverage drink ketchup jug condiment liquor water-bottle",
    "wine glass": "glass goblet wine champagne drink beverage stemware flute wineglass",
    "cup": "mug glass coffee tea drink beverage tumbler teacup beer latte soda espresso cappuccino milkshake",
    "fork": "silverware utensil cutlery flatware pitchfork",
    "knife": "silverware utensil cutlery flatware blade",
    "spoon": "silverware utensil cutlery flatware ladle spatula teaspoon",
    "bowl": "dish soup cereal container salad",
    "banana": "fruit plantain produce food",
    "apple": "fruit produce food",
    "sandwich": """burger hamburger cheeseburger sub hoagie panini toast bagel wrap food blt sandwhich sandwiche burrito
        snack lunch meal""",
    "orange": "fruit tangerine mandarin citrus clementine grapefruit produce food",
    "broccoli": "vegetable veggie veggies produce brocolli brocoli greens food meal",
    "carrot": "vegetable veggie veggies produce food meal",
    "hot dog": "hotdog sausage frank frankfurter bratwurst wiener weiner food corndog chili-dog corn-dog",
    "pizza": "slice pie food meal pepperoni calzone",
    "donut": "doughnut pastry dessert food cruller bagel",
    "cake": "cupcake dessert pastry pie food cheesecake brownie frosting muffin",
    "chair": "seat armchair stool recliner furniture rocker chaise seating high-chair beach-chair lawn-chair",
    "couch": "sofa loveseat settee futon seat furniture sectional armchair seating love-seat",
    "potted plant": "plant flower pot houseplant planter fern shrub flowerpot greenery cactus succulent",
    "bed": "mattress crib bunk cot bedding bedroom headboard bunkbed daybed",
    "dining table": "table desk tabletop buffet counter furniture workstation meal dinner",
    "toilet": "commode urinal latrine bidet toliet",
    "tv": "television monitor screen computer telly flatscreen wii video-game flat-screen tvs",
    "laptop": "computer notebook macbook pc screen",
    "mouse": "computer mice rodent computer-mouse",
    "remote": "controller wii wiimote remote-control video-game gaming wii-mote clicker",
    "keyboard": "computer piano laptop",
    "cell phone": "phone cellphone smartphone iphone mobile telephone cell mobile-phone smart-phone blackberry",
    "microwave": "oven appliance",
    "oven": "stove range cooker appliance stovetop toaster",
    "toaster": "appliance oven",
    "sink": "basin faucet washbasin",
    "refrigerator": "fridge freezer icebox appliance refridgerator",
    "book": "novel magazine textbook notebook bookshelf bookcase reading cookbook brochure",
    "clock": "watch clocktower timepiece alarm",
    "vase": "pot urn jar pitcher flower pottery",
    "scissors": "shears scissor clippers",
    "teddy bear": "teddy stuffed-animal stuffed-bear stuffed-toy toy bear plush doll stuffed-dog stuffed",
    "hair drier": "dryer hairdryer blowdryer drier hair-dryer blow-dryer blower",
    "toothbrush": "brush tooth-brush",
}
LABELS = tuple(sorted(_WORDS))  # the eighty things of COCO
_MEANINGS = {label: tuple(word.replace("-", " ") for word in words.split()) for label, words in _WORDS.items()}

# What one says for all of them together.
GROUPS: dict[str, tuple[str, ...]] = {
    "animals": ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"),
    "vehicles": ("bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat"),
    "pieces of cutlery": ("fork", "knife", "spoon"),
    "pieces of fruit": ("banana", "apple", "orange"),
    "pieces of furniture": ("chair", "couch", "bed", "dining table", "bench"),
    "bags": ("backpack", "handbag", "suitcase"),
}

# What is found together: a thing of the same surroundings makes the harder question.
SURROUNDINGS: tuple[tuple[str, ...], ...] = (
    (
        *("bicycle", "car", "motorcycle", "bus", "truck", "traffic light", "fire hydrant", "stop sign"),
        *("parking meter", "bench", "train", "backpack", "umbrella", "handbag"),
    ),
    ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"),
    (
        *(
            "frisbee",
            "skis",
            "snowboard",
            "sports ball",
            "kite",
            "baseball bat",
            "baseball glove",
            "skateboard",
        ),
        *("surfboard", "tennis racket", "bicycle", "boat"),
    ),
    (
        *(
            "bottle",
            "wine glass",
            "cup",
            "fork",
            "knife",
            "spoon",
            "bowl",
            "banana",
            "apple",
            "sandwich",
            "orange",
        ),
        *(
            "broccoli",
            "carrot",
            "hot dog",
            "pizza",
            "donut",
            "cake",
            "dining table",
            "microwave",
            "oven",
            "toaster",
        ),
        *("sink", "refrigerator"),
    ),
    (
        *(
            "chair",
            "couch",
            "potted plant",
            "bed",
            "dining table",
            "tv",
            "laptop",
            "mouse",
            "remote",
            "keyboard",
        ),
        *("cell phone", "book", "clock", "vase", "teddy bear", "scissors", "cat", "dog"),
    ),
    ("toilet", "sink", "hair drier", "toothbrush", "bottle", "cup", "vase", "scissors"),
    ("backpack", "handbag", "suitcase", "tie", "umbrella", "cell phone", "book", "train", "bus", "airplane"),
)

# Where one of them is, an annotator's "none" of the other is not to be trusted.
_MISTAKEN = (
    ("cup", "wine glass", "bottle", "vase", "bowl"),
    ("couch", "chair", "bench", "bed"),
    ("car", "truck", "bus", "train"),
    ("bicycle", "motorcycle"),
    ("handbag", "backpack", "suitcase"),
    ("teddy bear", "bear", "dog"),
    ("hot dog", "sandwich", "dog"),
    ("cake", "donut", "pizza"),
    ("cow", "sheep", "horse"),
    ("oven", "microwave", "toaster"),
    ("tv", "laptop", "cell phone", "remote"),
    ("laptop", "keyboard"),
    ("skis", "snowboard", "surfboard", "skateboard"),
    ("potted plant", "vase"),
    ("orange", "apple", "sports ball", "carrot"),
    ("sports ball", "frisbee"),
    ("fork", "knife", "spoon"),
    ("book", "laptop"),
    ("traffic light", "stop sign"),
    ("dining table", "bench"),
    ("kite", "umbrella"),
)
_CONFUSED = {label: frozenset(sum((group for group in _MISTAKEN if label in group), ())) for label in _WORDS}

# Labels that hold other labels: one box of an animal may also stand as a dog. They exist; they are not counted.
_GENERAL = frozenset(
    [
        "animal",
        "mammal",
        "carnivore",
        "reptile",
        "invertebrate",
        "insect",
        "vehicle",
        "land-vehicle",
        "aerial-vehicle",
        "watercraft",
        "furniture",
        "food",
        "fruit",
        "vegetable",
        "dessert",
        "snack",
        "drink",
        "clothing",
        "footwear",
        "headgear",
        "tableware",
        "kitchenware",
        "kitchen-utensil",
        "kitchen-appliance",
        "home-appliance",
        "toy",
        "tool",
        "weapon",
        "sports-equipment",
        "ball",
        "building",
        "plant",
        "tree",
        "flower",
        "container",
        "luggage-and-bags",
        "object",
        "thing",
        "fashion-accessory",
        "office-supplies",
        "musical-instrument",
        "marine-mammal",
        "baked-goods",
        "seafood",
        "personal-care",
        "body-part",
        "people",
        "crowd",
        "human-body",
    ]
)
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|\n")


def mentioned(labels: Iterable[str], captions: Iterable[str]) -> set[str]:
    """Find the labels that captions may speak of, by their own name or another word."""
    labels = labels if isinstance(labels, tuple) else tuple(labels)
    words, text = tokens(captions)
    singles, phrases = _index(labels)
    found = {label for word in singles.keys() & words for label in singles[word]}
    for first in phrases.keys() & words:
        found.update(label for phrase, label in phrases[first] if phrase in text)
    return found


def tokens(captions: Iterable[str]) -> tuple[set[str], str]:
    """Give the words of captions, and all of them in order, each between spaces."""
    listed = _TOKEN.findall("\n\n".join(captions).lower())
    return set(listed), f" {' '.join(listed)} "


def is_mentioned(label: str, words: set[str], text: str) -> bool:
    """Say whether the words of captions may speak of a label."""
    singles, phrases = _forms(label)
    return not words.isdisjoint(singles) or any(phrase in text for phrase in phrases)


def synonyms(label: str) -> tuple[str, ...]:
    """List the other words that may mean a label, in the singular."""
    return _MEANINGS.get(label.lower(), ())


@lru_cache(maxsize=16384)
def plurals(label: str) -> frozenset[str]:
    """List the single words that speak of several things of a label."""
    one = _said(label)
    words = (one, *(_PEOPLE.split() if one == "person" else ()))
    return frozenset(many for word in words if (many := plural(word)) != word)


@lru_cache(maxsize=65536)
def may_be_same(one: str, other: str) -> bool:
    """Say whether two different labels may be put on the same thing: a man is a person, a palm tree is a tree."""
    if one in _WORDS and other in _WORDS:  # annotated side by side, each in its own right
        return False
    return (
        one.endswith(f" {other}")
        or other.endswith(f" {one}")
        or one in _MEANINGS.get(other, ())
        or other in _MEANINGS.get(one, ())
    )


@lru_cache(maxsize=16384)
def surroundings(labels: frozenset[str]) -> frozenset[str]:
    """List what is often found together with any of some labels."""
    return frozenset(label for group in SURROUNDINGS if not labels.isdisjoint(group) for label in group)


def is_general(label: str) -> bool:
    """Say whether other labels name kinds of this one, so that its boxes do not tell how many there are."""
    return label.replace(" ", "-") in _GENERAL


def may_be_mistaken(one: str, other: str) -> bool:
    """Say whether people take one thing for the other."""
    return other in _CONFUSED.get(one, ())


def _said(label: str) -> str:
    return (spoken(label) or " ".join(label.split())).lower()


@lru_cache(maxsize=16384)
def _forms(label: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Split what may speak of a label into single words and, between spaces, phrases."""
    one = _said(label)
    words = (one, *_MEANINGS.get(one, ()))
    if one not in _MEANINGS and " " in one:
        words += (one.rpartition(" ")[2],)  # an unknown "coffee table" may be called a table
    texts = {" ".join(_TOKEN.findall(form)) for word in words for form in (word, plural(word).lower())} - {""}
    singles = frozenset(text for text in texts if " " not in text)
    return singles, tuple(f" {text} " for text in sorted(texts) if " " in text)


_Index: TypeAlias = tuple[dict[str, tuple[str, ...]], dict[str, tuple[tuple[str, str], ...]]]


@lru_cache(maxsize=64)
def _index(labels: tuple[str, ...]) -> _Index:
    """Turn the forms of labels round, once for a whole dataset: from a word to the labels it may mean."""
    singles: dict[str, list[str]] = {}
    phrases: dict[str, list[tuple[str, str]]] = {}
    for label in labels:
        for word in sorted(_forms(label)[0]):
            singles.setdefault(word, []).append(label)
        for phrase in _forms(label)[1]:
            phrases.setdefault(phrase.split()[0], []).append((phrase, label))
    return (
        {word: tuple(found) for word, found in singles.items()},
        {word: tuple(found) for word, found in phrases.items()},
    )
