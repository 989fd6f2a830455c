"""What the Signatures screen asks and gives away: artifacts by their names, the runs of the commands, files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.events import OnEvent
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.tui.screens.base import Export
from supplymatrix.tui.screens.signing_words import NO_WORDS, Command, SigningWords
from supplymatrix.tui.session import Session
from supplymatrix.tui.shell_words import path_word

if TYPE_CHECKING:
    from supplymatrix.engine.signed_artifacts import NamedArtifact
    from supplymatrix.engine.verify_signatures import SignatureTarget
    from supplymatrix.model.signature_run import SignatureRun

__all__ = [
    "Asked", "command_of", "exports_of", "groups_of", "profiles_again", "run_of", "runs_of", "target_in",
    "why_no_artifact", "why_no_artifacts", "words_of",
]  # fmt: skip

_LAYOUTS = ("oci:", "oci-archive:", "docker-archive:")


@value
class Asked:
    """One run: a command, what it is given, and who should have signed."""

    command: Command
    names: tuple[str, ...]
    words: SigningWords


def why_no_artifacts(here: Path, text: str) -> str:
    """Return why a line names no artifacts, "" where it does. What lies in a registry is not asked for."""
    try:
        words = words_of(here, text)
    except InputError as err:
        return str(err.diagnostics[0])
    none = "" if words else "an artifact is missing"
    return next((why for word in words if (why := why_no_artifact(here, word))), none)


def words_of(here: Path, text: str) -> tuple[str, ...]:
    """Return the names in a line: all of it where that is a path, else its words as a shell has them."""
    import shlex

    if _is_there(here / text):
        return (text,) if text else ()
    try:
        return tuple(shlex.split(text))
    except ValueError as err:
        raise InputError(Diagnostic(message="this is no line of a shell", seen=str(err).lower())) from err


def why_no_artifact(here: Path, word: str) -> str:
    """Return why a word names no artifact, "" where it does: a file, a digest, an image with its registry."""
    from supplymatrix.engine.signed_artifacts import DIGESTS

    if word.startswith((*DIGESTS, *_LAYOUTS)) or _is_there(here / word):
        return ""
    host = word.partition("/")[0]
    is_reference = "/" in word and ("." in host.strip(".") or ":" in host or host == "localhost")
    return "" if is_reference else f"{word[:60]}: there is no such file; an image is named with its registry"


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def groups_of(artifacts: Sequence[NamedArtifact], words: SigningWords) -> tuple[Asked, ...]:
    """Return the runs for artifacts: files are one command's, images another's."""
    files = Command.ATTESTATION if words.all("--type") else Command.BLOB
    found = (
        (files, tuple(one.name for one in artifacts if not one.is_image)),
        (Command.IMAGE, tuple(one.name for one in artifacts if one.is_image)),
    )
    return tuple(Asked(command=command, names=names, words=words) for command, names in found if names)


def runs_of(
    session: Session, names: Sequence[str], words: SigningWords | None, project: Path | None, on_event: OnEvent
) -> tuple[tuple[tuple[Asked, SignatureRun], ...], tuple[str, ...]]:
    """Return the runs of the commands for artifacts, and what was found and is looked at by none of them.

    words: None where nobody has said who should have signed; then the policy of the project does, if it has anything to
    say of signatures, and names artifacts of its own. Raises InputError and TransportError as the commands do.
    """
    from supplymatrix.engine.signed_artifacts import find_artifacts

    found = find_artifacts(session.here, names)
    if words is None and project is not None:
        from supplymatrix.engine.policy_artifacts import verify_by_policy

        named = tuple(one.name for one in found.artifacts)
        run = verify_by_policy(project, session.policy_source(), session.means(), named)
        if run is not None:
            return ((Asked(command=Command.CHECK, names=named, words=NO_WORDS), run),), found.notes
    words = words or NO_WORDS
    if not names and project is not None:
        from supplymatrix.engine.policy_artifacts import artifacts_of_policy

        found = find_artifacts(session.here, artifacts_of_policy(project, session.policy_source(), session.means()))
    asked = groups_of(found.artifacts, words)
    return tuple((one, run_of(session, one, on_event)) for one in asked), found.notes


def run_of(session: Session, asked: Asked, on_event: OnEvent) -> SignatureRun:
    """Return what the command finds. Raises InputError as it does."""
    from supplymatrix.engine.image_signatures import ImageChoice
    from supplymatrix.engine.signature_places import BundlePlaces
    from supplymatrix.engine.signature_wish import read_wish
    from supplymatrix.engine.verify_signatures import SignatureRequest, verify_signatures

    words, here = asked.words.only_for(asked.command), session.here
    is_image = asked.command is Command.IMAGE
    kinds = words.kinds("--type")
    if asked.command is Command.ATTESTATION and not words.names_somebody:
        message = "of an attestation it has to be said who should have signed it"
        raise InputError(Diagnostic(message=message, expected="--identity and --issuer, --key, or --vendor"))
    wish = read_wish(words.wish_words(session))
    places = BundlePlaces(
        bundles=tuple((here / text).as_posix() for text in words.all("--bundle")),
        signature=_file(here, words.last("--signature")),
        certificate=_file(here, words.last("--certificate")),
    )
    request = SignatureRequest(
        targets=tuple(_target(name, is_image=is_image) for name in asked.names),
        wanted=wish.wanted,
        means=session.means(offline=not (is_image or words.has("--fetch-key"))),
        places=places,
        required=words.kinds("--require"),
        only_attestations=bool(kinds),
        predicates=kinds,
        vendor=words.last("--vendor"),
        asked=wish.asked,
        switched_off=wish.switched_off,
        notes=wish.notes,
        images=ImageChoice(
            platform=words.last("--platform"),
            all_platforms=words.has("--all-platforms"),
            plain_http=words.has("--plain-http"),
        ),
        keyring=words.path("--keyring", here),
        **words.trust(here),
    )
    vendor = words.vendor_words(session)
    if vendor is not None:
        from supplymatrix.engine.vendor_request import with_vendor

        request = with_vendor(request, vendor)
    return verify_signatures(request, on_event)


def _file(here: Path, text: str) -> str:
    return (here / text).as_posix() if text else ""


def _target(name: str, *, is_image: bool) -> SignatureTarget:
    from supplymatrix.engine.signed_artifacts import DIGESTS
    from supplymatrix.engine.verify_signatures import DigestTarget, FileTarget, ImageTarget

    if is_image:
        return ImageTarget(reference=name)
    return DigestTarget(digest=name) if name.startswith(DIGESTS) else FileTarget(path=Path(name))


def command_of(session: Session, asked: Asked, project: Path | None = None) -> str:
    """Return the command with the same facts, up to its format. project: that `check` is given, None = none."""
    if asked.command is Command.CHECK:
        return _check(session, asked, project)
    names = "".join(f" {path_word(name)}" for name in asked.names) or " FILE"
    words = asked.words.for_command(asked.command)
    who = "" if asked.words.names_somebody or asked.command is Command.ATTESTATION else " --who"
    offline = " --offline" if session.offline and asked.command is Command.IMAGE else ""
    return f"supplymatrix {asked.command}{names}{words}{profiles_again(session)}{who}{offline}"


def _check(session: Session, asked: Asked, project: Path | None) -> str:
    where = f" {path_word(project.as_posix())}" if project is not None and project.as_posix() != "." else ""
    names = "".join(f" --artifact {path_word(name)}" for name in asked.names)
    replay = f" --replay {path_word(session.replay.as_posix())}" if session.replay is not None else ""
    offline = " --offline" if session.offline and not replay else ""
    return f"supplymatrix check{where}{names}{session.policy_again()}{replay}{offline}"


def profiles_again(session: Session) -> str:
    """Return --profiles as they were named, each with a blank before it."""
    return "".join(f" --profiles {path_word(folder.as_posix())}" for folder in session.named_folders)


def exports_of(run: SignatureRun, command: str) -> tuple[Export, ...]:
    """Return what the command writes."""
    from supplymatrix.reports.signatures_json import render_signatures_json
    from supplymatrix.reports.signatures_view import render_signatures_text

    text = partial(render_signatures_text, run, verbose=True)
    return (
        Export(key="t", format="text", file="signatures.txt", render=text,
               command=f"{command} -v --format text=signatures.txt"),
        Export(key="j", format="json", file="signatures.json", render=partial(render_signatures_json, run),
               command=f"{command} --format json=signatures.json"),
    )  # fmt: skip


def target_in(here: Path, text: str) -> str:
    """Return the artifact that a link names: the file or folder that the text begins with, else the text itself, up to
    the platform that may stand behind it. A digest is one, and an image by its digest is that image, whatever else
    lies there."""
    from supplymatrix.engine.signed_artifacts import DIGESTS, file_word
    from supplymatrix.tui.screens.binary_offers import path_in_link

    word = text.partition(" (")[0]
    if word.startswith(DIGESTS) or any(f"@{digest}" in word for digest in DIGESTS):
        return word
    path = path_in_link(here, text)
    return file_word(path) if path is not None else word
