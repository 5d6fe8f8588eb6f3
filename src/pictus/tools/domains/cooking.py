"""Cooking: recipes, food values and stand-ins, simulated."""

from typing import ClassVar

from pictus.record import Facts
from pictus.tools.function import Arguments, Chain, Function, Result, Vague
from pictus.tools.schema import choice, integer, takes, text
from pictus.tools.simulated import one_of, whole

_DISHES = ("soup", "salad", "pie", "tart", "stew", "bake", "pancakes")
_MEALS = ("breakfast", "lunch", "dinner")
_STAND_INS = ("pear", "pumpkin", "courgette", "sweet potato", "oat flakes", "chickpeas")


def _recipe(arguments: Arguments, facts: Facts) -> Result:
    about = (arguments["ingredient"], arguments.get("meal", ""))
    dish = f"{arguments['ingredient']} {one_of(_DISHES, 'dish', *about)}"
    return {"dish": dish, "minutes": whole(3, 15, "minutes", *about) * 5, "serves": whole(2, 6, "serves", *about)}


def _nutrition(arguments: Arguments, facts: Facts) -> Result:
    food, grams = arguments["food"], arguments.get("grams", 100)
    return {"grams": grams, "kilocalories": round(whole(25, 400, "energy", food) * grams / 100)}


def _stand_in(arguments: Arguments, facts: Facts) -> Result:
    options = [one for one in _STAND_INS if one != arguments["ingredient"].lower()]
    return {"instead": one_of(options, "instead", arguments["ingredient"])}


class Tools:
    """Find recipes, food values and what to take instead."""

    functions: ClassVar[tuple[Function, ...]] = (
        Function(
            name="find_recipe",
            description="Find a dish to cook with an ingredient.",
            parameters=takes(
                ingredient=text("the main ingredient"), meal=choice("for which meal", _MEALS), optional=["meal"]
            ),
            run=_recipe,
            deed="find recipes",
            fills={"ingredient": "food", "meal": _MEALS},
            asks=(
                "What can I cook with {ingredient.the} in the picture?",
                "Find a recipe that uses {ingredient.many}.",
                "I have {ingredient.a} like this. What shall I make for {meal}?",
                "Any idea for a {meal} with {ingredient.many}?",
                "Look up something to cook from {ingredient.many}.",
                "Which dish would {ingredient.many} be good for?",
            ),
            tells=(
                "How about {dish}? It takes {minutes} minutes and serves {serves}.",
                "You could make {dish}, in {minutes} minutes.",
                "I found {dish}, ready in {minutes} minutes.",
            ),
            vague={
                "ingredient": Vague(
                    (
                        "Find a recipe for {meal}.",
                        "What can I cook for {meal}?",
                        "I want to cook something. Any recipe?",
                    ),
                    ("With which ingredient?", "What do you have at hand?", "What should the main ingredient be?"),
                )
            },
        ),
        Function(
            name="get_nutrition",
            description="Tell how much energy a food has.",
            parameters=takes(food=text("the food"), grams=integer("how much of it", 1, 5000), optional=["grams"]),
            run=_nutrition,
            deed="look up food values",
            fills={"food": "food", "grams": (50, 150, 200, 250)},
            asks=(
                "How many calories does {food.a} like this have?",
                "What is the energy of {grams} grams of {food.one}?",
                "Look up the food value of {food.one}.",
                "I eat {grams} grams of {food.one}. How many kilocalories is that?",
                "Is {food.one} rich in energy? Check, please.",
                "Tell me the calories of {food.many}.",
            ),
            tells=(
                "{grams} grams have about {kilocalories} kilocalories.",
                "About {kilocalories} kilocalories in {grams} grams.",
                "It is {kilocalories} kilocalories for {grams} grams.",
            ),
        ),
        Function(
            name="replace_ingredient",
            description="Suggest what to use instead of an ingredient.",
            parameters=takes(ingredient=text("what is lacking")),
            run=_stand_in,
            deed="suggest other ingredients",
            fills={"ingredient": "food"},
            asks=(
                "What can I use instead of {ingredient.many}?",
                "I have no {ingredient.one} at home. What would do?",
                "Name a stand-in for {ingredient.one}.",
                "My guest cannot eat {ingredient.many}. What should I take?",
                "Is there a replacement for {ingredient.one}?",
                "The recipe wants {ingredient.many}, and I have none. Suggest something.",
            ),
            tells=("You could use {instead}.", "Try {instead}.", "I would take {instead} in its place."),
        ),
    )
    chains: ClassVar[tuple[Chain, ...]] = (
        Chain(
            first="find_recipe",
            second="set_timer",
            passes={"minutes": "minutes"},
            asks=(
                "Find a recipe with {ingredient.many} and set a timer for as long as it takes.",
                "What can I cook with {ingredient.the}? Start a timer for it, too.",
                "Look for a dish with {ingredient.many}, then time the cooking.",
                "I cook something from {ingredient.many}. Choose a recipe and start the clock.",
                "Pick a recipe for {ingredient.many}; the timer should run just as long.",
                "Suggest what to make of {ingredient.many} and set the timer accordingly.",
            ),
            tells=(
                "Make {dish}; the timer runs for {minutes} minutes.",
                "I chose {dish} and started the timer: {minutes} minutes.",
                "Your {dish} needs {minutes} minutes, and the timer is running.",
            ),
        ),
    )
