"""How an assistant refuses in languages other than English, and words without which none of it is said."""

import re

_GERMAN = (
    r"als\s+(?:eine?\s+)?(?:ki\b|künstliche\s+intelligenz|sprachmodell)",
    r"es\s+tut\s+mir\s+leid,?\s+(?:aber|ich)",
    r"ich\s+kann\s+(?:das|dieses|die|ihr)\s+(?:bild(?:er)?|fotos?)\s+(?:leider\s+)?nicht\s+(?:sehen|öffnen|ansehen)",
    r"ich\s+kann\s+(?:leider\s+)?keine\s+(?:bilder|fotos)\s+(?:sehen|ansehen|öffnen|verarbeiten)",
)
_DUTCH = (
    r"als\s+(?:een\s+)?(?:ai\b|taalmodel|kunstmatige\s+intelligentie)",
    r"het\s+spijt\s+me,?\s+maar",
    r"ik\s+kan\s+(?:de|deze)\s+(?:afbeelding|foto)\s+niet\s+(?:zien|bekijken|openen)",
)
_FRENCH = (
    r"en\s+tant\s+qu[e'’]\s*(?:une?\s+)?(?:ia\b|intelligence\s+artificielle|modèle\s+de\s+langage|assistant)",
    r"(?:je\s+suis\s+)?désolée?,?\s+(?:mais|je\s+ne)",
    r"je\s+ne\s+(?:peux|suis)\s+pas\s+(?:capable\s+de\s+|en\s+mesure\s+de\s+)?(?:voir|ouvrir|afficher|analyser)\s+"
    r"(?:l[’']|cette\s+|les\s+|d[’'])\s*(?:image|photo)",
)
_SPANISH = (
    r"como\s+(?:una?\s+)?(?:ia\b|inteligencia\s+artificial|modelo\s+de\s+lenguaje)",
    r"lo\s+siento,?\s+pero",
    r"no\s+puedo\s+(?:ver|abrir|acceder\s+a|analizar)\s+(?:la|esta|las)\s+(?:imagen|foto|imágenes)",
)
_ITALIAN = (
    r"come\s+(?:un[’'a]?\s*)?(?:ia\b|intelligenza\s+artificiale|modello\s+linguistico)",
    r"mi\s+dispiace,?\s+ma\b",
    r"non\s+posso\s+(?:vedere|aprire|analizzare)\s+(?:l[’']|questa\s+|le\s+)(?:immagin[ei]|foto)",
)
_PORTUGUESE = (
    r"como\s+(?:uma?\s+)?(?:ia\b|inteligência\s+artificial|modelo\s+de\s+linguagem)",
    r"(?:sinto\s+muito|desculpe|lamento),?\s+mas",
    r"não\s+(?:posso|consigo)\s+(?:ver|abrir|acessar|analisar)\s+(?:a|esta|as)\s+(?:imagem|foto|imagens)",
)
_RUSSIAN = (
    r"как\s+(?:языковая\s+модель|искусственный\s+интеллект|ии\b)",
    r"(?:извините|простите|к\s+сожалению),?\s+(?:но\s+)?я\s+не\s+(?:могу|вижу)",
    r"я\s+не\s+могу\s+(?:увидеть|просмотреть|открыть)\s+(?:это\s+)?(?:изображени|фото|картин)",
)
_CHINESE = (
    r"作为(?:一个|一名)?(?:ai|人工智能|语言模型|大型语言模型)",
    r"(?:很抱歉|对不起|抱歉)[，,]?(?:但|我(?:无法|不能))",
    r"我(?:无法|不能)(?:看到|查看|打开|访问)(?:这张|这幅|该|您的)?(?:图片|图像|照片)",
)
_JAPANESE = (
    r"(?:ai|人工知能|言語モデル)(?:として|なので|ですので)",
    r"申し訳(?:ありません|ございません)(?:が|、)",
    r"画像を(?:見る|確認する|表示する)ことは?(?:が)?できません",
)
_KOREAN = (
    r"(?:ai|인공지능|언어\s*모델)(?:로서|이기\s*때문에|이므로)",
    r"죄송(?:합니다|하지만)[,.\s]*(?:만|저는|하지만|이미지)",
    r"이미지를\s*(?:볼|확인할)\s*수\s*없",
)
_ARABIC = (
    r"(?:بصفتي|كوني|باعتباري)\s+(?:نموذج|ذكاء|مساعد)",
    r"(?:عذر[اًا]+|آسف|أعتذر)[،,]?\s+(?:لكن|ولكن|لا\s+(?:أستطيع|يمكنني))",
    r"لا\s+(?:أستطيع|يمكنني)\s+(?:رؤية|عرض)\s+(?:الصورة|هذه\s+الصورة)",
)
_HINDI = (
    r"एक\s+(?:एआई|ai|भाषा\s+मॉडल)",
    r"(?:क्षमा\s+करें|माफ़?\s+(?:करें|कीजिए))[,\s]+(?:लेकिन\s+)?(?:मैं|मुझे)",
    r"मैं\s+(?:यह\s+|इस\s+)?(?:छवि|चित्र|तस्वीर)\s+(?:को\s+)?नहीं\s+देख\s+सकता",
)
_LATIN = (*_GERMAN, *_DUTCH, *_FRENCH, *_SPANISH, *_ITALIAN, *_PORTUGUESE)
REFUSES = re.compile("|".join((*_LATIN, *_RUSSIAN, *_CHINESE, *_JAPANESE, *_KOREAN, *_ARABIC, *_HINDI)), re.IGNORECASE)
HINTS = (
    *("mir leid", "ich kann", "sprachmodell", "ki ", "intelligen", "spijt", "ik kan", "taalmodel", "als ai", "als een"),
    *("en tant", "peux pas", "siento", "no puedo", "como ", "come ", "dispiace", "non posso", "sinto", "desculpe"),
    "lamento",
)
