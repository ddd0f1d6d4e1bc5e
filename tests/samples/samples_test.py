"""usage: samples_test.py BIN_DIR PROJECT_DIR

Runs the samples under each model and checks what they answer, how they stop, what a wrong command
line gets, and that the README shows the hello that was built.
"""
import http.client
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

BIN, PROJECT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
MODELS = ["event_loop", "gil", "threads", "sharded", "parallel"]


class Server:
    """A sample that serves on a free port; leaving the block stops it by SIGTERM."""

    def __init__(self, *command):
        self.command = [BIN / command[0], *command[1:], "--listen=127.0.0.1:0"]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.connection = http.client.HTTPConnection(line.split("http://")[1].split(",")[0].strip(), timeout=20)
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        self.exit_code = self.process.wait(timeout=20)
        self.process.stdout.close()

    def ask(self, method, path, body=None):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        text = json.dumps(body) if body is not None else None
        self.connection.request(method, path, body=text, headers=headers)
        reply = self.connection.getresponse()
        return reply.status, reply.read().decode()


class Samples(unittest.TestCase):
    def under_each_model(self, *command):
        for model in MODELS:
            with self.subTest(model=model):
                server = Server(*command, f"--model={model}")
                with server:
                    yield server
                self.assertEqual(server.exit_code, 0)

    def test_hello_greets(self):
        for server in self.under_each_model("hello"):
            self.assertEqual(server.ask("GET", "/hello/you"), (200, "Hello, you"))
            self.assertEqual(server.ask("GET", "/nowhere")[0], 404)

    def test_todo_keeps_what_it_is_told(self):
        for server in self.under_each_model("todo"):
            status, text = server.ask("POST", "/todos", {"title": "weave"})
            made = json.loads(text)
            self.assertEqual((status, made["title"]), (201, "weave"))
            path = f"/todos/{made['id']}"
            self.assertEqual(json.loads(server.ask("GET", path)[1]), made)
            self.assertEqual(json.loads(server.ask("GET", "/todos")[1]), [made])
            status, text = server.ask("PUT", path, {"title": "woven", "done": True})
            self.assertEqual((status, json.loads(text)["title"]), (200, "woven"))
            self.assertEqual(server.ask("DELETE", path)[0], 204)
            self.assertEqual(server.ask("GET", path)[0], 404)

    def test_todo_names_what_is_wrong(self):
        for server in self.under_each_model("todo"):
            status, text = server.ask("POST", "/todos", {"title": 7})
            self.assertEqual(status, 422)
            self.assertEqual(json.loads(text)["errors"][0]["pointer"], "/title")

    def test_lab_answers_an_order_to_the_byte(self):
        data = PROJECT / "samples" / "lab"
        order = json.loads((data / "order.json").read_text(encoding="utf-8"))
        for server in self.under_each_model("lab", "serve"):
            status, text = server.ask("POST", "/orders", order)
            self.assertEqual((status, text), (200, (data / "order_reply.json").read_text(encoding="utf-8").strip()))

    def test_lab_writes_a_trace_of_what_it_served(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "trace.json"
            for server in self.under_each_model("lab", "serve", f"--trace={file}"):
                self.assertEqual(server.ask("GET", "/io?ms=5")[0], 200)
                server.process.send_signal(signal.SIGTERM)
                server.process.wait(timeout=20)
                trace = json.loads(file.read_text(encoding="utf-8"))
                waits = {e["args"].get("until") for e in trace["traceEvents"] if e["ph"] == "X"}
                self.assertIn("sleep", waits)
                names = {e["args"]["name"] for e in trace["traceEvents"] if e["ph"] == "M"}
                self.assertIn("worker 0", names)

    def expect_error(self, line, code, words):
        """One line on standard error that begins and ends so, nothing else, and that exit code."""
        begin, _, end = words.partition("...")
        with self.subTest(line=line):
            program, *arguments = line
            ran = subprocess.run([BIN / program, *arguments], capture_output=True, text=True, timeout=20)
            self.assertEqual((ran.returncode, ran.stdout, len(ran.stderr.splitlines())), (code, "", 1), ran.stderr)
            self.assertTrue(ran.stderr.startswith(begin) and ran.stderr.rstrip().endswith(end), ran.stderr)

    def test_a_server_that_cannot_serve_says_why_in_one_line(self):
        hint = " (--help lists the options)"
        models = "event_loop, gil, threads, sharded, parallel"
        io_kinds = "automatic, portable, direct"
        with socket.create_server(("127.0.0.1", 0)) as taken:
            busy = f"127.0.0.1:{taken.getsockname()[1]}"
            for command, name in (["hello"], "weft"), (["todo"], "weft"), (["lab", "serve"], "lab"):
                for arguments, code, words in (
                    ([f"--listen={busy}"], 1, f"weft: --listen: cannot listen on {busy}: "
                                              "the port is taken, or this user may not have it"),
                    (["--listen=256.1.1.1:80"], 1, "weft: --listen: cannot listen on 256.1.1.1:80: "
                                                   'there is no host "256.1.1.1"'),
                    (["--listen=192.0.2.1:80"], 1, "weft: --listen: cannot listen on 192.0.2.1:80: "
                                                   "this machine has no address 192.0.2.1"),
                    (["--listen=nowhere"], 2, 'weft: --listen: "nowhere" is not HOST:PORT...'),
                    (["--model=nope"], 2, f'{name}: --model: there is no "nope"; there are {models}{hint}'),
                    (["--io=fast"], 2, f'{name}: --io: there is no "fast"; there are {io_kinds}{hint}'),
                    (["--workers=x"], 2, f"{name}: --workers: Value x not in range...{hint}"),
                    (["--interval=7"], 2, f"{name}: --interval: only the model gil has one{hint}"),
                    (["--what"], 2, f"{name}: The following argument was not expected: --what{hint}"),
                ):
                    self.expect_error([*command, *arguments], code, words)

    def test_lab_names_what_it_does_not_know_in_one_line(self):
        hint = " (--help lists the options)"
        commands = "; the commands are serve, load, compare"
        load = ["lab", "load", "--request=json GET /json"]
        for line, words in (
            (["lab"], f"lab: no command is given{commands}{hint}"),
            (["lab", "nope"], f'lab: there is no command "nope"{commands}{hint}'),
            (["lab", "--what"], f'lab: there is no command "--what"{commands}{hint}'),
            (["lab", "load"], f"lab: --request is required{hint}"),
            (["lab", "load", "--request=json"], f"lab: --request: 'json' is not 'NAME METHOD PATH ...'{hint}"),
            (["lab", "load", "--request=json PULL /"], "lab: --request 'json': the method must be..."),
            ([*load, "--target=nowhere"], f"lab: --target: 'nowhere' is not HOST:PORT{hint}"),
            ([*load, "--target=192.0.2.1:80"], "lab: --target: '192.0.2.1:80' is another machine..."),
            ([*load, "--rate=-1"], f"lab: --rate: 0 to 200000 a second{hint}"),
            ([*load, "--cpu=9999"], f"lab: --cpu: there is no core 9999{hint}"),
            (["lab", "compare", "--models=nope"], "lab: --models: nope not in {event_loop,..."),
        ):
            self.expect_error(line, 2, words)

    def test_the_readme_shows_the_hello_that_is_built(self):
        hello = (PROJECT / "samples" / "hello" / "main.cpp").read_text(encoding="utf-8")
        self.assertIn(hello, (PROJECT / "README.md").read_text(encoding="utf-8"))


unittest.main(argv=sys.argv[:1])
