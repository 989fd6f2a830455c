"""Options of commands that look at images: which of an index, and how their registry is asked."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import click

from supplymatrix.cli.options import network_options, said

__all__ = ["image_options"]

F = TypeVar("F", bound=Callable[..., Any])


def image_options(command: F) -> F:
    """Add --platform, --all-platforms, --plain-http and the options of the network; the command gets `images`, an
    `ImageChoice`, and `means`."""

    @functools.wraps(command)
    def wrapped(*args: object, **given: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        from supplymatrix.engine.image_signatures import ImageChoice

        names = ("platform", "all_platforms", "plain_http")
        images = ImageChoice(**{name: given.pop(name) for name in names})
        if images.platform and images.all_platforms:
            raise click.UsageError("--platform and --all-platforms exclude each other.")
        return command(*args, images=images, **given)

    options = (
        click.option(
            "--platform", callback=said, metavar="OS/ARCH", help="The image of an index that is meant, as linux/arm64."
        ),
        click.option("--all-platforms", is_flag=True, help="The index, and each image in it."),
        click.option(
            "--plain-http", is_flag=True, help="Ask the registry without TLS, and without any login; one on this "
            "machine is asked so anyway.",
        ),
    )  # fmt: skip
    for option in reversed(options):
        wrapped = option(wrapped)
    return cast("F", network_options(wrapped))
