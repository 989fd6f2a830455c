"""What a sentence beside a licence means for it, decided by its form.

No list of words is complete, so a sentence is let pass only where its form is known to be harmless: a heading, where
something comes from, where a licence stands. What is known to restrict leaves the licence open. Whatever is neither is
a remark, which is told; one that speaks of using, copying, licences, money or persons makes the licence unsure.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from supplymatrix.model.value import value

__all__ = ["FORMS", "HARD", "TURNS", "Form", "Verdict", "is_restricting", "judge_copyright", "judge_sentence"]


class Verdict(StrEnum):
    """What a sentence says. NOTHING: of the licence; REMARK: something to be told; UNSURE: something to be told which
    may be about what is allowed; RESTRICTS: it takes back what the licence grants."""

    NOTHING = "nothing"
    REMARK = "remark"
    UNSURE = "unsure"
    RESTRICTS = "restricts"


class Where(StrEnum):
    """Of what a form is a pattern. PHRASE: of words that are passed over wherever they stand; ANYWHERE: of words that
    decide wherever they stand; WHOLE: of the whole sentence; COPYRIGHT: of words in a copyright line."""

    PHRASE = "phrase"
    ANYWHERE = "anywhere"
    WHOLE = "whole"
    COPYRIGHT = "copyright"


HARD = frozenset({
    "banned", "buy", "commercial", "commercially", "competing", "confidential", "consent", "disallowed", "disallows",
    "evil", "fee", "fees", "forbidden", "interdit", "interdite", "kommerziell", "kommerzielle", "kommerziellen",
    "lease", "military", "noncommercial", "nonprofit", "paid", "pay", "payment", "prohibida", "prohibido", "prohibited",
    "prohibits", "proprietary", "purchase", "rent", "resale", "royalties", "royalty",
    "saas", "sell", "selling", "subscription", "unlawful", "untersagt", "verboten",
})  # fmt: skip
"""Words that restrict in a sentence of any subject."""
_SOFT = frozenset({
    "cannot", "denied", "employees", "except", "exclude", "excluded", "excludes", "excluding", "however", "may",
    "must", "need", "needed", "needs", "never", "nicht", "no", "non", "not", "notwithstanding", "nur", "only",
    "permission", "require", "required", "requires", "restricted", "restriction", "restrictions", "revenue", "shall",
    "solely", "uniquement", "unless", "without",
})  # fmt: skip
"""Words that restrict in a sentence about use, copies, the software or the licence."""
_BINDING = frozenset({
    "assign", "assigned", "contract", "contracts", "hobby", "hobbyist", "hobbyists", "mandatory", "nda", "owe", "owes",
    "revocable", "secret", "void",
})  # fmt: skip
"""Words that no harmless sentence needs, whatever its form: with one of these it is told, and the licence unsure."""
TURNS = HARD | _SOFT
"""Words that can turn the sense of a licence; one of these inside of it is one too many. The few that are not English
are those of most often seen additions."""

_PERSONS = (
    r"compan\w+|firms?|business\w*|corporat(?:e|ions?)|enterprises?|organi[sz]ations?|employ\w+|students?|teachers?"
    r"|schools?|universit\w+|customers?|clients|users?|members?|people|persons?|every(?:one|body)|any(?:one|body)"
    r"|no\s?body|individuals?|governments?|banks?|agenc\w+|competitors?|startups?|teams?|subscribers?|sponsors?"
)
_MONEY = (
    r"money|charg\w+|price\w*|pric(?:ing|ey)|cost\w*|invoices?|dollars?|euros?|bought|sold|keys?|trial|evaluat\w+"
    r"|donat\w+|upgrade\w*|tiers?|plans?"
)
_OBLIGES = (
    r"(?:has|have|had|got|ought|obliged|expected|supposed)\s+to|please|ask|asks|tell|get|gets|obtain\w*|contact"
    r"|display\w*|shows?|mention|credit|agree\w*|approv\w+|allow\w*|permit\w*|limit\w*|reserv\w+|refus\w+"
    r"|revok\w+|terminat\w+|expir\w+|training|train|every"
)
_CONDITIONS = (
    r"if|when|while|provided\s+(?:that|you|they)|as\s+long|once|before|until|after|but"
    r"|for(?!\s+(?:the\s+)?(?:full\s+|more\s+|further\s+)?(?:any\s+purpose|example|details?|more|text|information"
    r"|go\b|licen[sc]|copyright"
    r"|client|following|images|project|font|that\s+project))"
)
_FREE = (
    r"(?:(?!\b(?:" + "|".join(sorted(TURNS)) + rf"|{_PERSONS}|{_MONEY}|{_OBLIGES}|{_CONDITIONS})\b|n['\u2019]t\b).)"
    r"{0,300}"
)
"""Words of any kind, without a condition, a price, or a person who is to do something."""
_LOGOS = r"(?:names?|logos?|trade[\s-]?marks?|service marks?|marks?|brand\w*|icons?|artwork|images?|fonts?|mascots?)"
_PLACE = (
    rf"(?:(?!commercial|{_PERSONS})[\w.*/-]+ (?:director(?:y|ies)|folders?|files?|packages?|subdirector(?:y|ies))"
    r"|[\w.*-]*/[\w.*/-]*)"
)
_FROM = (
    r"ships?|bundles?|incorporates?|includes?|contains?|makes? use of|based|derived|copied|ported|taken|borrow\w*"
    r"|inspired|adapted|cribbed|forked|fork of|written|authored|developed|translated|generated|imported|vendored|reused"
    r"|uses? (?:\w+ )?(?:code|software|material|packages|libraries)|use (?:\w+ )?code from"
)
_BEGIN = (
    r"(?:(?:this|the|it|its|these|those|there|portions?|parts?|some|bits|our|all|we|original(?:ly)?|files?|much|most"
    r"|everything|see|that|modified|new|digitized|both|[\w.*/-]*[./*][\w.*/-]*)\b)"
)
_CONTRIBUTIONS = r"(?:pull requests?|merge requests?|patches|contributions?|commits?|prs?|issues?|bug reports?)"


@value
class Form:
    """A form of sentences. pattern: blanks stand for blanks of any kind, "~" for words without any condition; verdict:
    what they say; examples: each matches."""

    where: Where
    verdict: Verdict
    pattern: re.Pattern[str]
    examples: tuple[str, ...]


def _form(where: Where, verdict: Verdict, pattern: str, *examples: str) -> Form:
    written = pattern.replace(" ", r"\s+").replace("~", _FREE)
    return Form(where=where, verdict=verdict, pattern=re.compile(written, re.IGNORECASE), examples=examples)


def _phrase(pattern: str, *examples: str) -> Form:
    return _form(Where.PHRASE, Verdict.NOTHING, pattern, *examples)


def _restricts(pattern: str, *examples: str) -> Form:
    return _form(Where.ANYWHERE, Verdict.RESTRICTS, pattern, *examples)


def _harmless(pattern: str, *examples: str) -> Form:
    return _form(Where.WHOLE, Verdict.NOTHING, pattern, *examples)


FORMS: tuple[Form, ...] = (
    _phrase(
        r"(?:unless|except)(?: (?:where|as|when|if))?(?: (?:otherwise|explicitly|specifically|expressly))*"
        r" (?:noted|stated|specified|indicated|mentioned|marked)(?: otherwise)?",
        "Unless otherwise noted, all of it is under this license.",
    ),
    _phrase(
        r"(?:unless|except)(?: (?:where|when|if))?(?: (?:the|a|an|its|their|individual|source|file|files|specific))*"
        r" (?:headers?|files?|director(?:y|ies)|comments?|they|it|you)(?:'s| of (?:a|the|each) files?)?"
        r"(?: (?:headers?|comments?|explicitly|clearly|itself))*"
        r" (?:says?|states?|specif(?:y|ies)|indicates?|notes?|declares?) (?:otherwise|differently|so)",
        "This applies to all files unless a file header says otherwise.",
        "Your contribution is under the same license unless you state otherwise.",
    ),
    _phrase(
        r"(?:except|excluding|other than|apart from)(?: for)?(?: (?:the|those in|files in|code in|contents of))*"
        rf" {_PLACE}",
        "All code except for the vendor directory is licensed under the MIT license below.",
    ),
    _phrase(
        r"unless required by applicable law(?: or agreed to in writing)?|not use (?:this|these) (?:files?|software"
        r"|work) except in compliance with"
        r" the licen[sc]e|may not be (?:copied|used|modified|distributed|\W|or|and| )+except (?:according to|in"
        r" compliance with|under) (?:those|these|the) (?:terms|licen[sc]es?)",
        "Unless required by applicable law, it comes as it is.",
        "You may not use this file except in compliance with the License.",
        "This file may not be copied, modified, or distributed except according to those terms.",
    ),
    _phrase(
        r"(?:you|they|it|users?|anyone) may(?! (?:not|only|never))\b|may be (?:found|obtained|available)|\bMay \d",
        "You may read it on our page.",
        "A copy may be obtained there.",
    ),
    _phrase(
        r"without (?:even the implied )?(?:any )?(?:warrant(?:y|ies)|restrictions?|limitations?|conditions?)"
        r"|no warrant(?:y|ies)|no rights? reserved",
        "It comes without any warranty.",
        "No rights reserved",
    ),
    _phrase(
        r"should not be interpreted as representing official policies|not (?:a )?(?:dual|multi)[ -]?licen\w+"
        r"|must comply with (?:both|all)|(?:used|included|reproduced|reprinted|redistributed) (?:here )?(?:with|by)"
        r" permission",
        "The views are those of the authors and should not be interpreted as representing official policies.",
        "You must comply with both licences.",
        "The table is reprinted with permission.",
    ),
    _phrase(
        r"commercial(?:ly)? (?:or|and|and/or|as well as) (?:non-?commercial(?:ly)?|private(?:ly)?|personal(?:ly)?)"
        r"|(?:non-?commercial(?:ly)?|private(?:ly)?|personal(?:ly)?) (?:or|and|and/or|as well as) commercial(?:ly)?",
        "Take it for any purpose, commercial or non-commercial",
        "It is free for private and commercial use",
    ),
    _restricts(
        r"\b(?:no|not|non|never)[ -](?:\w+ ){0,4}(?:commercial|military|profit)|\bnoncommercial|commercial (?:\w+"
        r" ){0,4}"
        r"(?:prohibited|forbidden|requires?|needs?|must|not)\b",
        "Not for commercial use.",
        "For non-profit organisations.",
        "Commercial users must ask.",
    ),
    _restricts(
        r"\b(?:may|must|shall|can|do) not (?:be )?(?:use|copy|copie|distribut|redistribut|modif|sell|share|host"
        r"|publish)"
        r"|\b(?:may|must|can|do|does|is|are)n['\u2019]t (?:be )?(?:use|copy|copie|distribut|modif|sell|allow|permit)"
        r"|\bmustn['\u2019]t\b",
        "You may not use this in a product.",
        "Please don't sell it.",
    ),
    _restricts(
        r"\blimited to\b|\badditional (?:terms|conditions)\b|禁止|不得|商用|商业|商業"
        r"|\b(?:personal|private|internal|evaluation|educational|academic|research|trial|non[ -]?production)"
        r"(?: \w+){0,3} (?:use|using|purposes?)\b",
        "For evaluation purposes.",
        "Use is limited to Acme.",
        "禁止商用",
    ),
    _form(
        Where.COPYRIGHT,
        Verdict.RESTRICTS,
        r"\bnot for (?:\w+ )?(?:use|sale|resale|commercial|distribution|redistribution)|\bno (?:commercial|military)"
        r" use"
        r"|\b(?:may|must|shall|can) not\b|\bnon[ -]?commercial\b|proprietary(?: and|,| &)? confidential"
        r"|all rights reserved.*\b(?:proprietary|confidential)\b|\bcommercial use\b|\buse only\b",
        "Copyright 2020 Acme, not for commercial use",
        "Copyright 2020 Acme; you may not share it",
        "Copyright 2020 Acme, all rights reserved, proprietary",
    ),
    _harmless(
        r"(?:©|copyright|\(c\))[^.]{0,10}|(?:portions )?all rights reserved|and (?:other )?contributors",
        "All rights reserved",
    ),
    _harmless(
        r"(?:~ )?(?:attribution|credits?|a link|links|acknowledge?ments?|a star|donations?|contributions?|feedback"
        r"|a postcard|a mention)~(?:is|are|would be) (?:always |much |greatly |very )?(?:appreciated|welcome|nice"
        r"|encouraged)(?:,?(?: but| though)?(?: is| are)?(?: not|n['\u2019]t| in no way| never)? (?:required|necessary"
        r"|mandatory|needed|obligatory|optional))?",
        "Attribution is appreciated but not required.",
        "Donations are welcome",
    ),
    _harmless(
        rf"~(?:is|are) (?:not|in no way|neither)(?: (?!{_PERSONS}|free|licen|allow|permit)[\w-]+){{0,3}}?"
        r" (?:affiliated|associated|endorsed|sponsored|connected|supported|related"
        r"|maintained|product|project)(?: with| by| to)?~",
        "This project is not affiliated with Google.",
        "This is not an official Google product",
        "It is not officially supported",
    ),
    _harmless(
        r"(?:\(?not (?:an )?official(?:ly)?~|unofficial~)", "Not an official product", "not officially supported"
    ),
    _harmless(
        r"~(?:is|are|constitutes?|does|do|should|as) not(?: be)?(?: \w+){0,3} legal advice~|i am not a lawyer|ianal",
        "This is not legal advice.",
        "The above does not constitute legal advice",
    ),
    _harmless(
        r"(?:~ )?(?:third[ -]part(?:y|ies)|vendored|bundled|included|other|some|these|those|external|dependenc\w+)~"
        r"(?:(?:may|might|can|could|will) )?(?:have|be|carry|come|fall|are|is|has)\b~\b(?:own|other|different|separate"
        r"|respective|various)(?: open[ -]source)? licen[sc]\w*~",
        "Third-party libraries may have their own licenses, see vendor/.",
        "It uses third-party libraries that may be distributed under different licenses",
    ),
    _harmless(
        rf"(?:(?!code|software|files|librar|program)[\w'\u2019-]+ ){{0,4}}{_LOGOS}(?:(?:,| and| or|,? and/or)+(?: the)?"
        rf"(?: \w+)? {_LOGOS})*(?: of ~)? (?:is|are)(?: not|n['\u2019]t) (?:covered|licen[sc]ed|included|part"
        r"|granted)~",
        "Names and logos are not covered by this license",
        "The Acme name and the Acme logo are not licensed under it",
    ),
    _harmless(
        rf"(?:all |any |your |every )?{_CONTRIBUTIONS}~(?:must|should|need to|needs to|have to|has to|shall|will) "
        r"(?:be |have |carry |include |follow |contain |comply with |pass )~",
        "Pull requests must be signed off.",
        "All contributions should be covered by tests",
    ),
    _harmless(
        r"(?:if you (?:contribute|submit|send|open)|by (?:contributing|submitting|sending|opening)|unless you)\b"
        r"(?:(?!\b(?:use|using|commercial\w*|pay|fees?)\b).)*\b(?:licen[sc]e\w*|submi\w+|contribut\w+|certif\w+)"
        r"(?:(?!\b(?:use|using|commercial\w*|pay|fees?)\b).)*",
        "If you contribute to it, it is assumed that you license your contribution under the same license",
        "By submitting a pull request you agree to license it under the MIT license",
    ),
    _harmless(
        r"(?:for )?(?:commercial|paid|professional|enterprise|priority|premium|business) (?:support|consulting|training"
        r"|services?)(?: (?:and|or) (?:support|consulting|training|services?))*,?(?: is| are| can be| please| may be)*"
        r" (?:contact|available|offered|provided|write|email|mail|see|visit|obtained)\b(?: to)?~",
        "For commercial support contact Acme.",
        "Paid support is available from Acme",
    ),
    _harmless(
        r"(?:the )?(?:use and transfer|use|export|transfer|import)~ may be subject to (?:certain )?restrictions by the"
        r" united states(?: and(?: other)? governments?)?|it is your responsibility to ensure that your use(?: and/or"
        r"| and| or)? (?:transfer )?(?:does|do) not violate applicable laws?",
        "Use and transfer may be subject to certain restrictions by the United States and other governments.",
        "It is your responsibility to ensure that your use and/or transfer does not violate applicable laws.",
    ),
    _harmless(
        r"(?:please |for (?:more |further )?(?:details?|information),? (?:please )?)?(?:see|visit|cf|read|refer to)\b~"
        r"|(?:post an issue|email us)~",
        "See the file AUTHORS for details",
        "For details, see:",
    ),
    _harmless(
        r"(?:(?:the|these|its|that|this|full|original|a|text|copy|copies|of|license|licen[sc]es?|terms?) )+(?:\w+"
        r" ){0,3}"
        r"(?:(?:for|of|in) ~)?(?:follows?|applies|apply|(?:is|are|can be|may be)(?: also)? (?:copied|below|above"
        r"|included|reproduced|available|found|as follows|in|at))\b~",
        "The license for that project is copied below",
        "That license follows",
        "This license applies to the non-Windows portions of this library",
    ),
    _harmless(
        r"(?:~ )?(?:is|are) free(?: of charge)?(?: for| to)(?: (?:any|all|your))?(?: (?:use|purposes?|and))*",
        "It is free for private and commercial use",
    ),
    _harmless(r"this file is part of~", "This file is part of Acme"),
    _harmless(
        r"(?:they|it|copies|a copy) (?:is|are) (?:also )?available (?:at|from|in|on)~", "They are also available at"
    ),
    _harmless(r"(?:[\w.-]+ )?is (?:in the )?public domain|which is similar to~", "Acme Is Public Domain"),
    _harmless(r"(?:an?|the) [^.]* in go|[\w.-]+ (?:-+|:) (?:an?|the)~", "Acme - A rich framework for Go"),
    _harmless(r"(?:title|layout|weight|description): ~", "title: LICENSE description: the licence of it weight: 10"),
    _harmless(
        r"any(?:one|body) is free to (?:copy|modify|publish|use|compile|sell|distribute|or|and|[, ])+~,? by any means",
        "Anyone is free to copy, sell or distribute it, by any means",
    ),
    _harmless(
        r"all (?:code )?authors\b[^.]* have signed affidavits\b[^.]*public domain\b[^.]*"
        r"|nothing from these~ reaches~(?:, however)?[^.]* licen[sc]es [^.]* should not be a factor in assessing"
        r" your rights"
        r"[^.]*|no code has been taken from other~|every line of code can be traced~|(?:so )?the~ is uncontaminated"
        r" with~",
        "All authors have signed affidavits that put their work into the public domain",
        "No code has been taken from other projects",
        "Every line of code can be traced to who wrote it",
    ),
    _harmless(
        r"the (?:previous|above|following|preceding) (?:paragraph|section|licen[sc]e|text) applies to~",
        "The previous paragraph applies to the code and its documentation",
    ),
    _harmless(r"~with reserved font~", "with Reserved Font Name Liberation"),
    _harmless(
        r"~(?:(?:is|are) under (?:an?|the|its|their) (?:own|separate|different)(?: licen[sc]es?)?|licen[sc]ed"
        r" separately)"
        r"|~(?:has|have|keeps?|maintains?|carry|carries|retains?) (?:its|their) (?:own|original)~",
        "The fonts are licensed separately.",
        "The Windows portion maintains its own Apache 2.0",
    ),
    _harmless(
        r"the views and conclusions contained~",
        "The views and conclusions contained in the software are those of its authors",
    ),
    _harmless(
        r"see the license for the specific language governing permissions and limitations~|~on an \W?as is\W? basis~",
        "See the License for the specific language governing permissions and limitations under the License.",
        'Unless required by applicable law, it is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OF ANY KIND',
    ),
    _harmless(
        r"~\bchoice of (?:exactly )?(?:one|either|any) of the(?: following)?(?: two| three)? licen[sc]es~",
        "Use of the software is subject to your choice of exactly one of the following two licenses:",
    ),
    _harmless(
        r"(?:the )?(?:[\w.-]+ ){1,4}licen[sc]e(?: \([\w.-]+\))?(?:,? (?:which is similar to~|v(?:ersion)? ?[\d.]+))?"
        r"(?:,? or later)?(?:,? or)?",
        "The FreeType License, which is similar to the original BSD license, or",
        "The GNU General Public License (GPL), version 2 or later.",
    ),
    _harmless(
        rf"(?:{_BEGIN}|[A-Z][\w-]+)~\b(?:{_FROM})\b~|(?:{_FROM})\b~",
        "This software is copied from, derived from, and inspired by other original software products",
        "Based on the work of Ada",
        "This product includes software developed at Acme",
    ),
    _harmless(
        r"~(?:(?:is|are|was|were|be)\b~)?\b(?:licen[sc]ed|covered|distributed|released|available|provided|governed"
        r"|made available|published|under)\b~\b(?:licen[sc]es?|[AL]?GPL\w*|MIT|BSD|public domain|as follows|under)\b~",
        "All the remaining project files are covered by the Apache license:",
        "This software is licensed under the LGPLv3, included below",
        "All files in this repository are licensed as follows",
    ),
    _harmless(r"~\b(?:copyright|copright|©|\(c\))~", "Grapheme data is copyright 2016 Unicode"),
)
"""All forms; the tests take each example. Phrases are taken out first; then what restricts, then what is harmless."""

_BY_PLACE = {where: tuple(form.pattern for form in FORMS if form.where is where) for where in Where}
_ADDRESS = re.compile(r"\S{1,200}@\S{1,200}|https?://\S{1,500}|<[^<>\n]{1,300}>")
_NON = re.compile(r"\bnon[\s-](?!commercial|profit|military|production|academic)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_THINGS = (
    r"us(?:e[ds]?|ing|age)|cop(?:y|ies|ied|ying)|(?:re)?-?distribut\w*|modif\w*|deploy\w*|software|librar\w+|code"
    r"|programs?|products?|versions?|licen[sc]\w*|terms?|grant\w*|rights?|you|yours?"
)
_SUBJECT = re.compile(rf"\b(?:{_THINGS}|this|it|all|for)\b", re.IGNORECASE)
"""Subjects of which a word that turns the sense speaks."""
_ACTS = re.compile(rf"\b(?:{_PERSONS}|{_MONEY}|{_OBLIGES})\b|n['\u2019]t\b", re.IGNORECASE)
_ABOUT = re.compile(rf"\b(?:{_THINGS})\b|{_ACTS.pattern}", re.IGNORECASE)
_ENGLISH = frozenset({
    "a", "all", "and", "are", "be", "by", "files", "for", "from", "has", "have", "is", "it", "of", "see", "that", "the",
    "these", "this", "to", "under", "was", "we", "were", "which", "with", "you",
})  # fmt: skip
_FOREIGN = frozenset({
    "bei", "con", "das", "dem", "den", "der", "des", "die", "durch", "ein", "eine", "el", "es", "est", "est\u00e1",
    "et", "f\u00fcr", "il", "ist", "la", "las", "le", "les", "los", "mit", "nous", "oder", "para", "par", "per", "por",
    "pour", "que", "sont", "se", "sin", "solo", "sur", "und", "une", "vous", "wenn", "wird", "zu", "zum", "zur",
})  # fmt: skip
"""Small words: a sentence has some of its language."""
_OTHER_LETTERS = re.compile(r"[^\W\d_\u0000-\u024f]{5}")
"""Of no Latin alphabet, and more than a name."""
_TITLE_WORDS, _LONGEST_TITLE = 3, 12
_LONGEST = 400
"""Characters of a sentence that are held against the forms; a longer one is of none, which also bounds the time."""
_TOKEN = re.compile(r"[^\W\d_][\w'\u2019-]*(?![\w./*]*[./*_]\w)")
_PATH = re.compile(r"\S*(?:[/_*]|\w\.\w)\S*")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|could|will|would|should|might)\b", re.IGNORECASE
)
_SMALL = frozenset({
    "a", "an", "and", "at", "by", "de", "for", "in", "of", "on", "or", "the", "to", "und", "van", "von", "with", "y",
})  # fmt: skip


@lru_cache(maxsize=4096)
def judge_sentence(sentence: str) -> Verdict:
    """Return what a sentence beside a licence says of it."""
    plain = _plain(sentence)
    if _restricts_by_phrase(plain):
        return Verdict.RESTRICTS
    if not _WORD.search(plain):
        return Verdict.NOTHING
    if len(plain) > _LONGEST:
        return Verdict.RESTRICTS if not TURNS.isdisjoint(_words(plain)) else Verdict.UNSURE
    bare = _NON.sub(" ", plain).strip(" \t#*/=->_`'\"()[]:,.!|•·\u2014\u2013")
    words = _words(plain)
    is_binding = not _BINDING.isdisjoint(words)
    if any(form.fullmatch(bare) for form in _BY_PLACE[Where.WHOLE]):
        return Verdict.UNSURE if is_binding else Verdict.NOTHING
    if not HARD.isdisjoint(words):
        return Verdict.RESTRICTS
    if not _SOFT.isdisjoint(words):
        return Verdict.RESTRICTS if _SUBJECT.search(plain) else Verdict.UNSURE
    return Verdict.UNSURE if is_binding else _unknown(bare, is_head=plain.rstrip(" =-#*\"'`").endswith(":"))


@lru_cache(maxsize=4096)
def judge_copyright(line: str) -> Verdict:
    """Return what a copyright line says beside whose the work is: a holder may be called anything ("Robert May"), but
    what follows behind a full stop is judged as any sentence."""
    plain = " ".join(_ADDRESS.sub(" ", line).split())
    if any(form.search(plain) for form in _BY_PLACE[Where.COPYRIGHT]):
        return Verdict.RESTRICTS
    behind = re.split(r"[.!?;]\s", plain)[1:]
    found = [judge_sentence(part) for part in behind if len(part.split()) > 1 and not _is_title(part)]
    return max(found, key=list(Verdict).index, default=Verdict.NOTHING)


def is_restricting(sentence: str) -> bool:
    """Tell whether a sentence may take back what a licence grants: for places where none but the plainest will do."""
    plain = _plain(sentence)
    return _restricts_by_phrase(plain) or not TURNS.isdisjoint(_words(plain))


def _plain(sentence: str) -> str:
    """Return a sentence on one line, without addresses and without the phrases that say nothing."""
    plain = " ".join(_ADDRESS.sub(" ", sentence).split())
    for form in _BY_PLACE[Where.PHRASE]:
        plain = form.sub(" ", plain)
    return " ".join(plain.split())


def _restricts_by_phrase(plain: str) -> bool:
    return any(form.search(plain) for form in _BY_PLACE[Where.ANYWHERE])


def _words(plain: str) -> set[str]:
    return {match.group().lower() for match in _WORD.finditer(_NON.sub(" ", plain))}


def _unknown(bare: str, *, is_head: bool) -> Verdict:
    """Judge a sentence of no known form, without a word that turns the sense."""
    short = _PATH.sub(" ", bare)
    words = _TOKEN.findall(short)
    if _OTHER_LETTERS.search(short):
        return Verdict.UNSURE
    if not words:
        return Verdict.NOTHING
    small = {word.lower() for word in words}
    has_verb, is_titled = _VERB.search(short) is not None, len(words) <= _LONGEST_TITLE and _is_title(short)
    is_brief = len(words) <= _TITLE_WORDS or is_head or is_titled
    if is_brief and not has_verb and not _ACTS.search(short) and (is_titled or _FOREIGN.isdisjoint(small)):
        return Verdict.NOTHING
    if _ABOUT.search(short) or _ENGLISH.isdisjoint(small) or not _FOREIGN.isdisjoint(small):
        return Verdict.UNSURE
    return Verdict.REMARK


def _is_title(text: str) -> bool:
    """Tell a title or a name, whose words all begin with a capital letter."""
    words = [word for word in _TOKEN.findall(text) if word.lower() not in _SMALL]
    return bool(words) and all(word[0].isupper() for word in words) and _words(text).isdisjoint(HARD)
