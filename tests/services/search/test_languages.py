"""What people type, and what they mean, in every language of the shop."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.search.port import Document, Query
from app.services.search.tantivy import TantivyIndex

TITLES = {
    "en": {
        "kettle": "Electric Kettle 1.7 L",
        "knife": "Chef's Knife",
        "lamp": "Desk Lamp",
        "shirt": "T-Shirt, organic",
        "battery": "Rechargeable Batteries",
        "cafe": "Café Press",
        "bag": "Müller Camera Backpack",
        "cable": "USB-C Cable 2m",
        "shelf": "Wall Shelf",
        "bottle": "Women's Bottle",
        "smor": "Smørrebrød Board",
    },
    "de": {
        "kettle": "Wasserkocher Edelstahl",
        "lamp": "Stehlampe Eiche",
        "pot": "Töpfe-Set Größe L",
        "mill": "Kaffeemühle",
        "knife": "Küchenmesser",
        "street": "Straßenkarte",
        "tripod": "Stativ für Fotoapparate",
        "hose": "Gartenschlauch",
        "bed": "Weiße Bettwäsche",
        "grinder": "Mühle für Pfeffer",
    },
    "fr": {
        "kettle": "Bouilloire électrique",
        "coffee": "Cafetière à piston",
        "knife": "Couteaux",
        "watering": "L'arrosoir d’extérieur",
        "horse": "Cheval à bascule",
        "work": "Œuvre d'art",
        "tripod": "Trépied photo",
    },
    "es": {
        "lamp": "Lámpara de pie",
        "pan": "Sartén antiadherente",
        "bottle": "Botellas térmicas",
        "garden": "Silla de jardín",
        "blanket": "Manta de niño",
        "knife": "Cuchillos",
    },
    "ja": {
        "kettle": "電気ケトル",
        "coffee": "コーヒーメーカー",
        "pot": "ステンレス製の鍋",
        "server": "コーヒーサーバー",
        "glass": "ガラスのボトル",
        "down": "羽毛布団",
        "tripod": "カメラ用三脚",
        "bag": "折りたたみ式リュック",
        "shirt": "Tシャツ",
        "key": "カギ",
    },
    "zh-Hans": {
        "kettle": "不锈钢电热水壶",
        "cup": "真空保温杯",
        "tripod": "便携相机三脚架",
        "knives": "厨房刀具套装",
        "coat": "轻薄羽绒服",
        "cable": "USB-C充电线",
        "lamp": "护眼台灯",
    },
    "ar": {
        "kettle": "غلاية كهربائية",
        "bag": "حقائب السفر",
        "lamp": "مصباح مكتب",
        "phones": "سماعات لاسلكية",
        "bottle": "زجاجة مياه ١٫٥ لتر",
        "chair": "كُرسيّ خشبي",
        "plate": "أطباق تقديم",
        "mirror": "مرآة كبيرة",
        "bike": "درّاجة هوائيّة",
    },
}

CASES = {
    "en": {
        "kettle": "kettle kettles KETTLE kettel ketle kettl eletric+kettle 1.7l 1.7+l electric+ket",
        "knife": "knife knives chef chefs chef's chef’s",
        "lamp": "lamp lamps light desk+light",
        "shirt": "t-shirt tshirt T+Shirt T‑Shirt t-shirts organc",
        "battery": "battery batteries batery",
        "cafe": "cafe café CAFÉ cafe\u0301",
        "bag": "muller mueller müller rucksack backpacks bakcpack",
        "cable": "usb-c usbc usb+c usb+cable ｕｓｂ",
        "shelf": "shelf shelves",
        "bottle": "womens women's women",
        "smor": "smorrebrod smørrebrød smoerrebroed",
    },
    "de": {
        "kettle": "wasserkocher kocher Kocher wasser wasserkochern waserkocher Teekocher edelstahl",
        "lamp": "lampe lampen stehlampen Leuchte stehlmape",
        "pot": "topf töpfe toepfe topfe grösse groesse",
        "mill": "kaffeemühle kaffeemuehle kaffeemuhle kaffee",
        "knife": "messer küchenmesser kuechenmesser",
        "street": "strassenkarte straßenkarte karte",
        "tripod": "stativ stative Fotoapparat Kamera",
        "hose": "schlauch gartenschlauch schläuche gartenschlauh",
        "bed": "weisse+bettwäsche weiße+wäsche",
        "grinder": "pfeffermühle",
    },
    "fr": {
        "kettle": "bouilloire bouilloires bouiloire electrique électriques",
        "coffee": "cafetiere cafetières cafetieres caftiere",
        "knife": "couteau couteaux",
        "watering": "arrosoir l'arrosoir arrosoirs exterieur d'extérieur",
        "horse": "chevaux cheval",
        "work": "oeuvre œuvre œuvres",
        "tripod": "trepied pied+photo",
    },
    "es": {
        "lamp": "lampara lámparas luz lampra",
        "pan": "sarten sartenes",
        "bottle": "botella botellas termica",
        "garden": "jardin jardines sillas",
        "blanket": "nino niño niños",
        "knife": "cuchillo cuchilo",
    },
    "ja": {
        "kettle": "ケトル けとる ｹﾄﾙ 電気 電気ケトル やかん ケ",
        "coffee": "コーヒーメーカー コーヒーメーカ",
        "pot": "鍋 なべ ステンレス ステンレス鍋",
        "server": "サーバー サーバ さーばー",
        "glass": "ガラス ｶﾞﾗｽ がらす ガ",
        "down": "布団 羽毛 ふとん 羽",
        "tripod": "三脚 カメラ三脚",
        "bag": "リュック リュックサック 折りたたみ",
        "shirt": "tシャツ Ｔシャツ",
        "key": "カギ かぎ",
    },
    "zh-Hans": {
        "kettle": "水壶 热水壶 电热水壶 不锈钢 壶 烧水壶",
        "cup": "保温杯 保温 杯 保温瓶",
        "tripod": "三脚架 相机 脚架 照相机 相机三脚架",
        "knives": "刀具 刀 厨房 菜刀",
        "coat": "羽绒服 羽绒 羽",
        "cable": "充电线 usb usb-c",
        "lamp": "台灯 灯",
    },
    "ar": {
        "kettle": "غلاية غلايات الغلاية والغلاية غلايه كهربائيه كهربائية غـلايـة غلاي",
        "bag": "حقيبة حقائب الحقيبة الحقائب سفر",
        "lamp": "مصباح مصابيح المصابيح لمبة",
        "phones": "سماعة سماعات السماعة",
        "bottle": "1.5+لتر زجاجات قارورة ١٫٥",
        "chair": "كرسي كراسي الكراسي كرسى",
        "plate": "طبق أطباق اطباق صحون",
        "mirror": "مراة مرايا مرآة",
        "bike": "دراجة دراجات هوائية",
    },
}

STRANGERS = {
    "en": "knight kettledrum99",
    "de": "eis",
    "fr": "cheveux",
    "ja": "カキ カラス",
    "zh-Hans": "电视",
    "ar": "هاتف",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TantivyIndex:
    made = TantivyIndex(tmp_path_factory.mktemp("languages"))
    made.rebuild(
        Document(key, "product", language, title)
        for language, titles in TITLES.items()
        for key, title in titles.items()
    )
    return made


def each(cases: dict[str, dict[str, str]]) -> list[tuple[str, str, str]]:
    return [
        (language, text.replace("+", " "), key)
        for language, keys in cases.items()
        for key, texts in keys.items()
        for text in texts.split()
    ]


@pytest.mark.parametrize(("language", "text", "key"), each(CASES))
def test_it_is_found_first(index: TantivyIndex, language: str, text: str, key: str) -> None:
    hits = index.find(Query(text, language, "us")).hits
    best = [hit.key for hit in hits if hit.score >= hits[0].score * 0.6]
    assert key in best


@pytest.mark.parametrize(
    ("language", "text"),
    [(lang, text) for lang, all_ in STRANGERS.items() for text in all_.split()],
)
def test_what_only_looks_alike_is_not_found(index: TantivyIndex, language: str, text: str) -> None:
    assert index.find(Query(text, language, "us")).hits == ()


@pytest.mark.parametrize(
    ("language", "text", "corrected"),
    [
        ("en", "Electric ketle", "Electric kettle"),
        ("de", "waserkocher", "wasserkocher"),
        ("fr", "caftière", "cafetière"),
        ("fr", "bouilloire eletrique", "bouilloire électrique"),
        ("es", "cuchilo", "cuchillos"),
        ("en", "kettle", None),
        ("en", "kettles", None),
        ("de", "pfeffermühle", None),
    ],
)
def test_corrections(index: TantivyIndex, language: str, text: str, corrected: str | None) -> None:
    assert index.find(Query(text, language, "us")).corrected == corrected


@pytest.mark.parametrize(
    ("language", "typed", "completed"),
    [
        ("en", "kn", "knife"),
        ("de", "wass", "wasserkocher"),
        ("de", "muh", "mühle"),
        ("de", "mueh", "mühle"),
        ("fr", "cafet", "cafetière"),
        ("es", "jar", "jardín"),
        ("ja", "ケ", "ケトル"),
        ("ja", "けと", "ケトル"),
        ("zh-Hans", "保", "保温杯"),
        ("ar", "غلا", "غلاية"),
    ],
)
def test_completions(index: TantivyIndex, language: str, typed: str, completed: str) -> None:
    made = index.suggest(typed, language, "us")
    assert completed in [each.text for each in made if each.kind == "query"]
    assert any(each.kind == "product" for each in made)


@pytest.mark.parametrize("language", [*TITLES, "nl"])
@pytest.mark.parametrize("text", ["kettle", "kettles", "stainless kettle", "acme", "kt-9"])
def test_an_untranslated_thing_is_found_in_every_language(
    tmp_path: Path, language: str, text: str
) -> None:
    index = TantivyIndex(tmp_path)
    index.put(
        [
            Document(
                "product:1",
                "product",
                language,
                "Stainless Kettles",
                "Boils fast",
                ("Acme",),
                ("KT-9",),
                text_language="en",
            )
        ]
    )
    assert index.find(Query(text, language, "us")).total == 1
