"""Shopping: products, prices, carts and orders, all of them simulated."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pictus.record import Facts
from pictus.scene import listing
from pictus.tools import everyday
from pictus.tools.function import Arguments, Chain, Function, Result, Several, Vague
from pictus.tools.schema import integer, many, takes, text
from pictus.tools.simulated import key, one_of, several, whole

_MAKES = ("Alder", "Brio", "Cobalt", "Dune", "Ember", "Fjord", "Garnet", "Harbour")
_SHOPS = ("Corner House", "Market Hall", "Old Mill Store", "Station Shop", "The Green Door")
_STATES = ("packed", "on its way", "waiting at the pick-up point", "delivered")
_ORDERS = ("A1047", "B2290", "C3318", "D4471", "E5026")


def _price_of(product: str) -> float:
    return whole(300, 9000, "price", product) / 100


def _search(arguments: Arguments, facts: Facts) -> Result:
    wanted = arguments["product"]
    makes = several(_MAKES, 3, "makes", wanted)
    limit = arguments.get("limit", 3)
    products = [{"title": f"{make} {wanted}", "price": _price_of(f"{make} {wanted}")} for make in makes[:limit]]
    return {"products": products, "currency": "dollars"}


def _price(arguments: Arguments, facts: Facts) -> Result:
    return {"product": arguments["product"], "price": _price_of(arguments["product"]), "currency": "dollars"}


def _compare(arguments: Arguments, facts: Facts) -> Result:
    prices = {product: _price_of(product) for product in arguments["products"]}
    return {"prices": prices, "cheapest": min(prices, key=lambda one: prices[one]), "currency": "dollars"}


def _add(arguments: Arguments, facts: Facts) -> Result:
    total = round(_price_of(arguments["product"]) * arguments["quantity"], 2)
    return {"cart": f"cart-{key('cart', arguments['product'])}", "total": total, "currency": "dollars"}


def _track(arguments: Arguments, facts: Facts) -> Result:
    order = arguments["order"]
    state = one_of(_STATES, "state", order)
    days = whole(1, 5, "days", order) if state in _STATES[:2] else 0
    return {"order": order, "state": state, "days_left": days}


def _store(arguments: Arguments, facts: Facts) -> Result:
    about = (arguments["product"], arguments["city"])
    return {"store": one_of(_SHOPS, "store", *about), "metres": whole(2, 40, "far", *about) * 100}


def _search_words(said: Mapping[str, Any]) -> Mapping[str, str]:
    return {"offers": listing([f"{one['title']} for {one['price']:.2f} dollars" for one in said["products"][:3]])}


def _money_words(said: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: f"{said[name]:.2f}" for name in ("price", "total") if name in said}


def _track_words(said: Mapping[str, Any]) -> Mapping[str, str]:
    days = said["days_left"]
    return {"rest": f", with {days} {'day' if days == 1 else 'days'} to go" if days else ""}


class Tools:
    """Search products, compare prices, fill a cart and follow an order."""

    functions: ClassVar[tuple[Function, ...]] = (
        Function(
            name="search_product",
            description="Search the shop for products and list the best matches with their prices.",
            parameters=takes(
                product=text("what to search for"), limit=integer("how many matches to give", 1, 3), optional=["limit"]
            ),
            run=_search,
            deed="search the shop",
            fills={"product": "goods", "limit": (2, 3)},
            words=_search_words,
            asks=(
                "Where can I buy {product.a} like this? Search the shop.",
                "Find me {product.a} like the one in the picture.",
                "I want {product.a} like that. What is on offer?",
                "Show me {limit} offers for {product.a}.",
                "Does the shop have {product.a} similar to this one?",
                "Look up {product.many} in the shop.",
                "I am after {product.a}; list {limit} that I could order.",
            ),
            tells=("The shop has {offers}.", "I found {offers}.", "On offer: {offers}."),
        ),
        Function(
            name="get_price",
            description="Tell the usual price of a product.",
            parameters=takes(product=text("the product")),
            run=_price,
            deed="look up prices",
            fills={"product": "goods"},
            words=_money_words,
            asks=(
                "What does {product.a} like this cost?",
                "How much would I pay for {product.a}?",
                "Check the price of {product.a} for me.",
                "What is the usual price of {product.a}?",
                "I might buy {product.a} like that. What is the price?",
                "Roughly how expensive is {product.a}? Look it up.",
            ),
            tells=(
                "You would pay about {price} {currency} for {product.a}.",
                "The usual price is {price} {currency}.",
                "{product.a} costs {price} {currency}.",
            ),
            vague={
                "product": Vague(
                    ("How much does one of those cost?", "What is the price of that?", "Can you check a price for me?"),
                    ("Which product do you mean?", "The price of what exactly?", "What should I look up the price of?"),
                )
            },
        ),
        Function(
            name="compare_prices",
            description="Compare the prices of several products and name the cheapest.",
            parameters=takes(products=many("the products", text("a product"), least=2, most=5)),
            run=_compare,
            deed="compare prices",
            fills={"products": Several("goods")},
            asks=(
                "Which is cheaper of {products}?",
                "Compare what these cost: {products}.",
                "I can afford one of {products}. Which is the better deal, going by price?",
                "Between {products}, which costs the least?",
                "Please compare the prices of {products}.",
                "Of {products}, which would be the smaller expense?",
            ),
            tells=(
                "The cheapest is the {cheapest}.",
                "You would pay the least for the {cheapest}.",
                "Going by price, take the {cheapest}.",
            ),
        ),
        Function(
            name="add_to_cart",
            description="Put a number of one product into the shopping cart.",
            parameters=takes(product=text("the product"), quantity=integer("how many", 1, 50)),
            run=_add,
            deed="fill a shopping cart",
            fills={"product": "goods", "quantity": (2, 3, 4, 5, 6)},
            words=_money_words,
            asks=(
                "Put {quantity} {product.many} into my cart.",
                "Order {quantity} {product.many} like this one.",
                "I would like to buy {quantity} {product.many}.",
                "Add {quantity} {product.many} to the cart, please.",
                "Get me {quantity} {product.many} of this sort.",
                "My cart needs {quantity} {product.many}.",
            ),
            tells=(
                "{quantity} {product.many} are in your cart, {total} {currency} in all.",
                "Done. The cart now comes to {total} {currency}.",
                "I added {quantity} {product.many}; that makes {total} {currency}.",
            ),
            vague={
                "quantity": Vague(
                    (
                        "Put some {product.many} into my cart.",
                        "Order me {product.many} like this one.",
                        "I would like to buy {product.many} of this sort.",
                    ),
                    ("How many would you like?", "How many should I add?", "What quantity do you need?"),
                )
            },
        ),
        Function(
            name="track_order",
            description="Tell where an order is and when it arrives.",
            parameters=takes(order=text("the order number", most=20)),
            run=_track,
            deed="follow orders",
            words=_track_words,
            fills={"order": _ORDERS},
            asks=(
                "Where is my order {order}?",
                "Has order {order} been sent?",
                "Check the state of order {order}.",
                "I ordered something like this. The number is {order}. When will it come?",
                "Can you track {order} for me?",
                "Is {order} on its way yet?",
            ),
            tells=(
                "Order {order} is {state}{rest}.",
                "It is {state}{rest}.",
                "I looked {order} up: it is {state}{rest}.",
            ),
            vague={
                "order": Vague(
                    ("Where is my order?", "Has my parcel been sent yet?", "Can you track my delivery?"),
                    ("What is the order number?", "Which order do you mean? I need its number."),
                )
            },
        ),
        Function(
            name="find_store",
            description="Find a shop in a city that sells a product.",
            parameters=takes(product=text("the product"), city=text("the city", most=60)),
            run=_store,
            deed="find shops",
            fills={"product": "goods", "city": everyday.CITIES},
            asks=(
                "Which shop in {city} sells {product.many} like this?",
                "Where in {city} can I get {product.a}?",
                "I am in {city} and need {product.a}. Where should I go?",
                "Find a store with {product.many} in {city}.",
                "Is there a place in {city} that has {product.many}?",
                "My friend in {city} wants {product.a} like that. Name a shop.",
            ),
            tells=(
                "Try {store}, {metres} metres from the centre.",
                "{store} in {city} has {product.many}; it is {metres} metres away.",
                "The nearest one is {store}, {metres} metres from the middle of {city}.",
            ),
            vague={
                "city": Vague(
                    (
                        "Which shop sells {product.many} like this?",
                        "Find a store where I can get {product.a}.",
                        "Is there a place near me that has {product.many}?",
                    ),
                    ("In which city?", "Which city are you in?", "Where should I look? Name a city."),
                )
            },
        ),
    )
    chains: ClassVar[tuple[Chain, ...]] = (
        Chain(
            first="get_price",
            second="convert_money",
            passes={"amount": "price", "source": "currency"},
            fills={"target": everyday.CURRENCIES[1:]},
            asks=(
                "What does {product.a} like this cost in {target}?",
                "How many {target} would I pay for {product.a}?",
                "Look up the price of {product.a} and convert it to {target}.",
                "I only have {target}. What is {product.a} in that currency?",
                "Tell me the usual price of {product.a}, in {target}.",
                "I want {product.a} like that. Check the price and give it in {target}.",
            ),
            tells=(
                "In {target}, {product.a} comes to {converted}.",
                "You would pay {converted} {target}.",
                "The price is {converted} {target}.",
            ),
        ),
        Chain(
            first="search_product",
            second="add_to_cart",
            passes={"product": "products.0.title"},
            asks=(
                "Search for {product.a} like this and put {quantity} of the best match into my cart.",
                "Find {product.a} in the shop, then order {quantity} of the first result.",
                "I need {quantity} of the top offer for {product.many}. Add them to the cart.",
                "Look for {product.many}; whatever comes first, put {quantity} of it in the cart.",
                "Order {quantity} of the first {product.one} you find.",
                "See which {product.many} are on offer and add {quantity} of the first to my cart.",
            ),
            tells=(
                "I found one and added {quantity} of it: {total} {currency} in all.",
                "The cart holds {quantity} of the best match now, for {total} {currency}.",
                "Done: {quantity} are in the cart, and the total is {total} {currency}.",
            ),
        ),
    )
