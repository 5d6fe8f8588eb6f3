"""Languages are told apart where a text settles it, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictus.reading.languages import LANGUAGES, language_of

TEXTS = {
    "en": [
        "A man in a red jacket rides a bicycle along the river while two dogs run behind him.",
        "There are three cups on the table, next to a plate with cake.",
        "Where in the picture is the dog, and what does it look at?",
        "Yes, the train has stopped at the station and people are getting off.",
        "Two giraffes stand near tall trees in a zoo enclosure.",
    ],
    "de": [
        "Ein Mann in einer roten Jacke fährt mit dem Fahrrad am Fluss entlang.",
        "Auf dem Tisch stehen drei Tassen neben einem Teller mit Kuchen.",
        "Wie viele Hunde sind auf dem Bild zu sehen?",
        "Die Katze liegt auf dem Sofa und schaut aus dem Fenster.",
    ],
    "fr": [
        "Un homme en veste rouge fait du vélo le long de la rivière.",
        "Il y a trois tasses sur la table, à côté d'une assiette.",
        "Combien de chiens voit-on dans cette image ?",
        "Le chat est couché sur le canapé et regarde par la fenêtre.",
    ],
    "es": [
        "Un hombre con una chaqueta roja monta en bicicleta junto al río.",
        "Hay tres tazas en la mesa, al lado de un plato con pastel.",
        "El gato está en el sofá y mira por la ventana.",
    ],
    "it": [
        "Un uomo con una giacca rossa va in bicicletta lungo il fiume.",
        "Ci sono tre tazze sul tavolo, accanto a un piatto con la torta.",
        "Il gatto è sul divano e guarda fuori dalla finestra.",
    ],
    "pt": [
        "Um homem com uma jaqueta vermelha anda de bicicleta ao longo do rio.",
        "Há três xícaras na mesa, ao lado de um prato com bolo.",
        "O gato está no sofá e não olha para a janela.",
    ],
    "nl": [
        "Een man in een rode jas fietst langs de rivier met twee honden.",
        "Er staan drie kopjes op de tafel naast een bord met taart.",
        "De kat ligt op de bank en kijkt naar het raam.",
    ],
    "sv": ["En man i röd jacka cyklar längs floden och det finns två hundar bakom honom."],
    "pl": ["Mężczyzna w czerwonej kurtce jedzie na rowerze wzdłuż rzeki i jest z nim pies."],
    "tr": ["Kırmızı ceketli bir adam nehir boyunca bisiklet sürüyor ve yanında iki köpek var."],
    "ru": ["Мужчина в красной куртке едет на велосипеде вдоль реки.", "Сколько собак на картинке?"],
    "uk": ["Чоловік у червоній куртці їде на велосипеді вздовж річки."],
    "zh": ["一个穿红色夹克的男人沿着河边骑自行车。", "图片里有几只狗？"],
    "ja": ["赤いジャケットを着た男性が川沿いを自転車で走っています。", "写真には犬が何匹いますか。"],
    "ko": ["빨간 재킷을 입은 남자가 강을 따라 자전거를 타고 있습니다."],
    "ar": ["رجل يرتدي سترة حمراء يركب دراجة على طول النهر."],
    "fa": ["مردی با ژاکت قرمز در کنار رودخانه دوچرخه سواری می‌کند و سگی با اوست."],
    "hi": ["लाल जैकेट पहने एक आदमी नदी के किनारे साइकिल चला रहा है।"],
    "th": ["ชายสวมเสื้อแจ็คเก็ตสีแดงกำลังขี่จักรยาน"],
    "el": ["Ένας άντρας με κόκκινο μπουφάν κάνει ποδήλατο δίπλα στο ποτάμι."],
}


@pytest.mark.parametrize(("language", "text"), [(one, text) for one, texts in TEXTS.items() for text in texts])
def test_a_sentence_tells_its_language(language, text):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "Yes.", "3", "No, a dog.", "Coca Cola, Pepsi, Fanta, Sprite, Lipton, Nestea", "[0.1, 0.2, 0.3, 0.4]"]
)
def test_what_settles_nothing_gets_no_verdict(text):
    assert language_of(text) is None


def test_a_foreign_sign_in_the_picture_does_not_make_the_answer_foreign():
    assert language_of('The sign on the wall of the shop says "営業中" in large red letters.') == "en"
    assert language_of('The poster says "le chat est sur la table" and it is on the wall of the school.') in (
        "en",
        None,
    )


@given(st.text())
def test_any_text_gets_a_known_language_or_none(text):
    assert language_of(text) in {None, *LANGUAGES}
