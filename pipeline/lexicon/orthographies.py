"""How names of other spellings sound, as English would write it: "Saoirse" as "seersha", "Wojciech" as "voychek".

A recogniser writes such a name as the English words that it hears, which resemble how the name sounds and not how it is
spelt. Each spelling is known by signs that English has not or seldom; a name that shows none has no reading here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from pipeline.lexicon.plain import TOKEN, plain

_FEWEST_LETTERS = 3
_MOST_SPELLINGS = 2
_TWO_ACCENTS = 3  # characters of a decomposed letter with a tone of Vietnamese, which changes no sound of English


class _Spelling(NamedTuple):
    """Signs by which a spelling is known, and what is read for what, each as "pattern>reading", the first that fits."""

    name: str
    signs: re.Pattern[str]
    rules: tuple[tuple[re.Pattern[str], str], ...]


def _spelling(name: str, signs: str, rules: str) -> _Spelling:
    pairs = (rule.split(">") for rule in rules.split())
    return _Spelling(name, re.compile(signs), tuple((re.compile(pattern), reading) for pattern, reading in pairs))


_SPELLINGS = (
    _spelling(
        "Irish",
        r"ao|mh(?!a)|dhbh|bh(?![aeiu])|iobh|[áéíóú].*n$|éa|oirse|inead$|igh$|idhr|adhg|eogha|^eoin|^oisi|fhi|uirea|aisl"
        r"|ghna|iarn|ionn|^cia[rn]|^cilli|gr[aá]inne|irdre|^peada|eacht",
        "adhbh>aive adhg>aig eogha>owe eoi>owi aoimhe$>eeva aoi[mb]h>eev iamh>eev aoi>ee ao>ee iobh>iv [mb]h>v fh>"
        " idhr>eer adha$>a ai?dh>ai aigh$>ee igh$>ee gh> dh>g th>h siobh>shiv sio>sho s(?=[ieí])>sh (?<=i)s(?=l)>sh"
        " éa>ay ine(?=ad)>in ea(?=d$)>ay ái>aw á>aw an$>awn íi?>ee in$>een ú>oo ó>o é>ay oi(?=sh)>o oi>i ui>wi ua>oo"
        " io(?=n)>i ia>ee eo>o ea>a cc?>k e$>a",
    ),
    _spelling(
        "Welsh",
        r"^ll|dd|^gw|wy|^rh|ynf|fyd|yll|[^aeiouwh]w[^aeiouwhr]|anwy|ff[yi]dd",
        "uffydd>iffith dd>th ^ll>l ll>l ff>f f>v wy$>wee wyn>win gwyn>gwin (?<=[^aeiou])w(?=[^aeiouy])>oo rh>r ch>k"
        " si(?=[aou])>sh (?:ae|ai|au|ei|eu)>ai y$>ee y(?=.*[aeiouy])>u y>i c>k",
    ),
    _spelling(
        "Polish",
        r"[łńśżźćąę]|sz|cz|[bdgkptw]rz|rz[aeyo]|rz$|wicz|[iy]e?wsk|[nzw]sk[ia]$|ck[ia]$|ojci|^w[^aeiouyhr]|niew|gnie"
        r"|dzi|zbi|^wł|law$",
        "szcz>shch (?<=[ptk])rz>sh ^wrz>vzh rz$>sh rz>zh ż>zh sz>sh cz>ch dzi(?=[aeou])>j dzi>jee dź>j dż>j"
        " ci(?=[aeou])>ch ć>ch ch>k si(?=[aeou])>sh ś>sh zi(?=[aeou])>zh ź>zh ni(?=[aeou])>ny ń>n j>y ck>tsk w$>f"
        " w>v law>lav ł>w ą>on ę>en ó>oo u>oo c(?!h)>ts",
    ),
    _spelling(
        "Vietnamese",
        r"^nguy|^ng(?=[aeou])|^nh|uo?ng$|^ph[uo]|uy[eê]?n|^kh[aoiu]|^tr[aiu]n|inh$|[aeo]nh$|[đươ]|^hu[yo]",
        "^nguye>nwe ^nguy>nwee ^ng>n ^nh>ny nh$>n ph>f th>t kh>k đ>d ^huo>hwo ươ>uh uo>oo uye>we uy>wee ie>ee x>s"
        " qu>kw",
    ),
    _spelling(
        "Turkish",
        r"[ışğ]|ç(?=[aeiıoöuü])|[öü].*[öü]|oğlu|oglu$|kçı|inci$|ekci$|^yil|demir",
        "ağı>ah ğ> c>j ç>ch ş>sh ı>i ö>er ü>oo j>zh",
    ),
    _spelling(
        "Nigerian",
        r"chukw|^nwa|^ol[ua]|^ade[^nl]|^ogu|gb|kp|[ọẹṣ]|^ifeo|^chi[dkn]|emeka|tunde|^olu|^ayo|^nk[ei]|^ngo|^o[kn]o",
        "gb>b kp>p ṣ>sh ọ>o ẹ>e ^ng>eng u>oo eun>ayoon e$>ay i>ee c(?!h)>k",
    ),
    _spelling(
        "Indian", r"(?<=.)zh[ai]|[dbg]h[aeiou]|^th|thi|aa|sh[wn]|sri|eswar|ksh|jaya", "zh>l bh>b dh>d gh>g th>t aa>ah"
    ),
    _spelling(
        "Hungarian",
        r"[őű]|gy|^zs|^cs|szk?|sz[lt]ó",
        "gy>j zs>zh cs>ch sz>s s(?!h)>sh ny>ny c>ts ő>er ö>er ű>oo ü>oo j>y",
    ),
    _spelling("Czech", r"[čřěůňť]|ová$|š|ž", "č>ch š>sh ž>zh ř>zh ě>ye ů>oo ch>k c>ts j>y ová>ova ň>ny"),
    _spelling("Croatian", r"ić$|[dvkn]ic$|đ", "ić$>ich ic$>ich đ>j j>y c>ts"),
    _spelling(
        "Italian",
        r"cch|gli|zz|ucci|[aeiou]cc?hi|[etn]ti$|elli$|cci|^gia|sci|giu",
        "gli>lee gn>ny sc(?=[ei])>sh cc?i(?=[aou])>ch cc?(?=[ei])>ch cc?h>k gg?i(?=[aou])>j gg?(?=[ei])>j zz>ts",
    ),
    _spelling(
        "Spanish",
        r"ñ|uill|[^o]ez$|[aiou]ll[aeo]$|^j[uoa][aeiours]|qui|gue|uez|j[aeio]$",
        "ñ>ny ll>y qu>k gu(?=[ei])>g j>h z>s ch>ch",
    ),
    _spelling("Portuguese", r"ão|ç[aoã]|lh|õe|nh[ao]$", "ão>owng ç>s lh>ly nh>ny õe>oy x>sh"),
    _spelling(
        "French",
        r"eau|oi[rsnx]|[éèêç]|oux|ault$|ieu|[iu]que$|gn[ey]|aux$|ille|ourt$|^ren[eé]",
        "eaux?>o ault$>o aux$>o oi>wa oux?>oo ch>sh gn>ny que$>k [sxtd]$> é>ay è>e ê>e ç>s ieu>yuh ai>e j>zh",
    ),
    _spelling(
        "German",
        r"sch|[äöüß]|[lrn]tz|mann$|stein|^wei|eier|eich|^j[oöue]r?g|kn|pf",
        "sch>sh tsch>ch st>sht ei>ai ie>ee äu>oi eu>oi ö>er ü>oo ä>e w>v ß>s ch>k j>y z>ts ^v>f pf>f",
    ),
    _spelling("Chinese", r"^x[aiu]|^q[i]|^zh|^xu|^cui|^cao|^cai", "^x>sh ^q>ch ^zh>j ^c>ts ui>way iu>yo ian>yen"),
    _spelling("Nordic", r"[åøæ]|^bj|^kj|^hj|^sj|fj|skj", "kj>sh skj>sh sj>sh hj>y j>y å>o ø>er æ>e aa>o"),
)
_HARD_BEGINNINGS = (("vzh", "zh"), ("zb", "sb"), ("tsh", "ch"), ("psh", "sh"), ("gzh", "zh"), ("vw", "w"), ("nw", "w"))
"""Beginnings that English has not, and what an English ear makes of them."""
_ENGLISH = re.compile(r"[a-z]+")


@lru_cache(maxsize=16384)
def readings(word: str) -> tuple[str, ...]:
    """How a word may sound, in English spelling, small letters a to z; empty where nothing says that it is foreign.

    At most three: by the two first spellings whose signs it shows, and what an English ear makes of the beginning of
    the first where English has none like it.
    """
    letters = "".join(
        char if len(unicodedata.normalize("NFKD", char)) < _TWO_ACCENTS else plain(char) for char in word.lower()
    )
    if len(letters) < _FEWEST_LETTERS:
        return ()
    read = [plain(_read(letters, spelling)) for spelling in _SPELLINGS if spelling.signs.search(letters)]
    eased = (
        ear + first.removeprefix(hard) for first in read[:1] for hard, ear in _HARD_BEGINNINGS if first.startswith(hard)
    )
    heard = [*read[:_MOST_SPELLINGS], *eased]
    return tuple(dict.fromkeys(way for way in heard if _ENGLISH.fullmatch(way) and way != plain(letters)))


def _read(letters: str, spelling: _Spelling) -> str:
    """The letters from left to right, each by the first rule that fits where it stands."""
    out, at = "", 0
    while at < len(letters):
        fits = ((rule.match(letters, at), reading) for rule, reading in spelling.rules)
        match, reading = next(((match, reading) for match, reading in fits if match and match.end() > at), (None, ""))
        out += reading if match else letters[at]
        at = match.end() if match else at + 1
    return out


def phrase_readings(text: str) -> tuple[tuple[str, ...], ...]:
    """How the words of a name may sound, each as ``readings`` has it or in its plain form; empty for an English name.

    As many as the word with most readings has: each word goes on with its last.
    """
    words = [(plain(match.group()), readings(match.group())) for match in TOKEN.finditer(text)]
    most = max((len(ways) for _, ways in words), default=0)
    return tuple(
        tuple(ways[min(number, len(ways) - 1)] if ways else word for word, ways in words) for number in range(most)
    )
