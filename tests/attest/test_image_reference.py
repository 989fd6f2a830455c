"""Names of images: docker's rules, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from supplymatrix.attest.image_reference import is_digest, parse_image_reference, without_login
from supplymatrix.errors import InputError

DIGEST = "sha256:" + "ab" * 32
LONG = "sha512:" + "0f" * 64


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("alpine", "docker.io", "library/alpine", "latest", ""),
        ("alpine:3.20", "docker.io", "library/alpine", "3.20", ""),
        ("team/app", "docker.io", "team/app", "latest", ""),
        ("docker.io/alpine", "docker.io", "library/alpine", "latest", ""),
        ("index.docker.io/team/app:v1", "docker.io", "team/app", "v1", ""),
        ("registry.example/app", "registry.example", "app", "latest", ""),
        ("registry.example:5000/a/b/c:v1", "registry.example:5000", "a/b/c", "v1", ""),
        ("localhost/app", "localhost", "app", "latest", ""),
        ("localhost:5000/app:v1", "localhost:5000", "app", "v1", ""),
        ("Registry/app", "Registry", "app", "latest", ""),
        ("127.0.0.1:5000/app", "127.0.0.1:5000", "app", "latest", ""),
        ("[::1]:5000/app:v1", "[::1]:5000", "app", "v1", ""),
        (f"registry.example/app@{DIGEST}", "registry.example", "app", "", DIGEST),
        (f"registry.example/app:v1@{DIGEST}", "registry.example", "app", "v1", DIGEST),
        (f"app@{LONG}", "docker.io", "library/app", "", LONG),
        ("registry.example/a__b/c-d.e_f--g", "registry.example", "a__b/c-d.e_f--g", "latest", ""),
        ("registry.example/app:" + "t" * 128, "registry.example", "app", "t" * 128, ""),
    ],
)
def test_it_reads_names_as_docker_does(text: str, registry: str, repository: str, tag: str, digest: str) -> None:
    found = parse_image_reference(text)
    assert (found.registry, found.repository, found.tag, found.digest) == (registry, repository, tag, digest)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("a" * 1_001, "too long"),
        ("https://registry.example/app", "without a scheme"),
        ("docker://registry.example/app:v1", "without a scheme"),
        (DIGEST, "a digest alone"),
        ("ab" * 32, "a digest alone"),
        ("registry.example/App", "no capital letters"),
        ("registry.example/app/", "ends in a slash"),
        ("registry.example/", "no image in it"),
        ("registry.example//app", "none that an image can have"),
        ("registry.example/-app", "none that an image can have"),
        ("registry.example/a..b", "none that an image can have"),
        ("registry.example/app:", "the tag is none"),
        ("registry.example/app:.v1", "the tag is none"),
        ("registry.example/app:" + "t" * 129, "the tag is none"),
        ("registry.example/app:v1:v2", "the tag is none"),
        ("registry.example/app@sha256:12", "is no digest"),
        (f"registry.example/app@{DIGEST.upper()}", "is no digest"),
        ("registry.example/app@md5:" + "0" * 32, "is no digest"),
        ("registry.example/app@", "is no digest"),
        ("registry.example:0/app", "the port"),
        ("registry.example:70000/app", "the port"),
        ("registry.example:port/app", "no name of a host"),
        ("user:secret@registry.example/app", "is no digest"),
        ("-registry.example/app", "no name of a host"),
        ("registry.example/app v1", "characters"),
        ("registry.example/äpp", "characters"),
        ("registry.example/app\n", "characters"),
        ("registry.example/" + "a/" * 127 + "aa", "longer than"),
    ],
)
def test_what_is_none_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_image_reference(text)
    assert says in caught.value.diagnostics[0].message


def test_a_scheme_is_taken_off_in_the_remedy() -> None:
    with pytest.raises(InputError) as caught:
        parse_image_reference("docker://registry.example/app:v1")
    assert caught.value.diagnostics[0].remedy == "write registry.example/app:v1"


@pytest.mark.parametrize("password", ["s3cr3t", "s3/cr3t", "s3@cr3t", "s3:cr3t", "S3CR3T"])
@pytest.mark.parametrize("scheme", ["", "https://", "docker://"])
@pytest.mark.parametrize("end", ["app", "app:v1", f"app@{DIGEST}", "App", "app@sha256:12"])
def test_no_message_has_a_login_in_it(password: str, scheme: str, end: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_image_reference(f"{scheme}user:{password}@registry.example/{end}")
    fault = caught.value.diagnostics[0]
    told = f"{fault} {fault.remedy}".lower()
    assert not any(part in told for part in ("cr3t", "user"))
    assert "registry.example" in told


@pytest.mark.parametrize("text", ["registry.example:5000/app:v1", f"registry.example/app@{DIGEST}", "app", ""])
def test_a_name_without_a_login_is_shown_as_it_is(text: str) -> None:
    assert without_login(text) == text
    assert without_login(f"user:pass@{text}") == text


@given(st.text(alphabet="abA1.:/@-_[]% \n\0é", max_size=40) | st.text(max_size=40))
@example("a:b/c:d@e")
def test_any_text_is_a_name_that_reads_back_the_same_or_an_error(text: str) -> None:
    try:
        found = parse_image_reference(text)
    except InputError:
        return
    written = found.name + (f":{found.tag}" if found.tag else "") + (f"@{found.digest}" if found.digest else "")
    assert parse_image_reference(written) == found
    assert not set(written) & set(" \n\0%")


@pytest.mark.parametrize("text", ["sha256:" + "ab" * 31, "sha256:" + "AB" * 32, "sha1:" + "ab" * 20, "", DIGEST + "\n"])
def test_only_full_digests_in_small_letters_are_digests(text: str) -> None:
    assert not is_digest(text)
    assert is_digest(DIGEST)
