import tomllib
from pathlib import Path

import pytest

import pictus.ask
from pictus.ask.money import Purse, most_tokens, picture_tokens, price_of, typed_price
from pictus.ask.picture_tokens import tokens_of_picture
from pictus.errors import PictusError
from pictus.prompt import Prompt, Sampling, Usage
from pictus.record import Media, Turn


def test_a_price_is_found_under_the_names_of_routers_too():
    assert price_of("gpt-4o-mini-2024-07-18").prompt == 0.15
    assert price_of("openai/gpt-4o").completion == 10.0
    assert price_of("models/gemini-2.5-flash-lite").prompt == 0.1
    assert price_of("claude-sonnet-4-5-20250929").prompt == 3.0


def test_the_narrow_name_wins_over_the_wide_one():
    assert price_of("gpt-4.1-mini").prompt < price_of("gpt-4.1").prompt
    assert price_of("gpt-5.4-mini").prompt < price_of("gpt-5.4").prompt
    assert price_of("claude-opus-5-5").prompt < price_of("claude-opus-5").prompt


def test_an_unknown_model_has_no_price():
    assert price_of("mistral-7b-instruct") is None
    assert price_of("gpt-9000") is None


def test_every_price_has_a_date_a_source_and_sane_numbers():
    table = tomllib.loads((Path(pictus.ask.__file__).parent / "prices.toml").read_text("utf-8"))
    for maker in table["maker"]:
        assert maker["source"] and maker["date"].year >= 2026 and 0 < maker["batch"] <= 1
        for entry in maker["models"]:
            assert 0 < entry["cached"] <= entry["prompt"] < entry["completion"] < 1000, entry
            if "picture" in entry:
                rule = entry["picture"]
                assert tokens_of_picture(rule, 640, 480) > 0


def test_cached_tokens_and_batches_are_cheaper():
    price = price_of("gpt-4o-mini")
    usage = Usage(prompt=1_000_000, completion=1_000_000, cached=500_000)
    assert price.cost(usage) == pytest.approx(0.5 * 0.15 + 0.5 * 0.075 + 0.6)
    assert price.cost(usage, batch=True) == pytest.approx(price.cost(usage) / 2)


@pytest.mark.parametrize("text", ["", "1", "1,2,3,4", "a,b", "-1,2", "nan,1"])
def test_what_is_no_price_is_refused(text):
    with pytest.raises(PictusError, match="no price"):
        typed_price(text)


def test_a_price_can_be_told():
    assert typed_price("0.5, 1.5").cost(Usage(prompt=2_000_000, completion=0)) == 1.0
    assert typed_price("1,2,0").cost(Usage(prompt=1_000_000, cached=1_000_000)) == 0.0


TILES = {"rule": "tiles", "base": 85, "tile": 170}
PATCHES = {"rule": "patches", "side": 32, "most": 1536, "factor": 1.0}
AREA = {"rule": "area", "pixels": 750, "side": 1568, "most": 1600}
BLOCKS = {"rule": "blocks", "small": 384, "side": 768, "tokens": 258}
SMART = {"rule": "smart", "side": 28, "least": 4, "most": 16384}


@pytest.mark.parametrize(
    ("rule", "width", "height", "tokens"),
    [
        (TILES, 1024, 1024, 765),  # 768 x 768: four tiles
        (TILES, 2048, 4096, 1105),  # 1024 x 2048, then 768 x 1536: six tiles
        (TILES, 512, 512, 255),  # never made larger
        (PATCHES, 1024, 1024, 1024),
        (PATCHES, 1800, 2400, 1452),  # 33 by 44 patches after shrinking
        (AREA, 200, 200, 54),
        (AREA, 1000, 1000, 1334),
        (AREA, 4000, 4000, 1600),
        (BLOCKS, 384, 384, 258),
        (BLOCKS, 1536, 768, 516),
        (SMART, 28, 28, 4),
        (SMART, 1092, 1092, 1521),
        (SMART, 10_000, 10_000, 16_384),
        ({"rule": "fixed", "tokens": 576}, 5, 5000, 576),
    ],
)
def test_pictures_take_so_many_tokens(rule, width, height, tokens):
    assert tokens_of_picture(rule, width, height) == tokens


def test_pictures_of_a_prompt_are_counted_by_the_model_s_family():
    prompt = Prompt(kind="x", media=(Media(width=1024, height=1024), Media()))
    assert picture_tokens(prompt, "gpt-4o") == 2 * 765
    assert picture_tokens(prompt, "llava-1.5-7b-hf") == 2 * 576
    assert picture_tokens(prompt, "Qwen/Qwen2.5-VL-7B-Instruct") == 2 * 37 * 37


def test_the_most_is_more_than_any_tokenizer_makes_of_it():
    text = "dog: [0.123, 0.456, 0.789, 0.999]\n" * 20 + "A dog sits. " * 20
    prompt = Prompt(kind="x", messages=(Turn.of("user", text),), sampling=Sampling(max_tokens=77))
    most = most_tokens(prompt, "m")
    assert most.completion == 77
    assert most.prompt >= len(text) / 2


def test_a_purse_never_lets_more_out_than_it_holds():
    purse = Purse(1.0)
    assert purse.affords(0.6)
    purse.reserve(0.6)
    assert not purse.affords(0.6) and purse.affords(0.4)
    purse.settle(0.6, 0.1)
    assert purse.affords(0.9) and not purse.affords(0.91)
    assert Purse(None).affords(1e9)
