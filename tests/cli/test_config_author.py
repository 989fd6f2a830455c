"""`config author`: values are asked for once or named, and settings.toml keeps every other byte."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from supplymatrix.cli import config_author
from supplymatrix.engine.author_settings import write_author
from supplymatrix.engine.creators import AUTHOR_KEYS
from supplymatrix.engine.settings import load_settings
from supplymatrix.errors import InputError
from tests.cli.conftest import Cli
from tests.support.machine import Machine

OLD = "# mine\r\n[network]\r\njobs = 3 # few\r\n\r\n[author]\r\nname = 'Ada' # me\r\nemail = 'a@corp.example'\r\n"


def place(machine: Machine) -> Path:
    return machine.home / ".config" / "supplymatrix" / "settings.toml"


def write(machine: Machine, text: str) -> Path:
    file = place(machine)
    file.parent.mkdir(parents=True)
    file.write_bytes(text.encode())
    return file


def test_every_key_can_be_named_and_is_asked_for() -> None:
    assert {param.name for param in config_author.author.params} == set(AUTHOR_KEYS) == set(config_author._ASKED)


def test_a_file_is_made_where_there_is_none(cli: Cli, machine: Machine) -> None:
    done = cli("config", "author", "--name", "Ada Example", "--organization", "Corp")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"written to {place(machine)}, under [author]:\n  name = Ada Example\n")
    assert place(machine).read_text() == '[author]\nname = "Ada Example"\norganization = "Corp"\n'
    assert place(machine).stat().st_mode & 0o077 == 0
    assert load_settings(machine.environ).values["author.name"] == "Ada Example"


def test_every_other_byte_stays(cli: Cli, machine: Machine) -> None:
    file = write(machine, OLD)
    done = cli("config", "author", "--name", "Bob", "--email", "-", "--supplier", "Sup")
    assert done.code == 0
    assert "email is taken away" in done.out
    assert (
        file.read_bytes()
        == OLD.replace("'Ada'", '"Bob"').replace("email = 'a@corp.example'\r\n", 'supplier = "Sup"\r\n').encode()
    )


def test_what_is_as_it_was_is_not_written(cli: Cli, machine: Machine) -> None:
    file = write(machine, OLD)
    before = file.stat().st_ino
    done = cli("config", "author", "--name", "Ada", "--supplier", "-")
    assert done.out == f"nothing is new: {file} is as it was\n"
    assert file.stat().st_ino == before


def test_without_a_terminal_and_without_a_value_it_says_how(cli: Cli, machine: Machine) -> None:
    done = cli("config", "author")
    assert done.code == 2
    assert "--name" in done.err
    assert not place(machine).exists()


@pytest.mark.parametrize("words", [("--email", "ada"), ("--supplier-url", "corp"), ("--name", "x\x1b[2J")])
def test_a_value_that_cannot_be_used_leaves_the_file(cli: Cli, machine: Machine, words: tuple[str, ...]) -> None:
    file = write(machine, OLD)
    done = cli("config", "author", "--organization", "Corp", *words)
    assert done.code == 2
    assert "\x1b" not in done.err
    assert file.read_bytes() == OLD.encode()


def test_a_broken_file_is_told_and_left(cli: Cli, machine: Machine) -> None:
    file = write(machine, "[author\n")
    assert cli("config", "author", "--name", "Ada").code == 2
    assert file.read_bytes() == b"[author\n"


def test_an_address_without_a_name_is_told(cli: Cli) -> None:
    done = cli("config", "author", "--supplier-url", "https://sup.example")
    assert done.code == 0
    assert "no name of the supplier" in done.err
    assert "config author --supplier NAME" in done.err


def test_a_link_stays_a_link(machine: Machine, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("")
    place(machine).parent.mkdir(parents=True)
    place(machine).symlink_to(real)
    write_author(machine.environ, {"name": "Ada"})
    assert place(machine).is_symlink()
    assert real.read_text() == '[author]\nname = "Ada"\n'


def test_a_folder_in_place_of_the_file_is_told(machine: Machine) -> None:
    place(machine).mkdir(parents=True)
    with pytest.raises(InputError):
        write_author(machine.environ, {"name": "Ada"})


# Questions.


def answered(cli: Cli, monkeypatch: pytest.MonkeyPatch, *answers: str) -> tuple[int, str, str]:
    monkeypatch.setattr(config_author, "is_terminal", lambda _: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{text}\n" for text in answers)))
    done = cli("config", "author")
    return done.code, done.out, done.err


def test_enter_keeps_and_a_dash_takes_away(cli: Cli, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(machine, OLD)
    code, out, err = answered(cli, monkeypatch, "", "-", "Corp", *[""] * 5)
    assert code == 0
    assert "author of documents, a person [Ada]: " in err
    assert "  email is taken away\n" in out
    assert file.read_bytes() == OLD.replace("email = 'a@corp.example'", 'organization = "Corp"').encode()


def test_a_wrong_answer_is_asked_for_again(cli: Cli, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = answered(cli, monkeypatch, "Ada", "ada", "ada@corp.example", *[""] * 4)
    assert code == 0
    assert "e-mail of the author" in err
    assert "its web address" not in err
    assert "this is no e-mail address" in err
    assert "ada@corp.example" in place(machine).read_text()


def test_input_that_ends_too_early_writes_nothing(cli: Cli, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, _ = answered(cli, monkeypatch, "Ada", "ada@corp.example")
    assert code not in (0, 70)
    assert not place(machine).exists()
