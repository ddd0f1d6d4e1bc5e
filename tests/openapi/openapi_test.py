"""usage: openapi_test.py PROGRAM

Holds the OpenAPI document of api.cpp against the official schema, and drives the running program by
the document alone: see README.md.
"""
import copy
import http.client
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

import jsonschema

PROGRAM = pathlib.Path(sys.argv[1])
HERE = pathlib.Path(__file__).parent
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Of each pattern, a text that is like it.
LIKE = {r"^(?:[A-Z]{2}-\d+)$": "AB-1", r"^(?:0|-?[1-9][0-9]*)$": "7"}
FORMATS = {"date-time": "2026-01-31T12:00:00Z", "date": "2026-01-31", "uuid": "00000000-0000-4000-8000-00000000000a",
           "email": "someone@example.com", "uri": "https://example.com/", "binary": "bytes"}
BOUNDARY = "a-boundary"


def document(*arguments):
    ran = subprocess.run([PROGRAM, "--openapi=-", *arguments], capture_output=True, text=True, timeout=60, check=True)
    return ran.stdout


class Schemas:
    """The schemas of a document, and values that keep to them or do not."""

    def __init__(self, api):
        self.api = api

    def resolve(self, value):
        while "$ref" in value:
            found = self.api
            for step in value["$ref"].removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            value = {**found, **{key: one for key, one in value.items() if key != "$ref"}}
        return value

    def check(self, value, schema):
        whole = {"components": self.api["components"], "allOf": [schema]}
        jsonschema.Draft202012Validator(whole).validate(value)

    def is_good(self, value, schema):
        whole = {"components": self.api["components"], "allOf": [schema]}
        return jsonschema.Draft202012Validator(whole).is_valid(value)

    def type_of(self, schema):
        kind = schema.get("type")
        return kind[0] if isinstance(kind, list) else kind

    def sample(self, schema, whole=True, depth=0):
        """A good value: with all members, or with those alone that are required."""
        s = self.resolve(schema)
        if "const" in s:
            return s["const"]
        if "enum" in s:
            return s["enum"][-1] if s["enum"][-1] is not None else s["enum"][0]
        for key in ("oneOf", "anyOf"):
            if key in s:
                return self.sample(s[key][0], whole, depth)
        kind = self.type_of(s)
        if kind == "object":
            names = s.get("properties", {}) if whole and depth < 3 else s.get("required", [])
            made = {name: self.sample(s["properties"][name], whole, depth + 1) for name in names}
            if isinstance(s.get("additionalProperties"), dict) and whole:
                made["some"] = self.sample(s["additionalProperties"], whole, depth + 1)
            return made
        if kind == "array":
            return [self.sample(s["items"], whole, depth + 1) for _ in range(max(s.get("minItems", 0), int(depth < 3)))]
        if kind == "integer":
            return s.get("minimum", 3) if s.get("minimum", 0) > 0 else 3
        if kind == "number":
            return s.get("multipleOf", 1) * 2
        if kind == "boolean":
            return True
        if kind == "null":
            return None
        if "pattern" in s:
            return LIKE[s["pattern"]]
        if "format" in s:
            return FORMATS[s["format"]]
        return "x" * max(s.get("minLength", 1), 1)

    def bad_scalars(self, s, is_text):
        """(keyword, value) of one schema; in texts everything is a string."""
        kind = self.type_of(s)
        if not is_text or kind in ("integer", "number", "boolean"):
            yield "type", "nothing-of-that-kind" if kind != "string" else 7.5
        if "enum" in s or "const" in s:
            yield "enum", "none of these"
        for key, step in (("minimum", -1), ("maximum", 1), ("exclusiveMinimum", 0), ("exclusiveMaximum", 0)):
            if key in s:
                yield key, s[key] + step
        if "multipleOf" in s:
            yield "multipleOf", s["multipleOf"] * 2.5
        if s.get("minLength", 0) > 0:
            yield "minLength", "x" * (s["minLength"] - 1)
        if "maxLength" in s:
            yield "maxLength", "x" * (s["maxLength"] + 1)
        if "pattern" in s:
            yield "pattern", "!!"
        if s.get("format") in ("date-time", "date", "uuid", "email"):
            yield "format", "none of that format"

    def bad(self, schema, depth=0):
        """(keyword, value) of everything that is wrong with one thing, at any depth."""
        s = self.resolve(schema)
        for key in ("oneOf", "anyOf"):
            if key in s:
                yield key, 7.5
                for one in s[key]:
                    if depth < 3 and self.type_of(self.resolve(one)) == "object":
                        yield from self.bad(one, depth + 1)
                return
        kind = self.type_of(s)
        good = self.sample(s)
        if kind == "object":
            yield "type", 7.5
            for name in s.get("required", []):
                yield "required", {key: one for key, one in good.items() if key != name}
            if s.get("additionalProperties") is False:
                yield "additionalProperties", {**good, "nobody knows": 1}
            if isinstance(s.get("additionalProperties"), dict):
                for keyword, value in self.bad(s["additionalProperties"], depth + 1):
                    yield keyword, {**good, "some": value}
                if "maxProperties" in s:
                    yield "maxProperties", {f"k{i}": good["some"] for i in range(s["maxProperties"] + 1)}
            for name, inner in s.get("properties", {}).items():
                if depth < 3:
                    yield from ((keyword, {**good, name: value}) for keyword, value in self.bad(inner, depth + 1))
        elif kind == "array":
            yield "type", 7.5
            if s.get("minItems", 0) > 0:
                yield "minItems", good[1:]
            item = self.sample(s["items"])
            if "maxItems" in s:
                yield "maxItems", [item] * (s["maxItems"] + 1)
            if s.get("uniqueItems"):
                yield "uniqueItems", [item, item]
            if depth < 3:
                yield from ((keyword, [value]) for keyword, value in self.bad(s["items"], depth + 1))
        else:
            yield from self.bad_scalars(s, is_text=False)

    def bad_texts(self, schema):
        """(keyword, value) for a parameter or a field of a form."""
        s = self.resolve(schema)
        if self.type_of(s) == "array":
            item = self.resolve(s["items"])
            if "maxItems" in s:
                yield "maxItems", [self.sample(item)] * (s["maxItems"] + 1)
            yield from ((keyword, [value]) for keyword, value in self.bad_scalars(item, is_text=True))
        else:
            yield from self.bad_scalars(s, is_text=True)


def text_of(value):
    return json.dumps(value) if isinstance(value, (bool, int, float)) else str(value)


def pairs_of(fields):
    """Each item of a list is a field of its own."""
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, text_of(one)


def encode(media_type, value, schemas, schema):
    """A body, and its Content-Type."""
    if media_type.endswith("json"):
        return json.dumps(value), media_type
    if media_type in ("application/jsonl", "application/x-ndjson"):
        return json.dumps(value) + "\n", media_type
    if media_type == "application/x-www-form-urlencoded":
        return urllib.parse.urlencode(list(pairs_of(value))), media_type
    if media_type == "multipart/form-data":
        properties = schemas.resolve(schema).get("properties", {})
        text = ""
        for name, one in pairs_of(value):
            is_file = schemas.resolve(properties.get(name, {})).get("format") == "binary"
            more = '; filename="a.bin"\r\nContent-Type: application/octet-stream' if is_file else ""
            text += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{one}\r\n'
        return text + f"--{BOUNDARY}--\r\n", f"{media_type}; boundary={BOUNDARY}"
    return "any bytes", "application/octet-stream"


class Operation:
    def __init__(self, api, path, method):
        self.path, self.method, self.schemas = path, method, Schemas(api)
        self.said = api["paths"][path][method]
        self.parameters = self.said.get("parameters", [])
        self.content = self.said.get("requestBody", {}).get("content", {})
        self.security = self.said.get("security", [])

    def arguments(self, whole=True):
        return {(one["in"], one["name"]): one.get("example", self.schemas.sample(one["schema"]))
                for one in self.parameters if whole or one.get("required")}

    def body_value(self, media_type, whole=True):
        schema = self.content[media_type].get("schema")
        return self.schemas.sample(schema, whole) if schema else {"some": "text"}

    def request(self, arguments, media_type=None, value=None):
        """(method, target, body, headers)"""
        headers, query, cookies, path, body = {}, [], [], self.path, None
        for (place, name), argument in arguments.items():
            for one in argument if isinstance(argument, list) else [argument]:
                if place == "path":
                    path = path.replace("{" + name + "}", urllib.parse.quote(text_of(one), safe=""))
                elif place == "query":
                    query.append((name, text_of(one)))
                elif place == "header":
                    headers[name] = text_of(one)
                else:
                    cookies.append(f"{name}={text_of(one)}")
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        if self.security:
            headers["X-Key"] = "secret"
        if media_type:
            body, headers["Content-Type"] = encode(media_type, value, self.schemas, self.content[media_type].get("schema", {}))
        target = path + ("?" + urllib.parse.urlencode(query) if query else "")
        return self.method.upper(), target, body, headers

    def good(self):
        for whole in (True, False):
            for media_type in self.content or [None]:
                value = self.body_value(media_type, whole) if media_type else None
                yield self.request(self.arguments(whole), media_type, value)

    def broken(self):
        """(what, status, request)"""
        media_type = next(iter(self.content), None)
        value = self.body_value(media_type) if media_type else None
        arguments = self.arguments()
        for one in self.parameters:
            key = (one["in"], one["name"])
            if one.get("required") and one["in"] != "path":
                left = {place: value for place, value in arguments.items() if place != key}
                yield f"no {one['name']}", 400, self.request(left, media_type, value)
            for keyword, bad in self.schemas.bad_texts(one["schema"]):
                if one["in"] == "path" and bad == "":
                    continue  # another path
                yield f"{keyword} of {one['name']}", 400, self.request({**arguments, key: bad}, media_type, value)
        for kind in self.content:
            yield from self.broken_bodies(kind, arguments)
        if self.security:
            method, target, body, headers = self.request(arguments, media_type, value)
            yield "no key", 401, (method, target, body, {key: one for key, one in headers.items() if key != "X-Key"})

    def broken_bodies(self, media_type, arguments):
        schema = self.content[media_type].get("schema")
        if not schema or media_type == "*/*":
            return
        if "json" in media_type:
            for keyword, bad in self.schemas.bad(schema):
                # A wrong value for an optional may be what the other alternative takes.
                if not self.schemas.is_good(bad, schema) or keyword == "format":
                    yield f"{keyword} in the body {json.dumps(bad)}", 422, self.request(arguments, media_type, bad)
            method, target, _, headers = self.request(arguments, media_type, {})
            yield "no JSON", 400, (method, target, "{", headers)
        else:
            s = self.schemas.resolve(schema)
            good = self.schemas.sample(s)
            for name in s.get("required", []):
                yield f"no {name}", 422, self.request(arguments, media_type, {key: one for key, one in good.items() if key != name})
            for name, inner in s.get("properties", {}).items():
                for keyword, bad in self.schemas.bad_texts(inner):
                    yield f"{keyword} of {name}", 422, self.request(arguments, media_type, {**good, name: bad})
        method, target, body, headers = self.request(arguments, media_type, self.body_value(media_type))
        yield "a picture", 415, (method, target, body, {**headers, "Content-Type": "image/png"})


class Server:
    def __enter__(self):
        self.process = subprocess.Popen([PROGRAM, "--listen=127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.connection = http.client.HTTPConnection(line.split("http://")[1].split(",")[0].strip(), timeout=30)
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        self.exit_code = self.process.wait(timeout=30)
        self.process.stdout.close()

    def ask(self, method, target, body=None, headers=None):
        self.connection.request(method, target, body=body, headers=headers or {})
        return self.answer()

    def ask_with_a_body_of(self, size, method, target):
        """Only says so, and sends none."""
        self.connection.putrequest(method, target)
        self.connection.putheader("Content-Type", "application/json")
        self.connection.putheader("Content-Length", str(size))
        self.connection.endheaders()
        return self.answer()

    def answer(self):
        reply = self.connection.getresponse()
        return reply.status, reply.getheader("Content-Type"), reply.read(), reply.headers


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = document()
        cls.api = json.loads(cls.text)

    def operations(self):
        for path, item in self.api["paths"].items():
            for method in METHODS:
                if method in item:
                    yield Operation(self.api, path, method)

    def test_keeps_to_the_official_schema(self):
        official = json.loads((HERE / "openapi-3.1-schema.json").read_text(encoding="utf-8"))
        validator = jsonschema.Draft202012Validator(official)
        validator.validate(self.api)
        broken = copy.deepcopy(self.api)  # the schema would notice
        next(iter(next(iter(broken["paths"].values())).values()))["responses"] = {"great": {"description": ""}}
        self.assertFalse(validator.is_valid(broken))

    def test_has_schemas_that_are_json_schema(self):
        for name, schema in self.api["components"]["schemas"].items():
            with self.subTest(name=name):
                jsonschema.Draft202012Validator.check_schema(schema)

    def test_refers_to_what_is_there_and_names_each_parameter_of_a_path(self):
        references = re.findall(r'"\$ref": ?"([^"]+)"', self.text)
        self.assertGreater(len(references), 50)
        for reference in set(references):
            Schemas(self.api).resolve({"$ref": reference})
        ids = [operation.said["operationId"] for operation in self.operations()]
        self.assertEqual(len(ids), len(set(ids)))
        for operation in self.operations():
            named = [one["name"] for one in operation.parameters if one["in"] == "path"]
            self.assertEqual(named, re.findall(r"\{([^}]*)\}", operation.path))

    def test_is_the_same_each_time_and_in_a_file(self):
        self.assertEqual(document(), self.text)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "api.json"
            subprocess.run([PROGRAM, "--openapi", file], check=True, timeout=60)
            self.assertEqual(file.read_text(encoding="utf-8"), self.text)

    def test_a_file_that_cannot_be_written_is_one_clear_line(self):
        ran = subprocess.run([PROGRAM, "--openapi=/none/api.json"], capture_output=True, text=True, timeout=60)
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertEqual(ran.stderr, "weft: --openapi: cannot write /none/api.json: No such file or directory\n")

    def test_describes_what_the_server_does(self):
        good, broken, operations = 0, 0, 0
        with Server() as server:
            status, kind, text, _ = server.ask("GET", "/openapi.json")
            self.assertEqual((status, kind, json.loads(text)), (200, "application/json", self.api))
            self.assertEqual(server.ask("GET", "/docs")[0], 200)
            for operation in self.operations():
                operations += 1
                for request in operation.good():
                    with self.subTest(request=request):
                        self.judge(operation, server.ask(*request), below=400)
                        good += 1
                for what, status, request in operation.broken():
                    with self.subTest(what=what, request=request):
                        answer = server.ask(*request)
                        self.assertEqual(answer[0], status, answer[2])
                        self.judge(operation, answer, below=500)
                        broken += 1
            large = server.ask_with_a_body_of(5 << 20, "POST", "/orders")
            self.judge(Operation(self.api, "/orders", "post"), large, below=500)
            self.assertEqual(large[0], 413)
        self.assertEqual(server.exit_code, 0)
        self.assertEqual(operations, sum(len(item) for item in self.api["paths"].values()))
        self.assertGreater(good, 2 * operations - 1)
        self.assertGreater(broken, 150)
        print(f"{operations} operations, {good} good requests, {broken} broken ones")

    def judge(self, operation, answer, below):
        """The answer is one that the document has, and looks as it says."""
        status, kind, body, headers = answer
        self.assertLess(status, below, body)
        answers = operation.said["responses"]
        said = answers.get(str(status), answers.get("default"))
        self.assertIsNotNone(said, f"{status} is not described: {body}")
        said = operation.schemas.resolve(said)
        for name in said.get("headers", {}):
            self.assertIn(name, headers)
        if "content" not in said:
            self.assertEqual(body, b"")
            return
        media_type = kind.split(";")[0]
        content = said["content"].get(media_type, said["content"].get("*/*"))
        self.assertIsNotNone(content, f"{media_type} is not described")
        schema = content.get("schema")
        if schema is None:
            return
        if media_type.endswith("json"):
            operation.schemas.check(json.loads(body), schema)
        elif media_type == "application/jsonl":
            for line in body.splitlines():
                operation.schemas.check(json.loads(line), schema)
        else:
            operation.schemas.check(body.decode(), schema)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
