"""What the analyser knows about each language: its stemmer and its little words.

Stemmers are Snowball's (snowballstem.org). The lists of little words are short on purpose: such
a word is not demanded of a find, nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """stemmer      Snowball's name for Latin letters; Arabic letters always use "arabic"
    compounds    whether words are written together (Wasserkocher)
    little_words words not demanded of a find, folded
    """

    stemmer: str = "english"
    compounds: bool = False
    little_words: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENGLISH = Traits("english", little_words=_words(
    "a an and are at by for from how in is it my of on or our the this to what with your"
))

TRAITS = {
    "en": ENGLISH,
    "de": Traits("german", compounds=True, little_words=_words(
        "am an auf aus bei das dem den der die ein eine einen einer fur fuer im in ist mein mit"
        " oder und von vom wie zu zum zur"
    )),
    "fr": Traits("french", little_words=_words(
        "a au aux avec ce ces comment dans de des du en et la le les ma mes mon ou par pour sa"
        " ses son sur un une"
    )),
    "es": Traits("spanish", little_words=_words(
        "a al como con de del el en es la las lo los mi o para por que su un una y"
    )),
    "it": Traits("italian", little_words=_words(
        "a al con da del della di e i il in la le per un una"
    )),
    "pt": Traits("portuguese", little_words=_words("a as com da de do e em o os para por um uma")),
    "nl": Traits("dutch", compounds=True, little_words=_words("de een en het in met of van voor")),
    "sv": Traits("swedish", compounds=True, little_words=_words("av en ett for i med och pa till")),
    "da": Traits("danish", compounds=True, little_words=_words("af en et for i med og pa til")),
    "nb": Traits("norwegian", compounds=True, little_words=_words("av en et for i med og pa til")),
    "fi": Traits("finnish", compounds=True, little_words=_words("ja tai")),
    "ru": Traits("russian", little_words=_words("в и из к на о от по с у для")),
    "tr": Traits("turkish", little_words=_words("bir da de icin ile ve")),
    "pl": Traits("polish", little_words=_words("do i na o od w z dla")),
    "ja": Traits(little_words=_words("の は が を に で と へ も や から まで な")),
    "zh": Traits(little_words=_words("的 了 和 与 在 是 我 个")),
    "ar": Traits(little_words=_words("في من على الي عن مع او و هو هذا هذه ما كيف لل")),
}


def traits(language: str) -> Traits:
    """Traits of "de" for "de-AT"; of English for a language we have none of."""
    return TRAITS.get(language.split("-", maxsplit=1)[0].lower(), ENGLISH)
