"""Logins from where docker and podman keep them."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from supplymatrix.net.docker_config import Login, Logins
from tests.support.registry_server import RegistryServer

SECRET = "hunter2 and more"  # noqa: S105 - of nobody


def pair(user: str = "alice", password: str = SECRET) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def write(file: Path, config: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(config if isinstance(config, str) else json.dumps(config))
    return file


def find(
    environ: Mapping[str, str], registry: str = "r.example", repository: str = "team/app", home: Path | None = None
) -> tuple[Login | None, str]:
    """Return the login, and what is said where there is none."""

    async def work() -> tuple[Login | None, str]:
        logins = Logins(environ, home)
        return await logins.find(registry, repository), logins.looked_for(registry)

    return asyncio.run(work())


def found(environ: Mapping[str, str], registry: str = "r.example", repository: str = "team/app") -> str:
    """Return the user who was found, "" for nobody."""
    login, told = find(environ, registry, repository)
    assert SECRET not in told + repr(login)
    return login.user if login is not None else ""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def helper(folder: Path, name: str, script: str) -> str:
    """Write a helper and return a PATH with it."""
    program = folder / "bin" / f"docker-credential-{name}"
    write(program, f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{program.parent}:/usr/bin:/bin"


# files


def test_each_place_is_read_and_the_first_that_has_something_counts(home: Path, tmp_path: Path) -> None:
    places = {
        "runtime": tmp_path / "run" / "containers" / "auth.json",
        "settings": home / ".config" / "containers" / "auth.json",
        "docker": home / ".docker" / "config.json",
        "named": tmp_path / "named.json",
    }
    environ = {"HOME": str(home), "XDG_RUNTIME_DIR": str(tmp_path / "run"), "REGISTRY_AUTH_FILE": str(places["named"])}
    assert found(environ) == ""
    for name in ("settings", "runtime", "docker", "named"):
        write(places[name], {"auths": {"r.example": pair(name)}})
        assert found(environ) == name
    write(places["named"], {"auths": {"other.example": pair("other")}})
    assert found(environ) == "docker"
    environ["DOCKER_AUTH_CONFIG"] = json.dumps({"auths": {"r.example": pair("given")}, "credsStore": "none"})
    assert found(environ) == "given"


def test_docker_config_names_another_folder_and_replaces_that_in_the_home(home: Path, tmp_path: Path) -> None:
    write(home / ".docker" / "config.json", {"auths": {"r.example": pair("home")}})
    environ = {"HOME": str(home), "DOCKER_CONFIG": str(tmp_path / "elsewhere")}
    assert found(environ) == ""
    write(tmp_path / "elsewhere" / "config.json", {"auths": {"r.example": pair("elsewhere")}})
    assert found(environ) == "elsewhere"


def test_the_home_may_be_named(home: Path) -> None:
    write(home / ".docker" / "config.json", {"auths": {"r.example": pair()}})
    login, _ = find({}, home=home)
    assert login is not None
    assert login.origin == str(home / ".docker" / "config.json")


@pytest.mark.parametrize("variable", ["DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "HOME"])
def test_no_folder_that_is_examined_can_bring_logins_along(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("config.json", "containers/auth.json", ".docker/config.json", ".config/containers/auth.json"):
        write(tmp_path / name, {"auths": {"r.example": pair()}})
    named = {"DOCKER_CONFIG": ".", "REGISTRY_AUTH_FILE": "config.json"}.get(variable, ".")
    login, told = find({variable: named})
    assert login is None
    if variable in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE"):
        assert f"{variable} is no absolute path" in told


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"auths": []}', '{"auths": {"r.example": 1}}', "[" * 50_000, "\x00", '{"auths": 1}'],
)
def test_a_file_that_cannot_be_read_is_told_and_quoted_nowhere(home: Path, text: str) -> None:
    write(home / ".docker" / "config.json", text)
    login, told = find({"HOME": str(home)})
    assert login is None
    assert str(home / ".docker" / "config.json") in told


@pytest.mark.parametrize(
    "entry",
    [
        {"auth": "???"},
        {"auth": base64.b64encode(b"no colon").decode()},
        {"auth": base64.b64encode(b"alice:two\nlines").decode()},
        {"auth": 17},
        {"identitytoken": "a\r\nHeader: x"},
        {"username": "alice"},
    ],
)
def test_an_entry_that_cannot_be_sent_is_none(home: Path, entry: object) -> None:
    write(home / ".docker" / "config.json", {"auths": {"r.example": entry}})
    login, told = find({"HOME": str(home)})
    assert login is None
    assert "the entry for r.example" in told


def test_a_file_that_is_too_long_or_no_file_is_not_read(home: Path) -> None:
    write(home / ".docker" / "config.json", '{"auths": {}}' + " " * (1 << 20))
    login, told = find({"HOME": str(home)})
    assert login is None
    assert "longer than" in told


# entries


@pytest.mark.parametrize(
    ("key", "registry", "is_it"),
    [
        ("r.example", "r.example", True),
        ("https://r.example", "r.example", True),
        ("https://r.example/v1/", "r.example", True),
        ("http://r.example/v2/", "r.example", True),
        ("r.example/", "r.example", True),
        ("r.example:5000", "r.example", False),
        ("r.example", "r.example:5000", False),
        ("evil-r.example", "r.example", False),
        ("r.example.evil.example", "r.example", False),
        ("https://evil.example/r.example", "r.example", False),
        ("ftp://r.example", "r.example", False),
        ("https://index.docker.io/v1/", "docker.io", True),
        ("docker.io", "index.docker.io", True),
        ("registry-1.docker.io", "docker.io", True),
        ("r.example/team", "r.example", True),
        ("r.example/team/app", "r.example", True),
        ("r.example/tea", "r.example", False),
        ("r.example/team/app/more", "r.example", False),
    ],
)
def test_a_login_is_for_its_own_registry(key: str, registry: str, is_it: bool) -> None:
    environ = {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {key: pair()}})}
    assert bool(found(environ, registry)) == is_it


def test_the_longest_name_that_a_repository_lies_below_counts() -> None:
    names = ("a:https://r.example/v1/", "b:r.example", "c:r.example/team", "d:r.example/team/app")
    auths = {name[2:]: pair(name[0]) for name in names}
    environ = {"DOCKER_AUTH_CONFIG": json.dumps({"auths": auths})}
    assert found(environ, repository="team/app") == "d"
    assert found(environ, repository="team/other") == "c"
    assert found(environ, repository="elsewhere") == "b"


def test_an_entry_may_hold_user_password_and_tokens() -> None:
    entry = {"username": "bob", "password": SECRET, "identitytoken": "I", "registrytoken": "R"}
    login, _ = find({"DOCKER_AUTH_CONFIG": json.dumps({"auths": {"r.example": entry}})})
    assert login is not None
    assert (login.user, login.password, login.identity_token, login.registry_token) == ("bob", SECRET, "I", "R")
    assert set(login.secrets) == {SECRET, "I", "R"}


# helpers


def test_a_helper_is_asked_for_the_registry_and_comes_before_entries(home: Path) -> None:
    path = helper(
        home, "made", f'read server; [ "$1" = get ] && printf \'{{"Username":"%s","Secret":"{SECRET}"}}\' "$server"'
    )
    write(home / ".docker" / "config.json", {"auths": {"r.example": pair("entry")}, "credsStore": "made"})
    environ = {"HOME": str(home), "PATH": path}
    assert found(environ) == "r.example"
    assert found(environ, "docker.io") == "https://index.docker.io/v1/"
    login, _ = find(environ)
    assert login is not None
    assert login.origin == "docker-credential-made"


def test_the_helper_of_a_registry_comes_before_that_of_all(home: Path) -> None:
    helper(home, "one", 'cat >/dev/null; echo \'{"Username":"one","Secret":"1"}\'')
    path = helper(home, "all", 'cat >/dev/null; echo \'{"Username":"all","Secret":"2"}\'')
    write(home / ".docker" / "config.json", {"credHelpers": {"r.example": "one"}, "credsStore": "all"})
    environ = {"HOME": str(home), "PATH": path}
    assert found(environ) == "one"
    assert found(environ, "other.example") == "all"


def test_a_helpers_identity_token_is_one(home: Path) -> None:
    path = helper(home, "made", 'cat >/dev/null; echo \'{"Username":"<token>","Secret":"I"}\'')
    write(home / ".docker" / "config.json", {"credsStore": "made"})
    login, _ = find({"HOME": str(home), "PATH": path})
    assert login is not None
    assert (login.identity_token, login.password) == ("I", "")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (f"cat >/dev/null; echo 'credentials not found {SECRET}'; echo {SECRET} >&2; exit 1", "status 1"),
        ("cat >/dev/null; echo no JSON", "cannot be read"),
        ("cat >/dev/null; echo '[]'", "cannot be read"),
        ('cat >/dev/null; echo \'{"Username":"x"}\'', "cannot be read"),
        ('cat >/dev/null; echo \'{"Username":"x","Secret":"a\\nb"}\'', "cannot be read"),
        ("sleep 60", "within"),
        ("yes x", "more than"),
    ],
)
def test_a_helper_that_gives_none_is_told_and_the_entry_counts(
    home: Path, script: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplymatrix.net.docker_config._HELPER_SECONDS", 0.5)
    path = helper(home, "made", script)
    config: dict[str, object] = {"credsStore": "made"}
    write(home / ".docker" / "config.json", config)
    environ = {"HOME": str(home), "PATH": path}
    login, told = find(environ)
    assert login is None
    assert "docker-credential-made gave" in told
    assert words in told
    assert SECRET not in told
    write(home / ".docker" / "config.json", config | {"auths": {"r.example": pair("entry")}})
    assert found(environ) == "entry"


@pytest.mark.parametrize("name", ["../made", "a/b", "", "x y", "-x", "made;true", "\x00", 17, None, ["made"]])
def test_a_helper_that_cannot_be_one_is_not_run(home: Path, name: object, tmp_path: Path) -> None:
    path = helper(home, "made", f"touch {tmp_path}/ran")
    write(home / ".docker" / "config.json", {"credsStore": name, "credHelpers": {"other.example": "made"}})
    assert found({"HOME": str(home), "PATH": path}) == ""
    assert not (tmp_path / "ran").exists()


def test_a_helper_is_not_found_in_the_folder_at_hand(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper(home, "made", "exit 1")
    monkeypatch.chdir(home / "bin")
    write(home / ".docker" / "config.json", {"credsStore": "made"})
    _, told = find({"HOME": str(home), "PATH": ".:/usr/bin"})
    assert "no such program" in told


def test_a_helper_is_run_once_a_run_and_not_before_it_is_needed(home: Path) -> None:
    path = helper(home, "made", f'cat >/dev/null; echo x >>{home}/runs; echo \'{{"Username":"u","Secret":"s"}}\'')
    write(home / ".docker" / "config.json", {"credsStore": "made"})

    async def work() -> None:
        logins = Logins({"HOME": str(home), "PATH": path})
        assert not (home / "runs").exists()
        await asyncio.gather(*(logins.find("r.example", "app") for _ in range(5)))

    asyncio.run(work())
    assert (home / "runs").read_text() == "x\n"


def test_an_open_registry_opens_no_login(home: Path) -> None:
    from supplymatrix.model.oci import GetManifest, ImageReference, OciAnswer
    from supplymatrix.net.registry import Search, drive_search, registry_source

    path = helper(home, "made", f"touch {home}/ran")
    write(home / ".docker" / "config.json", {"credsStore": "made"})

    def search() -> Search[tuple[OciAnswer, ...]]:
        return (yield (GetManifest(reference="v1"),))

    with RegistryServer(auth="none") as server:
        reference = ImageReference(registry=server.host, repository="app")
        drive_search(search(), registry_source(reference, environ={"HOME": str(home), "PATH": path}))
    assert not (home / "ran").exists()
