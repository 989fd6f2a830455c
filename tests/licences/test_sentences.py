"""What sentences beside a licence mean: each example of the table, and what no table has."""

from __future__ import annotations

import re

import pytest

from supplymatrix.licences.sentences import FORMS, HARD, TURNS, Form, Verdict, judge_copyright, judge_sentence
from supplymatrix.licences.text_reader import read_licence_text
from supplymatrix.model.licence import LicenceFile
from tests.licences.test_text_reader import _text


def _read(text: str) -> LicenceFile:
    return read_licence_text(text.encode(), "LICENSE")


def _sureness(file: LicenceFile) -> int:
    return min(match.confidence for match in file.matches)


@pytest.mark.parametrize(("form", "example"), [(form, example) for form in FORMS for example in form.examples])
def test_each_form_matches_its_examples_which_say_what_it_says(form: Form, example: str) -> None:
    judge = judge_copyright if form.where == "copyright" else judge_sentence
    verdict = judge(example.removesuffix("."))
    assert verdict is form.verdict or (form.where == "phrase" and verdict is not Verdict.RESTRICTS)
    read = _read(f"{_text('MIT')}\n{example}\n")
    assert (read.expression != "") is (form.verdict is Verdict.NOTHING)
    assert (read.remarks == ()) is (verdict in (Verdict.NOTHING, Verdict.RESTRICTS))


def test_every_form_has_an_example_that_it_matches() -> None:
    for form in FORMS:
        assert form.examples
        assert all(form.pattern.search(example) for example in form.examples), form.pattern.pattern
    assert HARD < TURNS


@pytest.mark.parametrize(
    "holder",
    [
        "2016 Robert May", "2020 Rent the Runway, Inc.", "Best Buy Co.", "2020 No Author",
        "2019 Commercial Vehicle Group",
        "2021 Sell GmbH", "2020 Paid Inc.", "2013 Code for America, a non-profit organization",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["MIT", "BSD-3-Clause"])
def test_a_holder_may_be_called_anything(name: str, holder: str) -> None:
    text = re.sub(r"Copyright[^\n]*", f"Copyright (c) {holder}", _text(name), count=1)
    text = re.sub(r"Neither the name of the copyright holder", f"Neither the name of {holder[5:]}", text)
    assert (_read(text).expression, _read(text).remarks) == (name, ())


@pytest.mark.parametrize(
    "sentence",
    [
        "Companies with more than 10 people please get a license from us first.",
        "Every product based on this has to display our logo on its start page.",
        "Training of AI models with this code is off limits.",
        "Die Nutzung durch Firmen ist kostenpflichtig.",
        "Este programa es para estudiantes.",
        "\u672c\u8f6f\u4ef6\u4f9b\u5b66\u751f\u514d\u8d39\u4f7f\u7528",
        "This version is for students; everybody else gets a key at acme.com.",
        "This software is licensed under the MIT license for students.",
        "It is based on the work of Acme, whose customers get a key.",
        "The license is below if you are a student.",
        "Contact Acme before deploying.",
        "Students only",
    ],
)
def test_a_sentence_of_no_known_form_about_what_is_allowed_is_told_and_makes_unsure(sentence: str) -> None:
    for text in (f"{_text('MIT')}\n{sentence}\n", f"{sentence}\n\n{_text('MIT')}"):
        read = _read(text)
        assert (read.expression, _sureness(read)) == ("MIT", 79)
        (line, told), *_ = read.remarks
        assert told == re.split("[.;](?= |$)", sentence)[0]
        assert sentence in text.splitlines()[line - 1]


def test_any_other_sentence_is_told() -> None:
    read = _read(f"{_text('MIT')}\nAcme made this in a summer when the sea was calm.\n")
    assert _sureness(read) > 79
    ((_, told),) = read.remarks
    assert told == "Acme made this in a summer when the sea was calm"
    ((_, told),) = _read(f"{_text('MIT')}\nAcme made this when the sea was calm{' and blue' * 30}.\n").remarks
    assert (len(told), told[-1]) == (200, "…")


def test_a_choice_of_exactly_one_and_the_public_domain_of_all_code() -> None:
    choice = (
        "Use of Acme is subject to your choice of exactly one of these two:\n  * The FreeType License, which is similar"
        " to the original BSD license, or\n  * The GNU General Public License (GPL), version 2 or later.\n"
    )
    assert _read(choice.replace("these two", "the following two licenses")).expression == "FTL OR GPL-2.0-or-later"
    domain = "All of the code and documentation in Acme has been dedicated to the public domain by the authors.\n"
    assert _read(domain).expression == "LicenseRef-public-domain"
    assert _read(f"{domain}You may not sell it.\n").expression == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "Available under a contract with Acme",
        "Licensed under the MIT license, revocable at will",
        "Based on this work you owe us a beer",
        "This license applies to hobbyists",
        "Contributions must be assigned to Acme",
        "Provided under NDA",
        "Hobby use",
    ],
)
def test_a_harmless_form_does_not_carry_a_binding_word(sentence: str) -> None:
    assert judge_sentence(sentence) is not Verdict.NOTHING
