"""A tree with twenty go.mod of real modules: one run for all, beside twenty runs that know nothing of each other."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

from benchmarks import hugo
from benchmarks.measure import clean_environment, program, run
from benchmarks.run import Bench

__all__ = ["measure_tree"]

_MODULES = (
    "github.com/spf13/cobra@v1.8.1", "github.com/spf13/viper@v1.19.0", "github.com/sirupsen/logrus@v1.9.3",
    "github.com/stretchr/testify@v1.9.0", "github.com/gin-gonic/gin@v1.10.0", "github.com/labstack/echo/v4@v4.12.0",
    "github.com/rs/zerolog@v1.33.0", "go.uber.org/zap@v1.27.0", "github.com/prometheus/client_golang@v1.20.0",
    "github.com/prometheus/common@v0.59.1", "github.com/hashicorp/go-retryablehttp@v0.7.7",
    "github.com/urfave/cli/v2@v2.27.4", "github.com/alecthomas/kong@v1.2.1", "github.com/jmoiron/sqlx@v1.4.0",
    "github.com/jackc/pgx/v5@v5.7.0", "github.com/redis/go-redis/v9@v9.6.1", "github.com/pelletier/go-toml/v2@v2.2.3",
    "github.com/fsnotify/fsnotify@v1.7.0", "github.com/gofiber/fiber/v2@v2.52.5", "github.com/nats-io/nats.go@v1.37.0",
)  # fmt: skip


def measure_tree(bench: Bench) -> None:
    """Requests of one run over the tree, and of as many runs over its parts. Raises NotRunError without a network."""
    print(f"\na tree of {len(_MODULES)} real modules")
    hugo.find_log()
    tree = _fetch_tree(bench)
    together = _check(bench, tree, "together")
    subjects: list[dict[str, Any]] = together.get("subjects", [])
    bench.expect(holds=len(subjects) == len(_MODULES), what=f"{len(subjects)} subjects for {len(_MODULES)} modules")
    lines = [line for subject in subjects for line in subject["report"]["go_sum"]]
    proven = [line for line in lines if line["state"] == "proven"]
    bench.expect(holds=0 < len(lines) == len(proven), what=f"{len(proven)} of {len(lines)} lines proven in the tree")
    named = [{(line["module"], line["version"]) for line in subject["report"]["go_sum"]} for subject in subjects]
    apart = 0
    for number, folder in enumerate(sorted(tree.iterdir())):
        report = _check(bench, folder, f"apart-{number}")
        apart += int((report.get("log") or {}).get("requests", 0))
    bench.note("tree: go.sum lines proven", len(proven), "")
    bench.note("tree: module versions, named by all its go.sum", sum(map(len, named)), "")
    bench.note("tree: module versions, each once", len(set().union(*named)), "")
    bench.note("tree: requests of one run", int(together.get("requests", 0)), "")
    bench.note("tree: requests of as many runs with cold caches", apart, "")
    bench.note("tree: requests together ÷ apart", together.get("requests", 0) / max(1, apart), "", 1.0)


def _check(bench: Bench, folder: Path, home: str) -> dict[str, Any]:
    report = bench.scratch / f"{home}.json"
    command: list[str | Path] = [*program(), "check", folder, "--quiet", "--recursive", "--format", f"json={report}"]
    done = run(command, env=clean_environment(bench.scratch / home), cwd=bench.scratch)
    bench.expect(holds=report.is_file(), what=f"{folder.name}: {(done.err or done.out).strip()[-200:]}")
    found: dict[str, Any] = json.loads(report.read_bytes()) if report.is_file() else {}
    return found


def _fetch_tree(bench: Bench) -> Path:
    """Write go.mod and go.sum of each module into a folder of its own. Raises NotRunError."""
    if shutil.which("go") is None:
        raise hugo.NotRunError("go is not installed")
    tree = bench.scratch / "tree"
    done = run(["go", "mod", "download", "-json", *_MODULES], env=clean_environment(bench.scratch), cwd=bench.scratch)
    decoder, text = json.JSONDecoder(), done.out.strip()
    try:
        while text:
            found, end = decoder.raw_decode(text)
            text = text[end:].lstrip()
            folder = tree / found["Path"].replace("/", "-")
            folder.mkdir(parents=True)
            with zipfile.ZipFile(found["Zip"]) as archive:
                for name in ("go.mod", "go.sum"):
                    (folder / name).write_bytes(archive.read(f"{found['Path']}@{found['Version']}/{name}"))
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as err:
        raise hugo.NotRunError(f"the modules cannot be had: {(done.err or str(err)).strip()[:200]}") from err
    return tree
