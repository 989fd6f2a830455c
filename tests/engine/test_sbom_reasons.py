"""What a document says of failures: no server and no folder that this machine alone knows."""

from __future__ import annotations

import pytest

from supplymatrix.engine.sbom_reasons import A_FOLDER, Reasons
from supplymatrix.gomod.goenv import GoSettings, Setting
from supplymatrix.sumdb.known import GO_LOG_NAME

PUBLIC = f"https://{GO_LOG_NAME}/latest"


def reasons(goproxy: str = "https://ada:s3cret@goproxy.corp.example/x,gone.corp.example,direct") -> Reasons:
    environ = {"HOME": "/home/ada", "HTTPS_PROXY": "http://squid.corp.example:3128"}
    return Reasons(environ, GoSettings(goproxy=Setting(value=goproxy, origin="environment")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no server: https://goproxy.corp.example/x/sumdb: ConnectError 10.1.2.3", "no server: …"),
        (f"{PUBLIC}: HTTP 500", f"{PUBLIC}: HTTP 500"),
        (f"{PUBLIC}: HTTP 500, https://10.1.2.3/: no route", f"{PUBLIC}: HTTP 500, …"),
        ("gone.corp.example did not answer, nor squid.corp.example", "… did not answer, nor …"),
        ("s3cret is refused", "… is refused"),
        ("GOPROXY, /home/ada/.config/go/env, is off", "GOPROXY, ~/.config/go/env, is off"),
        ("it was not asked", "it was not asked"),
        ("git config --global --add safe.directory X; direct", "git config --global --add safe.directory X; direct"),
        ("", ""),
    ],
)
def test_what_others_should_not_hear_of_is_cut(text: str, expected: str) -> None:
    told = reasons()
    assert told(text) == expected
    assert told(text) == expected
    assert told.withheld == ([] if text == expected else [text])


def test_a_token_in_the_path_of_a_proxy_never_gets_in() -> None:
    told = reasons("https://goproxy.corp.example/t0ken-in-the-path/go,https://other.example/s3cond/x")
    for text in (
        "HTTP 403 from https://goproxy.corp.example/t0ken-in-the-path/go/sumdb/latest",
        "https://other.example/s3cond/x: no route; https://goproxy.corp.example/t0ken-in-the-path/go: neither",
        "goproxy.corp.example/t0ken-in-the-path/go did not answer",
    ):
        assert not [word for word in ("t0ken", "s3cond", "corp.example") if word in told(text)]


def test_absolute_folders_are_named_as_such_and_others_stay() -> None:
    environ = {"HOME": "/home/ada"}
    told = Reasons(environ, GoSettings(), ["/home/ada/lib", "/home/ada/lib/two", "C:\\src\\lib"])
    assert told("the folder /home/ada/lib/two, and /home/ada/lib/go.mod") == (
        f"the folder {A_FOLDER}, and {A_FOLDER}/go.mod"
    )
    assert told("C:\\src\\lib is gone") == f"{A_FOLDER} is gone"
    assert told("/home/ada/library, ../lib, /home/ada/lib-2") == "~/library, ../lib, ~/lib-2"


def test_a_proxy_that_cannot_be_understood_is_no_hindrance() -> None:
    assert reasons(",")("x: http://localhost:9/y") == "x: …"
    assert reasons("https://[broken")("it was not asked") == "it was not asked"
