r"""Words of a command that is shown or copied: quoted for a shell, and harmless for the terminal they are pasted in.

A terminal marks what is pasted by ESC [200~ and ESC [201~: a path that holds the second would end the paste, and what
follows would be typed. So a word with hidden characters is written as $'…' with the bytes of each in octal. Shells know
that form: bash, zsh, ksh, and by POSIX.1-2024 all others.

    quote("my project")        'my project'
    quote("a\x1b[201~b")       $'a\033[201~b'
    path_word("--shot=x")      ./--shot=x

Source: XTerm control sequences, "Bracketed Paste Mode"; POSIX.1-2024 XCU §2.2.4.
"""

from __future__ import annotations

import shlex

from supplymatrix.reports.plain import plain

__all__ = ["path_word", "quote", "quote_again"]


def quote(text: str) -> str:
    """Return a word that a shell reads as the text."""
    return shlex.quote(text) if plain(text) == text else f"$'{''.join(map(_letter, text))}'"


def path_word(path: str) -> str:
    """Return a path as a word; never one that a command would take for an option."""
    return quote(f"./{path}" if path.startswith("-") else path)


def quote_again(command: str) -> str:
    """Return a command whose words were quoted by `shlex.quote`, hidden characters in them written out."""
    if plain(command) == command:
        return command
    return " ".join(quote(word) for word in shlex.split(command))


def _letter(letter: str) -> str:
    if letter in "\\'":
        return f"\\{letter}"
    if plain(letter) == letter:
        return letter
    is_byte = 0xDC80 <= ord(letter) <= 0xDCFF  # of a file name that is no UTF-8
    data = letter.encode("utf-8", "surrogateescape" if is_byte else "surrogatepass")
    return "".join(f"\\{byte:03o}" for byte in data)
