"""What people name in everyday requests, and which things of a picture can be bought, eaten or kept."""

CITIES = ("Lisbon", "Oslo", "Prague", "Kyoto", "Toronto", "Nairobi", "Dublin", "Vienna", "Lima", "Sydney", "Ghent")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TIMES = ("07:30", "08:15", "09:00", "10:45", "12:30", "14:00", "15:30", "17:45", "19:00", "20:30")
PEOPLE = ("Ana", "Ben", "Chidi", "Dana", "Elif", "Farid", "Grace", "Hugo", "Ivo", "Jonas", "Keiko", "Liam")
COLOURS = ("red", "blue", "green", "yellow", "white", "black")
CURRENCIES = ("dollars", "euros", "pounds", "yen", "francs", "kronor")

# Labels that name one thing which shops sell; animals, people and the sky are not among them.
GOODS = frozenset(
    [
        *("bicycle", "bench", "backpack", "umbrella", "handbag", "suitcase", "frisbee", "snowboard", "kite", "balloon"),
        *(
            "sports ball",
            "ball",
            "baseball bat",
            "baseball glove",
            "skateboard",
            "surfboard",
            "tennis racket",
            "bottle",
        ),
        *("wine glass", "mug", "cup", "fork", "knife", "spoon", "bowl", "chair", "couch", "bed", "dining table", "tv"),
        *("laptop", "mouse", "keyboard", "cell phone", "microwave", "oven", "toaster", "refrigerator", "book", "clock"),
        *("vase", "teddy bear", "hair drier", "toothbrush", "lamp", "helmet", "guitar", "camera", "hat", "watch"),
    ]
)
FOODS = frozenset(
    [
        *("apple", "banana", "orange", "carrot", "broccoli", "pizza", "donut", "cake", "sandwich", "hot dog", "bread"),
        *("tomato", "potato", "lemon", "strawberry", "cheese", "egg", "mushroom", "pear", "grape", "cucumber"),
    ]
)
ANIMALS = frozenset(
    ["bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "fish", "rabbit", "duck"]
)
