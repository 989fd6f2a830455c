"""What it means when go.sum and the log disagree: who else has the files, and with which of the two it agrees.

    >>> explain_mismatch(proof, witnesses).agreement
    'log = proxy; go.sum = module cache'

The log and go.sum differ, that is the start. The module cache and the proxy each agree with the log, with go.sum or
with neither (then perhaps with each other), or are not known: seventeen cases, each with its meaning. A meaning says no
more than was seen: who moved a tag, or broke into what, no hash can tell. The origin (the repository itself) is never
asked, since that would run a version control program against any host; a person can do it by the command that is told.

Source: golang.org/ref/mod#authenticating; golang/go #32291 (the go command has one message for all of these).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from shlex import quote

from supplymatrix.model.fact import HashWitness, Holder, LineProof
from supplymatrix.model.value import value

__all__ = ["CASES", "Explanation", "Meaning", "Standing", "Step", "explain_mismatch", "origin_command"]


class Standing(StrEnum):
    """With whom a holder's copy agrees. CACHE: the proxy's, with that of the module cache, which agrees with nobody."""

    UNKNOWN = "not known"
    LOG = "log"
    GO_SUM = "go.sum"
    CACHE = "module cache"
    NOBODY = "nobody"


class Meaning(StrEnum):
    """What a mismatch means; each has a sentence, and steps to take next."""

    NO_WITNESS = "no-witness"
    PROXY_AS_LOG = "proxy-as-log"
    PROXY_AS_GO_SUM = "proxy-as-go-sum"
    PROXY_ALONE = "proxy-alone"
    CACHE_AS_LOG = "cache-as-log"
    GO_SUM_ALONE = "go-sum-alone"
    PROXY_CHANGED = "proxy-changed"
    PROXY_AND_GO_SUM_ALONE = "proxy-and-go-sum-alone"
    CACHE_AS_GO_SUM = "cache-as-go-sum"
    OTHER_FILES_HERE = "other-files-here"
    LOG_ALONE = "log-alone"
    PROXY_CHANGED_AGAIN = "proxy-changed-again"
    CACHE_ALONE = "cache-alone"
    CACHE_AND_GO_SUM_ALONE = "cache-and-go-sum-alone"
    CACHE_AGAINST_PROXY = "cache-against-proxy"
    PROXY_AND_CACHE = "proxy-and-cache"
    FOUR_CONTENTS = "four-contents"

    def told(self, proxy: str = "the proxy") -> str:
        """Return the meaning as a sentence, without its full stop. proxy: how it is called."""
        return _SENTENCES[self].format(proxy=proxy)


CASES: Mapping[tuple[Standing, Standing], Meaning] = {
    (Standing.UNKNOWN, Standing.UNKNOWN): Meaning.NO_WITNESS,
    (Standing.UNKNOWN, Standing.LOG): Meaning.PROXY_AS_LOG,
    (Standing.UNKNOWN, Standing.GO_SUM): Meaning.PROXY_AS_GO_SUM,
    (Standing.UNKNOWN, Standing.NOBODY): Meaning.PROXY_ALONE,
    (Standing.LOG, Standing.UNKNOWN): Meaning.CACHE_AS_LOG,
    (Standing.LOG, Standing.LOG): Meaning.GO_SUM_ALONE,
    (Standing.LOG, Standing.GO_SUM): Meaning.PROXY_CHANGED,
    (Standing.LOG, Standing.NOBODY): Meaning.PROXY_AND_GO_SUM_ALONE,
    (Standing.GO_SUM, Standing.UNKNOWN): Meaning.CACHE_AS_GO_SUM,
    (Standing.GO_SUM, Standing.LOG): Meaning.OTHER_FILES_HERE,
    (Standing.GO_SUM, Standing.GO_SUM): Meaning.LOG_ALONE,
    (Standing.GO_SUM, Standing.NOBODY): Meaning.PROXY_CHANGED_AGAIN,
    (Standing.NOBODY, Standing.UNKNOWN): Meaning.CACHE_ALONE,
    (Standing.NOBODY, Standing.LOG): Meaning.CACHE_AND_GO_SUM_ALONE,
    (Standing.NOBODY, Standing.GO_SUM): Meaning.CACHE_AGAINST_PROXY,
    (Standing.NOBODY, Standing.CACHE): Meaning.PROXY_AND_CACHE,
    (Standing.NOBODY, Standing.NOBODY): Meaning.FOUR_CONTENTS,
}
"""All cases there are: with whom the module cache agrees, and the proxy."""

_NOT_LOGGED = "a fault of the proxy, an attack, or the files of a moved tag"

_SENTENCES: Mapping[Meaning, str] = {
    Meaning.NO_WITNESS: (
        "no other copy could be compared: go.sum was changed, or written for other files than were logged"
    ),
    Meaning.PROXY_AS_LOG: (
        "{proxy} serves what was logged: go.sum was changed, or written for files that came from elsewhere or at "
        "another time"
    ),
    Meaning.PROXY_AS_GO_SUM: f"{{proxy}} serves what go.sum names, and that was not logged: {_NOT_LOGGED}",
    Meaning.PROXY_ALONE: (
        "{proxy} serves a third content, neither logged nor named by go.sum: "
        f"{_NOT_LOGGED}; go.sum was written for something else"
    ),
    Meaning.CACHE_AS_LOG: (
        "the module cache has what was logged: go.sum was changed after the download, or its line comes from elsewhere"
    ),
    Meaning.GO_SUM_ALONE: (
        "the module cache and {proxy} have what was logged: go.sum alone is different, changed after the download or "
        "taken from elsewhere"
    ),
    Meaning.PROXY_CHANGED: (
        f"the module cache has what was logged, but {{proxy}} now serves what go.sum names: {_NOT_LOGGED}"
    ),
    Meaning.PROXY_AND_GO_SUM_ALONE: (
        "the module cache has what was logged, but {proxy} serves a third content: "
        f"{_NOT_LOGGED}; where the hash in go.sum comes from was not seen"
    ),
    Meaning.CACHE_AS_GO_SUM: (
        "the module cache has what go.sum names, and that was not logged: this machine was given other files (a moved "
        "tag, a fault of a proxy, an attack), or cache and go.sum were changed together"
    ),
    Meaning.OTHER_FILES_HERE: (
        "{proxy} serves what was logged, but this machine has other files, and go.sum names these: the tag was moved, "
        "the files were changed on their way, or cache and go.sum were changed together"
    ),
    Meaning.LOG_ALONE: (
        f"{{proxy}} serves what the module cache has and go.sum names, and that was not logged: {_NOT_LOGGED}"
    ),
    Meaning.PROXY_CHANGED_AGAIN: (
        "the module cache has what go.sum names, {proxy} serves a third content, and neither was logged: "
        f"{_NOT_LOGGED}; what this machine has came at another time, from elsewhere, or was changed"
    ),
    Meaning.CACHE_ALONE: (
        "the module cache has a third content, neither logged nor named by go.sum: the two do not come from one "
        "download, at least one of them was changed or comes from elsewhere"
    ),
    Meaning.CACHE_AND_GO_SUM_ALONE: (
        "{proxy} serves what was logged, but the module cache has a third content: it and go.sum do not come from one "
        "download, at least one of them was changed or comes from elsewhere"
    ),
    Meaning.CACHE_AGAINST_PROXY: (
        "{proxy} serves what go.sum names, and that was not logged: "
        f"{_NOT_LOGGED}; the module cache has a third content, changed or from elsewhere"
    ),
    Meaning.PROXY_AND_CACHE: (
        "{proxy} serves what the module cache has, neither logged nor named by go.sum: "
        f"{_NOT_LOGGED}; go.sum was changed, or written for a third content"
    ),
    Meaning.FOUR_CONTENTS: (
        "the log, go.sum, the module cache and {proxy} have four different contents: "
        f"{_NOT_LOGGED}; the cached copy and go.sum were changed or come from elsewhere"
    ),
}


_WEB = ("http://", "https://")


class _Do(StrEnum):
    """What to do next, in words."""

    HISTORY = "find who changed go.sum"
    ORIGIN = "ask the repository"
    KEEP = "keep what the proxy serves"
    CLEAN = "keep the cached copy and empty the cache"


_STEPS: Mapping[Meaning, tuple[_Do, ...]] = {
    Meaning.NO_WITNESS: (_Do.HISTORY, _Do.ORIGIN),
    Meaning.PROXY_AS_LOG: (_Do.HISTORY, _Do.ORIGIN),
    Meaning.PROXY_AS_GO_SUM: (_Do.KEEP, _Do.ORIGIN),
    Meaning.PROXY_ALONE: (_Do.KEEP, _Do.ORIGIN),
    Meaning.CACHE_AS_LOG: (_Do.HISTORY,),
    Meaning.GO_SUM_ALONE: (_Do.HISTORY,),
    Meaning.PROXY_CHANGED: (_Do.KEEP, _Do.ORIGIN),
    Meaning.PROXY_AND_GO_SUM_ALONE: (_Do.KEEP, _Do.HISTORY),
    Meaning.CACHE_AS_GO_SUM: (_Do.ORIGIN, _Do.CLEAN),
    Meaning.OTHER_FILES_HERE: (_Do.ORIGIN, _Do.CLEAN),
    Meaning.LOG_ALONE: (_Do.KEEP, _Do.ORIGIN),
    Meaning.PROXY_CHANGED_AGAIN: (_Do.KEEP, _Do.ORIGIN),
    Meaning.CACHE_ALONE: (_Do.HISTORY, _Do.CLEAN),
    Meaning.CACHE_AND_GO_SUM_ALONE: (_Do.HISTORY, _Do.CLEAN),
    Meaning.CACHE_AGAINST_PROXY: (_Do.KEEP, _Do.ORIGIN),
    Meaning.PROXY_AND_CACHE: (_Do.KEEP, _Do.ORIGIN),
    Meaning.FOUR_CONTENTS: (_Do.KEEP, _Do.ORIGIN),
}


@value
class Step:
    """One thing to do next. command: for a POSIX shell, to be taken as it is: cut in two it would do something else."""

    purpose: str
    command: str


@value
class Explanation:
    """A mismatch explained. sentence: the meaning, with the proxy's address. agreement: who has the same as whom, all
    holders that are known. steps: what to do next, in order."""

    meaning: Meaning
    sentence: str
    agreement: str
    steps: tuple[Step, ...]


def explain_mismatch(proof: LineProof, witnesses: Sequence[HashWitness]) -> Explanation:
    """Return what it means that a go.sum line differs from the log.

    proof: of a line that differs. witnesses: of this line; of several with a hash the first of each holder counts.
    """
    cache = _first(witnesses, Holder.MODULE_CACHE)
    proxy = _first(witnesses, Holder.PROXY)
    mine = _standing(proof, cache)
    theirs = _standing(proof, proxy)
    if cache is not None and proxy is not None and mine is theirs is Standing.NOBODY and cache.hash == proxy.hash:
        theirs = Standing.CACHE
    meaning = CASES[mine, theirs]
    steps = (Step(purpose=do.value, command=_command(do, proof, cache, proxy)) for do in _STEPS[meaning])
    return Explanation(
        meaning=meaning,
        sentence=meaning.told(f"the proxy {_server(proxy.source)}" if proxy is not None else "the proxy"),
        agreement=_agreement(proof, cache, proxy),
        steps=tuple(step for step in steps if step.command),
    )


def origin_command(proof: LineProof) -> str:
    """Return a command for a POSIX shell that downloads a module version from its own repository and tells its hashes.

    It works in a folder of its own: inside a module the go command would refuse what its go.sum does not name, and what
    lies in the module cache would be told in the place of a download.
    """
    return (
        '(cd "$(mktemp -d)" && GOMODCACHE=$PWD GOFLAGS=-modcacherw GOPROXY=direct GOSUMDB=off '
        f"go mod download -json {quote(str(proof.subject))})"
    )


def _first(witnesses: Sequence[HashWitness], holder: Holder) -> HashWitness | None:
    return next((witness for witness in witnesses if witness.holder is holder and witness.hash), None)


def _server(source: str) -> str:
    """Return scheme and host of an http address, any other source as it is."""
    if not source.startswith(_WEB):
        return source
    scheme, mark, rest = source.partition("://")
    return f"{scheme}{mark}{rest.partition('/')[0]}"


def _standing(proof: LineProof, witness: HashWitness | None) -> Standing:
    if witness is None:
        return Standing.UNKNOWN
    if witness.hash == proof.logged_hash:
        return Standing.LOG
    return Standing.GO_SUM if witness.hash == proof.hash else Standing.NOBODY


def _agreement(proof: LineProof, cache: HashWitness | None, proxy: HashWitness | None) -> str:
    """Return the holders in groups of one content, such as "log = proxy; go.sum = module cache"."""
    groups: dict[str, list[str]] = {proof.logged_hash: ["log"]}
    groups.setdefault(proof.hash, []).append("go.sum")
    for name, witness in (("module cache", cache), ("proxy", proxy)):
        if witness is not None:
            groups.setdefault(witness.hash, []).append(name)
    return "; ".join(" = ".join(names) for names in groups.values())


def _command(do: _Do, proof: LineProof, cache: HashWitness | None, proxy: HashWitness | None) -> str:
    """Return the command of a step, "" when there is none here."""
    if do is _Do.HISTORY:
        return f"git log -p {quote('-S' + proof.hash)} -- {quote(proof.location.artifact)}"
    if do is _Do.ORIGIN:
        return origin_command(proof)
    if do is _Do.CLEAN:
        return f"cp {quote(cache.source)} . && go clean -modcache" if cache is not None else "go clean -modcache"
    url = proxy.source.partition(" ")[0] if proxy is not None else ""
    return f"curl -fsSLO {quote(url)}" if url.startswith(_WEB) else ""
