"""The first lift.toml of a project: little that holds, and the rest as examples that are valid once uncommented.

A line that begins with `#` and no blank is an example; `# ` begins words for the reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

__all__ = ["SIGNED_RELEASE", "starter_policy", "toml_string"]

_FIRST_WAIVER = timedelta(days=90)
_EXAMPLE_PATTERN = "*.corp.example"
SIGNED_RELEASE = "signed-release"
_SIGNATURES = """\
# Who signs what the project releases, and what has to be attested of it: `check` looks at dist/app with the modules.
#[signatures]
#require = ["signature", "provenance"]
#signers = [{ identity = "release@corp.example", issuer = "https://accounts.google.com" }]
#[[signatures.artifact]]
#path = "dist/app\""""
_SIGNED_RELEASE = """\
# Who signs what the project releases, and which artifacts these are. The preset asks for a signature, provenance of
# SLSA level 2 and the bill of materials of each. While what FILL IN stands at is not filled in, `check` does not pass.
[signatures]
# FILL IN who signs: the identity in the certificate and who vouches for it, or a key: { key = "keys/release.pub" }.
# `supplymatrix verify blob FILE --who` tells who has signed a file.
signers = [{ identity = "release@corp.example", issuer = "https://accounts.google.com" }]
# FILL IN the repository that is built. It says whose provenance a builder that works for many may sign.
#source = "https://github.com/corp/svc"
# A build of your own that signs by a key is named so: builders = [{ key = "keys/builder.pub" }]. No documentation
# claims a level for it, so that only level 1 can be asked for: provenance that it signed.
#slsa_level = 1

# FILL IN what is released: a file, or an image by its digest.
[[signatures.artifact]]
path = "dist/app\""""


_AUDITS = """\
# What lies beyond go.sum is looked at where a section asks for it: known vulnerabilities and how long they may stay,
# cryptography, C code, where modules come from, whose toolchain and images are in use.
#[vulns]
#fail_at = "package"
#max_database_age = "14d"
#[sla]
#fix_within = "30d"
#[crypto]
#fips = "required"
#[cgo]
#allow = ["github.com/mattn/go-sqlite3"]
#[path]
#pinned = "digest\""""


def starter_policy(name: str, preset: str, *, private: Sequence[str], today: date) -> str:
    """Return the text of a policy. name: the module path. private: patterns that this machine's GOPRIVATE has."""
    private = [pattern for pattern in private if "@" not in pattern and "://" not in pattern]  # none, but a password
    patterns = ", ".join(toml_string(pattern) for pattern in private or (_EXAMPLE_PATTERN,))
    why = "these are in this machine's GOPRIVATE" if private else "one pattern of GOPRIVATE in each string"
    return f"""\
# What this project demands of its modules. `supplymatrix check` judges by it.
# Lines that begin with # and no blank are examples: uncomment what fits.
# All keys, with what they mean: `supplymatrix policy schema`. What a rule is about: `supplymatrix explain SM203`.

[policy]
name = {toml_string(name)}
preset = {toml_string(preset)}
# The preset says how good is good enough, and what fails the gate.
#min_score = 80
#fail_on = "error"
# When the log cannot be asked: let proofs that were committed (supplymatrix prove) stand for it, up to this age.
#on_outage = "warn until 14d"

# Levels of single rules, over those of the preset: off, note, warn, error. `supplymatrix rules` lists them all.
#[rules]
#SM203 = "warn"
#private-module = "error"

# Modules that the public log cannot know: their names are never sent to it, on any machine.
# {why[:1].upper()}{why[1:]}.
#[sources]
#private = [{patterns}]

# What is asked of some modules beyond that: one version, or a stricter preset.
#[packages."github.com/gorilla/mux"]
#version = "v1.8.1"
#[packages."golang.org/x/**"]
#security_policy = "strict-module-integrity"

# Under which licences modules may be, on whatever system they are built. Without this section no licence is read.
#[licences]
#allow = ["permissive", "public-domain", "MPL-2.0"]
#deny = ["AGPL-*", "source-available"]

# Whether the Go that builds on this machine is held against the log's record of it, file by file.
#[toolchain]
#verify = true

{_AUDITS}

{_SIGNED_RELEASE if preset == SIGNED_RELEASE else _SIGNATURES}

# A finding that somebody takes upon himself, with a reason, until a day.
#[[waivers]]
#rule = "SM202"
#package = "github.com/gorilla/*"
#reason = "our fork carries a fix that is not released yet"
#owner = "platform team"
#expires = {today + _FIRST_WAIVER}
"""


def toml_string(text: str) -> str:
    """Return any text as a basic string of TOML; a lone surrogate, which TOML cannot hold, becomes U+FFFD."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    code = ord(char)
    if char in '"\\':
        return f"\\{char}"
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return char if char.isprintable() or char == " " else f"\\U{code:08x}"
