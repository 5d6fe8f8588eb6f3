"""How many tokens a record has, with a tokenizer and without."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.errors import PictusError
from pictus.record import Call, Facts, Media, Narrative, Origin, Tool, Turn, make_record
from pictus.steps.blend.tokens import MARKS_OF_A_TURN, estimated_text_tokens, estimated_tokens, tokenizer_in
from records import records, simple_record
from tiny_models import needs

texts = st.text(max_size=200)

# Texts with what the tokenizers of Llama 2 and Qwen 3 made of them.
COUNTED = [
    ("Two mugs stand on the tiled table, and a lamp hangs above it. " * 5, 91, 81),
    (
        "A man stands by a sign. Brass reading lamp with green shade. A person walks forward, then turns around and "
        "sits down. In this image we can see a group of people standing on the ground. In the background there are "
        "trees and the sky.",
        52,
        51,
    ),
    ('{"name": "find_flights", "arguments": {"from": "BER", "to": "LIS", "date": "2024-05-06"}} [0.12, 0.334]', 54, 52),
    (
        "Auf diesem Bild liegt ein brauner Hund im Gras neben einem roten Ball. Im Hintergrund sieht man Bäume und ein "
        "kleines Haus. Größere Flächen übrigens auch.",
        48,
        44,
    ),
    (
        "Sur cette image, un chien brun est couché dans l'herbe à côté d'une balle verte. On aperçoit au loin des "
        "arbres et une petite maison.",
        46,
        39,
    ),
    (
        "На этой фотографии коричневая собака лежит на траве рядом с красным мячом. Вдали видны деревья и маленький "
        "дом.",
        50,
        37,
    ),
    (
        "في هذه الصورة كلب بني مستلق على العشب بجانب كرة حمراء. يمكن رؤية الأشجار ومنزل صغير في البعيد.",
        86,
        36,
    ),
    ("이 사진에는 잔디 위에 누워 있는 갈색 개와 빨간 공이 있습니다. 멀리 나무와 작은 집이 보입니다.", 64, 36),
    (
        "この写真には、草の上に横たわっている茶色の犬と赤いボールが写っています。遠くには木々と小さな家が見えます。",
        58,
        37,
    ),
    (
        "这张照片里有一只棕色的狗躺在草地上，旁边有一个红色的球。远处可以看到几棵树和一座小房子，天空很蓝，阳光明媚。"
        "请把这句话改成过去时。",
        77,
        41,
    ),
]


@pytest.mark.parametrize(("text", "llama", "qwen"), COUNTED)
def test_the_estimate_lies_near_or_between_what_real_tokenizers_count(text, llama, qwen):
    assert 5 / 6 * min(llama, qwen) <= estimated_text_tokens(text) <= 7 / 6 * max(llama, qwen)


@given(texts, texts)
def test_a_longer_text_has_never_fewer_tokens_and_parts_sum_up(one, other):
    both = estimated_text_tokens(one + other)
    assert both >= estimated_text_tokens(one) >= (1 if one.strip() else 0)
    assert abs(both - estimated_text_tokens(one) - estimated_text_tokens(other)) <= 1


@given(records(), st.integers(0, 1000))
def test_any_record_has_tokens_and_each_picture_adds_its_own(record, image_tokens):
    pictures = sum(medium.kind == "image" for medium in record.media)
    without = estimated_tokens(record)
    assert without >= MARKS_OF_A_TURN * len(record.turns)
    assert estimated_tokens(record, image_tokens=image_tokens) == without + image_tokens * pictures


def test_all_that_a_model_reads_is_counted():
    record = simple_record()
    words = sum(len(turn.text) for turn in record.turns)
    assert estimated_tokens(record, count=len) == words + 2 * MARKS_OF_A_TURN
    called = Turn("assistant", (), (Call("c1", "look", '{"at":1}'),))
    calling = replace(record, turns=(record.turns[0], called), tools=(Tool("look", "Look."),))
    assert estimated_tokens(calling, count=len) == len(record.turns[0].text) + 10 + len("look" + '{"at":1}') + len(
        "look" + "Look." + "{}"
    )


def test_without_turns_one_of_the_captions_is_counted():
    facts = Facts(captions=("A dog.", "A red dog."), narratives=(Narrative(text="I see a dog."),))
    origin = Origin(dataset="made", key="1")
    record = make_record(origin, media=[Media(path="1.png"), Media(kind="motion")], facts=facts)
    assert estimated_tokens(record, count=len, image_tokens=576) == 576 + 2 * MARKS_OF_A_TURN + round((6 + 10 + 12) / 3)
    assert estimated_tokens(make_record(origin)) == 0


@pytest.fixture
def folder(tmp_path):
    """Write a tokenizer that takes each word for a token, and was last used to cut and fill up texts to four."""
    needs("tokenizers")
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    made = Tokenizer(models.WordLevel({"<s>": 0, "?": 1, "dog": 2}, unk_token="?"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    made.enable_truncation(4)
    made.enable_padding(length=4)
    made.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_a_models_tokenizer_counts_exactly_and_cuts_nothing(folder):
    count = tokenizer_in(folder)
    assert [count(text) for text in ("", "dog", "a dog that is red and sleeps")] == [0, 1, 7]
    assert estimated_tokens(simple_record(), count=count) == 4 + 3 + 2 * MARKS_OF_A_TURN


def test_what_is_no_tokenizer_is_told_with_its_mend(folder):
    with pytest.raises(PictusError, match=r"there is no tokenizer\.json") as told:
        tokenizer_in(folder / "elsewhere")
    assert "save_pretrained" in told.value.mend
    (folder / "tokenizer.json").write_bytes(orjson.dumps({"model": {"type": "Odd"}}))
    with pytest.raises(PictusError, match="the tokenizer cannot be read"):
        tokenizer_in(folder)
