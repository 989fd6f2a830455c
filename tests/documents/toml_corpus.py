"""TOML files as people write them, each odd in another way: what an edit has to leave as it is."""

from __future__ import annotations

__all__ = ["CORPUS"]

_WAIVER = """\
[[waivers]]
rule = "SM203"
package = "example.com/{0}"
reason = "an untagged revision, upgrade is planned"
owner = "platform@corp.example"
expires = 2027-03-31
"""

_TEXTS: dict[str, str] = {
    "empty": "",
    "one-newline": "\n",
    "comment-only": "# lift.toml: nothing is asked yet\n",
    "comment-without-newline": "# lift.toml",
    "starter": (
        "# what we demand\n"
        "\n"
        "[policy]\n"
        'name = "svc"\n'
        'preset = "log-verified" # the default\n'
        "\n"
        "# [[waivers]]\n"
        '# rule = "SM203"\n'
    ),
    "no-last-newline": ('[policy]\nname = "svc"\n\n[rules]\nSM203 = "warn"'),
    "value-then-comment-then-nothing": ("[policy]\nmin_score = 80   # percent"),
    "crlf": (
        "[policy]\r\n"
        'name = "svc"\r\n'
        "\r\n"
        "[rules]\r\n"
        'SM203 = "warn" # kept\r\n'
        "\r\n"
        "[[waivers]]\r\n"
        'rule = "SM203"\r\n'
        'package = "example.com/a"\r\n'
        'reason = "an untagged revision, upgrade is planned"\r\n'
        'owner = "platform@corp.example"\r\n'
        "expires = 2027-03-31\r\n"
    ),
    "crlf-no-last-newline": ('[policy]\r\nname = "svc"\r\n# end'),
    "mixed-line-ends": (
        "[policy]\r\n"
        'name = "svc"\n'
        "[rules]\r\n"
        'SM203 = "warn"\n'
        "[[waivers]]\n"
        'rule = "SM203"\n'
        'package = "example.com/a"\n'
        'reason = "an untagged revision, upgrade is planned"\n'
        'owner = "platform@corp.example"\n'
        "expires = 2027-03-31\n"
    ),
    "odd-spacing": (
        '  [ policy ]   # ours\n\tname\t=\t"svc"\n   min_score=80\n\n\n\n[ rules ]\nSM203   =   "warn"   \n\n\n'
    ),
    "indented-tables": (
        '[policy]\n  name = "svc"\n\n  [packages]\n    [packages."example.com/a"]\n      version = "v1.0.0"\n'
    ),
    "dates-in-inline-tables": (
        "day = { d = 2026-12-31 }\n"
        "more = { a = 2026-12-31 , b = 07:30:00 }\n"
        "[policy]\n"
        "until = 2026-12-31T10:00:00Z\n"
        "soon = 2026-12-31 10:00:00.5 # a blank, not a T\n"
    ),
    "interleaved-arrays": (
        "[[waivers]]\n"
        'rule = "SM203"\n'
        'package = "example.com/a"\n'
        'reason = "an untagged revision, upgrade is planned"\n'
        'owner = "platform@corp.example"\n'
        "expires = 2027-03-31\n"
        "\n"
        "[rules]\n"
        'SM203 = "warn"\n'
        "\n"
        "[[waivers]]\n"
        'rule = "SM203"\n'
        'package = "example.com/b"\n'
        'reason = "an untagged revision, upgrade is planned"\n'
        'owner = "platform@corp.example"\n'
        "expires = 2027-03-31\n"
        "\n"
        "[[owners]]\n"
        'name = "Ada"\n'
        "\n"
        "[[waivers]]\n"
        'rule = "SM203"\n'
        'package = "example.com/c"\n'
        'reason = "an untagged revision, upgrade is planned"\n'
        'owner = "platform@corp.example"\n'
        "expires = 2027-03-31\n"
        "\n"
        "[sources]\n"
        "private = []\n"
    ),
    "arrays-with-tables-below": (
        "[[waivers]]\n"
        "rule = 'SM203'\n"
        "[waivers.more]\n"
        "ticket = 'T-1'\n"
        "[[waivers.seen]]\n"
        "day = 1\n"
        "[[waivers.seen]]\n"
        "day = 2\n"
        "[policy]\n"
        "name = ''\n"
        "[other]\n"
    ),
    "table-of-an-array-far-away": (
        "[[waivers]]\nrule = 'SM203'\n\n[policy]\nname = 'a'\n\n[waivers.more]\nticket = 'T'\n"
    ),
    "dotted-keys": (
        'policy.name = "svc"\n'
        "policy . min_score = 80\n"
        'rules."SM203" = "warn"\n'
        "\n"
        "[packages]\n"
        '"example.com/a".version = "v1.0.0"\n'
        '"example.com/a".security_policy = "baseline"\n'
        "b.c.d.e = 1\n"
    ),
    "super-table-after": ("[a.b.c]\nx = 1\n\n[a]\ny = 2\n\n[a.b]\nz = 3\n"),
    "super-table-never": ("[a.b.c]\nx = 1\n[[d.e]]\ny = 1\n"),
    "multi-line-strings": (
        'text = """\n'
        "[policy]\n"
        'name = "no"\\\n'
        '   \\"\\"\\" # no comment\n'
        "[[waivers]]\n"
        '"""\n'
        "raw = '''\n"
        "[[waivers]]\n"
        "key = 1 # not a key\n"
        "''''' # two quotes more\n"
        "[policy]\n"
        'name = """a""""\n'
        'end = """"""\n'
    ),
    "multi-line-arrays": (
        "[sources]\n"
        "private = [ # patterns\n"
        '  "*.corp.example", # ours\n'
        "\n"
        '  # "old.example",\n'
        '  "git.example",\n'
        "]\n"
        "nested = [[1, 2], [ { a = 1 }, { a = [ 1,\n"
        " 2 ] } ], []]\n"
        "\n"
        "[policy]\n"
        'name="x"\n'
    ),
    "inline-tables": (
        'policy = { name = "svc", "min score" = 80 }\n'
        "empty = {}\n"
        "blank = {   }\n"
        "deep = { a = { b = { c = 1 } }, d.e = 1, d.f = 2 }\n"
        "list = [ { x = 1, y = 2 }, { x = 3 }, {} ]\n"
    ),
    "unicode": (
        "# Regeln für München 东京 🦊\n"
        "[policy]\n"
        'name = "Größe 东京 \\U0001F98A"\n'
        '"ключ" = "значение" # é e\u0301\n'
        "['東京'.\"\\u00e9\"]\n"
        "'日付' = 2026-11-26\n"
    ),
    "quoted-keys": (
        '"" = 1\n\'a.b\' = 2\n"c\\"d" = 3\n["x.y".\'z]w\']\n"#" = "#"\n\'[[waivers]]\' = 1\n1 = 2\n-_ = 3\n'
    ),
    "numbers": (
        "a = 0xff\n"
        "b = 0o17\n"
        "c = 1_000_000\n"
        "d = -0.0\n"
        "e = 6.02e+23\n"
        "f = nan\n"
        "g = -inf\n"
        "h = +1\n"
        "i = true # t\n"
        "[policy]\n"
        "j = nan\n"
    ),
    "comments-everywhere": (
        "# top\n"
        "\n"
        "# above policy\n"
        "[policy] # behind\n"
        "# first\n"
        "name = 'a' # b\n"
        "# between\n"
        "\n"
        "# more\n"
        "min_score = 1\n"
        "# below\n"
        "\n"
        "# above rules\n"
        "[rules]\n"
        "# nothing yet\n"
        "\n"
        "# above waivers\n"
        "[[waivers]]\n"
        "rule = 'SM203'\n"
        "# ticket: T-1\n"
        "\n"
        "# above sources\n"
        "[sources]\n"
        "# end\n"
    ),
    "comment-tight-to-next": ("[[waivers]]\nrule = 'SM203'\n# the sources\n[sources]\nsumdb = ''\n"),
    "no-blank-lines": ("[a]\nx=1\n[b]\ny=1\n[[c]]\nz=1\n[[c]]\nz=2\n[d]\n[e]\n"),
    "headers-only": ("[a]\n[b]\n\n[c.d]\n"),
    "blank-ends": ("[policy]\nname = 'a'\n\n\n   \n\t\n"),
    "waivers-inline": ('waivers = [ { rule = "SM203", expires = 2026-12-31 } ]\n[policy]\nname = "a"\n'),
    "waivers-empty": ("waivers = []\n\n[policy]\nname = 'a'\n"),
    "waivers-a-table": ("[waivers]\nrule = 'SM203'\n"),
    "debt-known": (
        '[debt]\nfile = "lift.debt.toml"\nmost = 12 # may only fall\nadopted = 2026-11-26\n\n[policy]\nmode = "warn"\n'
    ),
    "huge": "".join(
        f"# number {n}\n{_WAIVER.format(n)}\n" + f"[packages.p{n}]\nversion = 'v1.{n}.0'\n" * (n % 3 == 0)
        for n in range(40)
    ),
}

CORPUS: dict[str, bytes] = {name: text.encode() for name, text in _TEXTS.items()}
"""By name; the bytes of a file each."""
