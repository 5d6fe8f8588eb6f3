"""Say what the official scorer of BFCL says of items: run by another Python, which has what that scorer asks for.

`python bfcl_official.py FOLDER < items > verdicts`, one JSON value a line. FOLDER holds its package `bfcl_eval`.
"""

import json
import sys
import types
import warnings

FAILED = object()


def imported(folder):
    sys.path.insert(0, folder)
    models = types.ModuleType("bfcl_eval.constants.model_config")  # it imports the client of every vendor
    models.MODEL_CONFIG_MAPPING = {
        "dots": types.SimpleNamespace(underscore_to_dot=False),
        "scores": types.SimpleNamespace(underscore_to_dot=True),
    }
    sys.modules[models.__name__] = models
    for name, members in {
        "tenacity": ["retry", "retry_if_exception_message", "retry_if_exception_type", "wait_random_exponential"],
        "filelock": ["FileLock"],
    }.items():
        try:
            __import__(name)
        except ImportError:
            sys.modules[name] = types.ModuleType(name)
            for member in members:
                setattr(sys.modules[name], member, lambda *_, **__: lambda function: function)
    from bfcl_eval import utils
    from bfcl_eval.constants import enums
    from bfcl_eval.eval_checker.ast_eval import ast_checker
    from bfcl_eval.eval_checker.ast_eval.type_convertor import java_type_converter, js_type_converter
    from bfcl_eval.model_handler import utils as decoders

    return types.SimpleNamespace(
        utils=utils,
        enums=enums,
        check=ast_checker.ast_checker,
        decode=decoders.default_decode_ast_prompting,
        convert={"java": java_type_converter.java_type_converter, "javascript": js_type_converter.js_type_converter},
    )


def decoded(official, result, language):
    if isinstance(result, str):
        return official.decode(result, official.enums.ReturnFormat[language.upper()], False)
    calls = []
    for call in result:  # as its handlers of servers with function calling do
        name = next(iter(call.keys()))
        calls.append({name: json.loads(call[name])})
    return calls


def verdict(official, item):
    if "convert" in item:
        try:
            return repr(official.convert[item["convert"]](item["text"], item["kind"], item["inner"]))
        except Exception:
            return "error"
    category = item["category"]
    language = "javascript" if "javascript" in category else "java" if "java" in category else "python"
    try:
        calls = decoded(official, item["result"], language)
    except Exception:
        calls = FAILED
    if "relevance" in category:
        has_call = calls is not FAILED and not official.utils.is_empty_output(calls)
        return float(has_call != ("irrelevance" in category))
    if calls is FAILED:
        return [0.0, "ast_decoder:decoder_failed"]
    if not official.utils.is_function_calling_format_output(calls):
        return [0.0, "ast_decoder:decoder_wrong_output_format"]
    try:
        model = "scores" if item["underscore_to_dot"] else "dots"
        language = official.enums.Language[language.upper()]
        found = official.check(item["function"], calls, item["truth"], language, category, model)
    except Exception:
        return None
    return 1.0 if found["valid"] else [0.0, found["error_type"]]


def main():
    warnings.simplefilter("ignore")
    official = imported(sys.argv[1])
    for line in sys.stdin:
        sys.stdout.write(json.dumps(verdict(official, json.loads(line))) + "\n")


if __name__ == "__main__":
    main()
