"""Small changes that could be made to C++ sources: where, and what to what. Which ones are drawn depends on the seed and
the sources only. Sources are those that clang-format has seen: a binary operator has space around it, a template none."""

import random
import re
from pathlib import Path
from typing import NamedTuple


class Change(NamedTuple):
    path: str  # from the root of the checkout
    line: int  # from 1
    begin: int  # in the file's text
    end: int
    before: str
    after: str
    context: str  # the line it is on

    def __str__(self):
        before = shortened(self.before)
        change = f"{self.path}:{self.line}: {before} -> {self.after or '(deleted)'}"
        return change if self.before.strip().endswith(";") else f"{change}  in  {shortened(self.context)}"

    def applied_to(self, text):
        # Lines keep their numbers: messages of failed assertions have them.
        kept = self.after + "\n" * (self.before.count("\n") - self.after.count("\n"))
        return text[: self.begin] + kept + text[self.end :]


def shortened(code):
    one_line = " ".join(re.sub(r"//[^\n]*", "", code).split())
    return one_line if len(one_line) <= 90 else one_line[:87] + "..."


OPERATORS = {
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "+=": ["-="], "-=": ["+="],
    "<": ["<=", ">"], "<=": ["<", ">"], ">": [">=", "<"], ">=": [">", "<"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
}  # fmt: skip
BINARY = re.compile(r"(?<=\s)(\+=|-=|<=|>=|==|!=|&&|\|\||[-+*/<>])(?=\s)")
STEP = re.compile(r"\+\+|--")
NOT = re.compile(r"!(?!=)")
WORD = re.compile(r"(?<![\w.])(true|false)\b|\b(?:std::(?=m)|Better::)(min|max|less|more)(?=\b|_element)")
WORDS = {"true": "false", "false": "true", "min": "max", "max": "min", "less": "more", "more": "less"}
NUMBER = re.compile(r"(?<![\w.'])(\d[\d']*(?:\.\d*)?(?:[eE][-+]?\d+)?)(u|U|f)?(?![\w.'])")
PURE = re.compile(r"(?:\)|\bconst|\bnoexcept)\s*=\s*$")  # before the 0 of a pure virtual function

# What is no code, as far as changes go. Asserts say what cannot happen: no test can see one that is gone.
NO_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\s]*)\(.*?\)(?P=mark)"|"(?:[^"\\\n]|\\.)*"'
    r"|(?<![\w'])'(?:[^'\\\n]|\\.)+'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*|\[\[.*?\]\]",
    re.DOTALL | re.MULTILINE,
)
ASSERT = re.compile(r"\b(?:HETSCHED_ASSERT|static_assert)\(")


def code_of(text):
    """The text with blanks for all that is no code; every character keeps its place."""

    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())

    text = NO_CODE.sub(blank, text)
    for match in list(ASSERT.finditer(text)):
        depth, end = 1, match.end()
        while end < len(text) and depth > 0:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        text = text[: match.start()] + re.sub(r"[^\n]", " ", text[match.start() : end]) + text[end:]
    return text


def numbers_after(number, suffix):
    plain = number.replace("'", "")
    if re.fullmatch(r"\d+", plain):
        if int(plain) == 0:
            return ["1" + suffix]
        if int(plain) == 1:
            return ["0" + suffix, "2" + suffix]
        return [str(int(plain) + 1) + suffix]
    return [f"(2 * {number}{suffix})"] if float(plain) != 0 else ["1.0" + suffix]


LAMBDA = re.compile(r"\[[^\[\]]*\]\s*(\(.*\))?\s*(mutable\s*)?(->[^{;]*)?$", re.DOTALL)
NO_BODY = re.compile(r"\b(struct|class|enum|union|namespace)\b|\bextern\b")
TEMPLATE = re.compile(r"\btemplate\s*<[^{;]*?>(?=\s)")
INITIALIZER = re.compile(r"(=|return|,|\(|\{|\?|:|&&|\|\||<|[\w>])\s*$")
LABEL = re.compile(r"\s*(case\s+(?:[^:]|::)+:(?!:)|default\s*:|public:|private:|protected:)")
DECLARATION = re.compile(
    r"(?!(?:else|throw|delete|if|for|while|do)\b)(?:[\w:]+(?:<.*>)?[\s*&]+)+\w+\s*(=|\{|\(|\[|;)", re.DOTALL
)  # fmt: skip
KEPT = re.compile(r"(return|using|const|constexpr|auto|static|typedef|friend|else\s+return)\b|[;}]")


def statements(code):
    """(begin, end) of every statement in a body of a function that ends in ; and is no declaration and no return."""
    found = []
    stack = []  # of [is a body, start of the statement, depth of parentheses, statement goes on after it]
    body, start, depth = False, 0, 0
    for at, c in enumerate(code):
        if c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
        elif c == "{":
            prefix = TEMPLATE.sub("", code[start:at])
            is_lambda = LAMBDA.search(prefix) is not None and "[" in prefix
            signature = re.search(r"\)\s*(const|noexcept|override|final|\s)*(->[^{;]*)?$|\b(else|do|try)\s*$", prefix)
            block = body and prefix.strip() == ""
            named = NO_BODY.search(prefix) is not None and not signature
            # A constructor's initializers end in ")" or "}" before the body.
            inside = is_lambda or bool(signature) or block or bool(re.search(r"\)\s*:\s.*[)}]\s*$", prefix, re.DOTALL))
            goes_on = depth > 0 or is_lambda or not (inside or named)
            stack.append((body, start, depth, goes_on))
            body, start, depth = inside and not named, at + 1, 0
        elif c == "}" and stack:
            body, start, depth, goes_on = stack.pop()
            if not goes_on:
                start = at + 1
        elif c == ";" and depth == 0:
            begin = start
            start = at + 1
            if not body:
                continue
            while label := LABEL.match(code, begin, at):
                begin = label.end()
            begin += len(code[begin:at]) - len(code[begin:at].lstrip())
            text = code[begin : at + 1]
            if KEPT.match(text) or DECLARATION.match(text):
                continue
            found.append((begin, at + 1))
    return found


def changes_of(path, text):
    """All changes that could be made to a file, by place."""
    code = code_of(text)
    lines = text.splitlines()
    changes = []

    def add(begin, end, after):
        line = text.count("\n", 0, begin)
        changes.append(Change(path, line + 1, begin, end, text[begin:end], after, lines[line]))

    for m in BINARY.finditer(code):
        if m.group() == "<" and code[: m.start()].rstrip().endswith("template"):
            continue
        # Text is added, never subtracted: it would not compile.
        if m.group() in ("+", "+=") and '"' in (text[: m.start()].rstrip()[-1], text[m.end() :].lstrip()[0]):
            continue
        for after in OPERATORS[m.group()]:
            add(m.start(), m.end(), after)
    for m in STEP.finditer(code):
        add(m.start(), m.end(), "--" if m.group() == "++" else "++")
    for m in NOT.finditer(code):
        add(m.start(), m.end(), "")
    for m in WORD.finditer(code):
        which = 1 if m.group(1) else 2
        add(m.start(which), m.end(which), WORDS[m.group(which)])
    for m in NUMBER.finditer(code):
        if PURE.search(code, 0, m.start()):
            continue
        for after in numbers_after(m.group(1), m.group(2) or ""):
            add(m.start(), m.end(), after)
    for begin, end in statements(code):
        add(begin, end, "")
    return sorted(changes, key=lambda c: (c.begin, c.end, c.after))


def drawn(root, folders, seed, count):
    """`count` changes, each on a line of its own; of a line with several, one. A larger count goes on where a smaller
    one ends."""
    lines = {}
    for folder in folders:
        for path in sorted(Path(root, folder).rglob("*")):
            if path.suffix not in (".cpp", ".hpp"):
                continue
            name = path.relative_to(root).as_posix()
            for change in changes_of(name, path.read_text()):
                lines.setdefault((name, change.line), []).append(change)
    dice = random.Random(seed)
    order = sorted(lines)
    dice.shuffle(order)
    return [dice.choice(lines[place]) for place in order[:count]], len(lines), sum(map(len, lines.values()))
