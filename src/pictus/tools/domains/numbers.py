"""Numbers: arithmetic, units, bills, and money at simulated rates."""

from typing import ClassVar

from pictus.record import Facts
from pictus.tools import everyday
from pictus.tools.function import Arguments, CannotDo, Chain, Function, Result, Vague
from pictus.tools.schema import choice, integer, number, takes
from pictus.tools.simulated import whole

_METRES = {"metres": 1.0, "kilometres": 1000.0, "miles": 1609.344, "feet": 0.3048, "inches": 0.0254}
_GRAMS = {"grams": 1.0, "kilograms": 1000.0, "pounds": 453.59237, "ounces": 28.349523125}
_UNITS = (*_METRES, *_GRAMS)
_AMOUNTS = (3, 5, 12, 20, 45, 75, 150)


def _calculate(arguments: Arguments, facts: Facts) -> Result:
    one, other = arguments["first"], arguments["second"]
    match arguments["operation"]:
        case "add":
            result = one + other
        case "subtract":
            result = one - other
        case "multiply":
            result = one * other
        case _:
            if other == 0:
                raise CannotDo("nothing can be divided by zero")
            result = one / other
    return {"result": _short(result)}


def _convert(arguments: Arguments, facts: Facts) -> Result:
    source, target = arguments["source"], arguments["target"]
    for table in (_METRES, _GRAMS):
        if source in table and target in table:
            return {"converted": _short(arguments["value"] * table[source] / table[target])}
    raise CannotDo(f"{source} and {target} measure different things")


def _money(arguments: Arguments, facts: Facts) -> Result:
    per_unit = {name: 1.0 if name == "dollars" else whole(20, 300, "rate", name) / 100 for name in everyday.CURRENCIES}
    rate = round(per_unit[arguments["source"]] / per_unit[arguments["target"]], 4)
    return {"converted": round(arguments["amount"] * rate, 2), "rate": rate}


def _split(arguments: Arguments, facts: Facts) -> Result:
    return {"each": _short(round(arguments["amount"] / arguments["people"], 2))}


def _short(value: float) -> float:
    """Round to what one would say, and give whole numbers as such."""
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded


class Tools:
    """Calculate, convert units and money, and share a bill."""

    functions: ClassVar[tuple[Function, ...]] = (
        Function(
            name="calculate",
            description="Add, subtract, multiply or divide two numbers.",
            parameters=takes(
                operation=choice("what to do", ("add", "subtract", "multiply", "divide")),
                first=number("the first number", -1e9, 1e9),
                second=number("the second number", -1e9, 1e9),
            ),
            run=_calculate,
            deed="calculate",
            fills={
                "operation": ("add", "multiply"),
                "first": (17, 23, 38, 64, 125),
                "second": (4, 6, 9, 13, 15),
            },
            asks=(
                "Please {operation} {first} and {second}.",
                "What do I get if I {operation} {first} and {second}?",
                "Take {first} and {second}, and {operation} them.",
                "For my notes on this picture, {operation} {first} and {second}.",
                "If you {operation} {first} and {second}, what comes out?",
                "I have {first} and {second}. Now {operation} the two.",
            ),
            tells=("The result is {result}.", "That makes {result}.", "You get {result}."),
        ),
        Function(
            name="convert_units",
            description="Convert a length or a weight into another unit.",
            parameters=takes(
                value=number("how much", 0, 1e9),
                source=choice("unit of the value", _UNITS),
                target=choice("unit wanted", _UNITS),
            ),
            run=_convert,
            deed="convert units",
            fills={"value": _AMOUNTS, "source": _UNITS, "target": _UNITS},
            asks=(
                "How many {target} are {value} {source}?",
                "Convert {value} {source} to {target}.",
                "What is {value} {source} in {target}?",
                "A note with this picture says {value} {source}; I need {target}.",
                "Express {value} {source} in {target}, please.",
                "I think in {target}. What are {value} {source}?",
            ),
            tells=(
                "{value} {source} are {converted} {target}.",
                "That is {converted} {target}.",
                "It comes to {converted} {target}.",
            ),
            vague={
                "target": Vague(
                    (
                        "Convert {value} {source}.",
                        "What are {value} {source} in the other unit?",
                        "How much are {value} {source}?",
                    ),
                    ("Into which unit?", "Which unit do you want?", "What should I convert it to?"),
                )
            },
        ),
        Function(
            name="convert_money",
            description="Convert an amount of money into another currency.",
            parameters=takes(
                amount=number("how much", 0, 1e9),
                source=choice("currency of the amount", everyday.CURRENCIES),
                target=choice("currency wanted", everyday.CURRENCIES),
            ),
            run=_money,
            deed="convert money",
            fills={"amount": _AMOUNTS, "source": everyday.CURRENCIES, "target": everyday.CURRENCIES},
            asks=(
                "How much are {amount} {source} in {target}?",
                "Change {amount} {source} into {target}.",
                "I have {amount} {source}. What is that in {target}?",
                "A print of this costs {amount} {source}. Give me the price in {target}.",
                "Convert {amount} {source} to {target}.",
                "What would I get in {target} for {amount} {source}?",
            ),
            tells=(
                "{amount} {source} are {converted} {target}.",
                "You would get {converted} {target}.",
                "At a rate of {rate}, that is {converted} {target}.",
            ),
        ),
        Function(
            name="split_bill",
            description="Share an amount of money evenly among people.",
            parameters=takes(amount=number("the whole bill", 0, 1e9), people=integer("how many share it", 1, 1000)),
            run=_split,
            deed="share a bill",
            fills={"amount": (24, 36, 60, 84, 120), "people": (2, 3, 4, 5, 6)},
            asks=(
                "Share a bill of {amount} among {people} people.",
                "We are {people} and owe {amount} in all. What does each pay?",
                "Split {amount} evenly between {people} of us.",
                "What is the part of each if {people} people pay {amount} together?",
                "The prints came to {amount}, and {people} of us want to share. How much each?",
                "Divide a bill of {amount} by {people} heads.",
            ),
            tells=("Each pays {each}.", "That is {each} for each of the {people}.", "Everybody gives {each}."),
            vague={
                "people": Vague(
                    (
                        "Share a bill of {amount} evenly.",
                        "We owe {amount} in all. What does each pay?",
                        "Split {amount} for us.",
                    ),
                    ("Among how many people?", "How many of you are there?", "How many share it?"),
                )
            },
        ),
    )
    chains: ClassVar[tuple[Chain, ...]] = (
        Chain(
            first="count_objects",
            second="calculate",
            passes={"first": "count"},
            fills={"operation": ("multiply",), "second": (3, 4, 5, 7, 12)},
            asks=(
                "Count the {label.many} and {operation} by {second}.",
                "How many {label.many} are there? Now {operation} that number by {second}.",
                "Take the number of {label.many} in the picture and {operation} it by {second}.",
                "Each of the {label.many} counts {second} points. To get the sum, count and {operation}.",
                "If you {operation} the number of {label.many} by {second}, what do you get?",
                "I give {second} stickers for each of the {label.many} here; count, then {operation}.",
            ),
            tells=(
                "There {are} {number}, so the result is {result}.",
                "With {number}, that makes {result}.",
                "I counted {number}; the result is {result}.",
            ),
        ),
        Chain(
            first="count_objects",
            second="split_bill",
            passes={"people": "count"},
            fills={"label": "people"},
            asks=(
                "Everybody in the picture shares a bill of {amount}. What does each of the {label.many} pay?",
                "Count the {label.many} and split {amount} among them.",
                "If the {label.many} here share {amount} evenly, how much is it for each?",
                "The bill is {amount}. Divide it by the number of {label.many} you see.",
                "How much does each of the {label.many} owe if together they pay {amount}?",
                "Find out how many {label.many} there are, then share {amount} among them.",
            ),
            tells=("With {number}, each pays {each}.", "There {are} {number}, so it is {each} for each."),
        ),
    )
