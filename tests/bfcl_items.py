"""Items for the scorer of BFCL: right, nearly right, broken, and such as the data should not have."""

import json
from random import Random

CATEGORIES = (
    "simple_python", "simple_java", "simple_javascript", "multiple", "parallel", "parallel_multiple", "irrelevance",
    "live_simple", "live_multiple", "live_parallel", "live_parallel_multiple", "live_irrelevance", "live_relevance",
)  # fmt: skip
_PLAIN = {
    "python": ("string", "integer", "float", "boolean", "any"),
    "java": ("String", "integer", "long", "float", "double", "boolean", "char", "byte", "short", "any"),
    "javascript": ("String", "integer", "float", "Bigint", "Boolean", "any"),
}
_LISTS = {"python": ("array", "tuple"), "java": ("Array", "ArrayList"), "javascript": ("array",)}
_OBJECTS = {"python": "dict", "java": "HashMap", "javascript": "dict"}
_ODD = {
    "python": ("number", "object", "String"),
    "java": ("Set", "Queue", "Hashtable", "Stack", "int"),
    "javascript": ("string", "set", "object"),
}
_WORDS = (
    "Paris",
    "New York, NY",
    "it's",
    "a-b_c",
    "",
    "-",
    "March 3.",
    "x y",
    "O'Neil",
    "true",
    "5",
    "été",
    "日本",
    "a\nb",
)
_BITS = {
    "python": (
        "+3", "not True", "-x", "~5", "2-10", "60*60", "'a'*3", "[1]*2", "1/0", "'%s' % 'b'", "x", "x.y", "x[0]",
        "x[1:2]", "f()", "f(1, 2)", "f(a=1)", "f'{x}'", "{1, 2}",
        "...", "None", "true", "null", "1 if x else 2", "1 < 2", "*a", "**d", "lambda: 1", "b'x'", "1j", "1e999",
        "[*a]", "{**a}", "{[1]: 2}", "'a' 'b'", "0x1F", "1_000", "(1,)", "()", "await x", "[i for i in x]", "-'a'",
        "(yield)", "x := 1", "'\\ud800'", "'\\d'", "007", "\x00", "\t", "\n", "#", "`", ";", "=", "==", ",", "(", ")",
        "[", "]", "{", "}", "'", '"', "\\", "é", "1+a", "-(-1)", "True+1", "1.5//0.5", "--1", "(1)+(2)",
    ),
    "java": (
        "new int[3]", "new int[]{1, 2}", "new String[]{\"a\", \"b\"}", "new Foo(1, \"a\")",
        "new Foo() {{ put(1, 2); }}",
        "new HashMap<String, Integer>() {{ put(\"a\", 1); }}", "new ArrayList<>(Arrays.asList(1, 2))", "x -> x + 1",
        "System.out::println", "String.class", "int[].class", "a.b.c", "this", "null", "-1", "+1", "1L", "1f", "0x1F",
        "1_000", "(int) x", "a[0]", "x ? y : z", "'a'", "\"\\\"\"", "é", "日本", "😀", "@A", "f(x)", "f(x = 1)",
        "/* c */", "// c\n", ";", "=", ",", "(", ")", "[", "]", "{", "}", "<", ">", "\"", "'", "\n", " ", "...",
        "if (a) {}", "==",
        "return x;", "class A {}", "import a.b;", "->", "::", "!a", "\"\"\"t\"\"\"", "switch", "new", "\\", "#", "`",
        "List.of(1)", "new int[][]{{1}, {2}}", "a = b", "new A<>()", "new A.B(1)", "x++", "true", "1e3", ".5", "07",
    ),
    "javascript": (
        "[1, 2]", "[[1, 2], [3]]", "new Array(1, 2)", "{a: 1, \"b\": 'c'}", "x => x", "function () {}", "async () => 1",
        "`a${b}`", "/re/g", "a?.b", "a ?? b", "...a", "null", "undefined", "true", "false", "-1", "5n", "0x1F", "1_000",
        "a.b.c", "this", "x ? y : z", "'a'", "\"\\\"\"", "é", "日本", "😀", "f(x)", "f(x = 1)", "/* c */", "// c\n",
        ";", "=",
        ",", "(", ")", "[", "]", "{", "}", "<", ">", "\"", "'", "\n", " ", "`", "if (a) {}", "return x",
        "class A {}", "!a",
        "typeof x", "new Foo(1)", "switch", "a = b", "x++", "==", "=>", "#", "\\", "1e3", ".5", "07", "await", "yield",
        "new Map([[1, 2]])", "{}", "[]", "[ ]", "{a: {b: 1}}", "{a: [1, 2]}", "?.", "@", "<a>b</a>", "[...a]", "a\n",
    ),
}  # fmt: skip
_PIECES = {
    "java": (
        "new ", "new\n", "new HashMap<", "new  HashMap<String, Integer>", ">", "()", "(", ")", " {", "{{", "{",
        "}", "}}",
        'put("', '",', "put(", "add(", ");", " ", "\n", ",", '"', "'", "new ArrayList<", "new ArrayList<>(", "<>",
        "new ArrayList<Integer>() {{", "Arrays.asList(", "new ArrayList<String>(Arrays.asList(", "))", "new int[]{",
        "new String[] {", "[]", "a", "1", "2.5", "-3", "7L", "1f", "true", "é", "\t", "new HashMap<>() {{", "\x1c",
        '", ', 'put("k", ', 'put("k",\n', "1e5", "1e5f",
    ),
    "javascript": (
        "[", "]", "[[", "]]", "[ [", "],", "] ,", ", [", "new Array(", ")", "{", "}", "{}", ":", ": ", ", ", ",",
        "'", '"',
        " ", "\n", "a", "b:", "'k': ", "1", "2.5", "-3", "7n", "true", "false", "é", "()", "new  Array(", "\t",
        "{a: 1}",
        "\x1c", "1e5", "nan", "1_0", "[1, 2]", "::", ",:", ", :", ",a:",
    ),
}  # fmt: skip
_NUMBERS = ("1", "-1", "12", "1.5", "-0", "1L", "1l", "1f", "2.5F", "1e5", "1E-5f", "1n", "-5n", "", "٣", "1\n", "1L\n",
            "1n\n", "2f\n", "+1", " 1", "0x1", "1_0", "1.", ".5", "true", "True", "false", "'a'", '"a"', "\"", "nan",
            "9" * 5000, "9" * 5000 + "n", "inf")  # fmt: skip


def conversions(random: Random, count: int):
    """Give texts of values with the types that they should have."""
    for _ in range(count):
        language = random.choice(("java", "javascript"))
        kind = random.choice((*_PLAIN[language], *(_LISTS[language] + (_OBJECTS[language],)) * 6, *_ODD[language][:1]))
        inner = random.choice((None, *_PLAIN[language], *_LISTS[language], _OBJECTS[language]))
        if random.random() < 0.1:
            text = random.choice(_NUMBERS)
        else:
            text = "".join(random.choice(_PIECES[language]) for _ in range(random.randrange(14)))
            text = random.choice(_STARTS[kind]) + text if kind in _STARTS and random.random() < 0.6 else text
        yield {"convert": language, "text": text, "kind": kind, "inner": inner}


_STARTS = {
    "HashMap": ("new HashMap<>() {{ ", 'new HashMap<String, Object>() {{ put("a", 1); put("', "new HashMap<>()"),
    "ArrayList": ("new ArrayList<>() {{ ", "new ArrayList<>(Arrays.asList(", "new ArrayList<Integer>() {{ add("),
    "Array": ("new int[]{", "new String[] {"),
    "array": ("[", "[[", "[[1, 2], [", "new Array(", "new Array([1], ["),
    "dict": ("{", "{a: 1, ", "{'a': [1, 2], 'b': "),
}


def items(random: Random, count: int):
    """Give items of every category, each with the functions, the truth and an answer."""
    for number in range(count):
        category = CATEGORIES[number % len(CATEGORIES)]
        language = "javascript" if "javascript" in category else "java" if "java" in category else "python"
        functions = [_function(random, language, index) for index in range(random.choice((1, 2, 3)))]
        if "parallel" not in category and "multiple" not in category:
            functions = functions[:1]
        calls = random.choice((1, 2, 3)) if "parallel" in category else 1
        chosen = [random.choice(functions) for _ in range(calls)]
        truth = [{function["name"]: _expected(random, function, language)} for function in chosen]
        yield {
            "id": f"{category}_{number}",
            "category": category,
            "function": functions,
            "truth": truth,
            "underscore_to_dot": random.random() < 0.2,
            "result": _answer(random, functions, truth, language, underscores=random.random() < 0.1),
        }


def _function(random, language, index):
    properties = {}
    for name in random.sample(("a", "b", "c", "size", "unit", "when"), random.randrange(5)):
        kind = _kind(random, language)
        properties[name] = {"type": kind, "description": "…"}
        if kind in _LISTS[language] and random.random() < 0.95:
            properties[name]["items"] = {"type": _kind(random, language, deep=False)}
    function = {
        "name": random.choice(("add", "math.add", "geo.find_it", "Map.put")) + "x" * index,
        "parameters": {
            "type": "dict",
            "properties": properties,
            "required": [name for name in properties if random.random() < 0.6],
        },
    }
    if random.random() < 0.01:
        del function["parameters"]["required"]
    return function


def _kind(random, language, *, deep=True):
    if random.random() < 0.02:
        return random.choice(_ODD[language])
    if deep and random.random() < 0.35:
        return random.choice(_LISTS[language])
    return _OBJECTS[language] if random.random() < 0.2 else random.choice(_PLAIN[language])


def _value(random, kind, inner, depth=0):
    if random.random() < 0.04:
        return random.choice((None, 1, True, 1.0, "name", [], {}, [1, "a"], "x1"))
    if kind in ("array", "tuple", "Array", "ArrayList"):
        return [_value(random, inner or "integer", None, depth + 1) for _ in range(random.randrange(4))]
    if kind in ("dict", "HashMap"):
        if depth > 1:
            return {}
        keys = random.sample(("k", "l", "m"), random.randrange(4))
        return {key: _value(random, random.choice(("string", "integer", "array")), "string", depth + 1) for key in keys}
    if kind in ("integer", "long", "byte", "short", "Bigint"):
        return random.choice((0, 1, -3, 42, 10**20))
    if kind in ("float", "double"):
        return random.choice((0.5, 1.0, -2.25, 3, 1e5))
    if kind in ("boolean", "Boolean"):
        return random.random() < 0.5
    return random.choice(_WORDS)


def _expected(random, function, language):
    expected = {}
    for name, declared in function["parameters"]["properties"].items():
        kind, inner = declared["type"], declared.get("items", {}).get("type")
        chosen = [_value(random, kind, inner) for _ in range(random.choice((1, 1, 2)))]
        alternatives = [_alternatives(random, value) for value in chosen]
        if random.random() < 0.3:
            alternatives.insert(random.randrange(2), "")
        if random.random() < 0.97:
            expected[name] = alternatives if random.random() < 0.99 else random.choice(("", "abc", 5, [], [[5]], [3]))
    if random.random() < 0.05:
        expected["extra"] = [random.choice(("", 1))]
    return expected


def _alternatives(random, value, *, top=True):
    """List the alternatives of each member of an object, as the truth files do."""
    if isinstance(value, dict):
        if random.random() < 0.03:
            return value
        return {key: [one, *random.choice(([], [""], ["other"]))] for key, one in value.items()}
    if isinstance(value, list):
        return [_alternatives(random, one, top=False) for one in value]
    return value


def _answer(random, functions, truth, language, *, underscores):
    calls = []
    for wanted in truth:
        name, alternatives = next(iter(wanted.items()))
        declared = next(one for one in functions if one["name"] == name)["parameters"]["properties"]
        arguments = {}
        for parameter, choices in alternatives.items():
            if not isinstance(choices, list) or not choices or random.random() < 0.05:
                continue
            value = _taken(random, random.choice(choices))
            if value == "" and random.random() < 0.7:
                continue
            arguments[parameter] = _disturbed(random, value), declared.get(parameter, {}).get("type", "any")
        if random.random() < 0.04:
            arguments["more"] = 1, "any"
        calls.append((name.replace(".", "_") if underscores else name, arguments))
    if random.random() < 0.2:
        random.shuffle(calls)
    if random.random() < 0.04:
        calls = random.choice(([], calls[:1], calls + calls[:1]))
    if random.random() < 0.3:
        return _as_list(random, calls, language)
    texts = [f"{name}({_arguments(random, arguments, language)})" for name, arguments in calls]
    text = random.choice(("[{}]", "{}", "```{}```", "\n{} ")).format(", ".join(texts))
    return _broken(random, text, language) if random.random() < 0.4 else text


def _as_list(random, calls, language):
    entries = []
    for name, arguments in calls:
        values = {key: value if language == "python" else _text(random, value, kind, language)
                  for key, (value, kind) in arguments.items()}  # fmt: skip
        text = json.dumps(values)
        if random.random() < 0.1:
            at = random.randrange(len(text) + 1)
            bit = random.choice(("", "NaN", '"a": 1,', "9" * 30, "[" * 5, "x", '{"a": 1}', "5", "null"))
            text = random.choice((text[:at] + bit + text[at:], bit, text[:at]))
        entries.append({name: text})
    if random.random() < 0.03:
        entries.append(random.choice(({}, "text", None, 5, {"a": "[]"}, {"a": "{}", "b": "{}"})))
    return entries


def _taken(random, value):
    """Choose from the alternatives inside an object."""
    if isinstance(value, dict):
        return {key: random.choice(one) if isinstance(one, list) and one else one for key, one in value.items()}
    if isinstance(value, list):
        return [_taken(random, one) for one in value]
    return value


def _disturbed(random, value):
    chance = random.random()
    if chance > 0.12:
        return value
    if isinstance(value, str):
        return random.choice((value.upper(), value + " ", value.replace(" ", ""), value + "x", 5))
    if isinstance(value, list):
        return random.choice((value[::-1], value[:1], [*value, 1], tuple(value), [str(one) for one in value], ""))
    if isinstance(value, dict):
        return random.choice(({**value, "z": 1}, dict(list(value.items())[:1]), [value], dict(reversed(value.items()))))
    if isinstance(value, int):
        return random.choice((float(value) if value < 10**19 else 1, value + 1, str(value), bool(value)))
    return random.choice((str(value), None, [value], 1))


def _arguments(random, arguments, language):
    pieces = []
    for name, (value, kind) in arguments.items():
        if random.random() < 0.04:
            text = random.choice(_BITS[language])
        else:
            text = repr(value) if language == "python" else _text(random, value, kind, language, code=True)
        pieces.append(f"{name}{random.choice(('=', '=', ' = '))}{text}")
    if random.random() < 0.02:
        pieces.append(random.choice(_BITS[language]))
    return ", ".join(pieces)


def _text(random, value, kind, language, *, code=False):
    """Write a value in Java or JavaScript."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value) + _suffix(kind, language)
    if isinstance(value, str):
        quote = '"' if language == "java" or random.random() < 0.7 else "'"
        return f"{quote}{value}{quote}" if code or random.random() < 0.3 else value
    if isinstance(value, list | tuple):
        inner = [_text(random, one, "any", language, code=True) for one in value]
        listed = ", ".join(inner)
        if language == "javascript":
            return random.choice((f"[{listed}]", f"[ {listed} ]", f"new Array({listed})"))
        if kind == "Array":
            return random.choice((f"new int[]{{{listed}}}", f"new String[] {{ {listed} }}"))
        adds = " ".join(f"add({one});" for one in inner)
        return random.choice(
            (f"new ArrayList<>(Arrays.asList({listed}))", f"new ArrayList<Integer>() {{{{ {adds} }}}}")
        )
    if isinstance(value, dict):
        members = [(key, _text(random, one, "any", language, code=True)) for key, one in value.items()]
        if language == "javascript":
            return "{" + ", ".join(random.choice((f"{key}: {one}", f"'{key}': {one}")) for key, one in members) + "}"
        return "new HashMap<String, Object>() {{ " + " ".join(f'put("{key}", {one});' for key, one in members) + " }}"
    return "null"


def _suffix(kind, language):
    return {("long", "java"): "L", ("float", "java"): "f", ("Bigint", "javascript"): "n"}.get((kind, language), "")


def _broken(random, text, language):
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(text) + 1)
        match random.randrange(4):
            case 0:
                text = text[:at] + random.choice(_BITS[language]) + text[at:]
            case 1:
                text = text[:at] + text[at + random.choice((1, 1, 2, 6)) :]
            case 2:
                text = text[:at] + random.choice(_BITS[language]) + text[at + 1 :]
            case _:
                start = text.find("=", at)
                end = text.find(",", start)
                if 0 <= start < end:
                    text = text[: start + 1] + random.choice(_BITS[language]) + text[end:]
    return text
