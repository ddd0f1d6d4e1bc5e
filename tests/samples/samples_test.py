"""usage: samples_test.py BIN_DIR PROJECT_DIR

Runs the samples under each model and checks what they answer, how they stop, what a wrong command
line gets, and that the README shows the hello that was built.
"""
import http.client
import json
import pathlib
import signal
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

    def test_a_wrong_command_line_is_one_line(self):
        for arguments in (["--model=none"], ["--listen=nowhere"], ["--workers=x"], ["--what"]):
            with self.subTest(arguments=arguments):
                ran = subprocess.run([BIN / "hello", *arguments], capture_output=True, text=True, timeout=20)
                self.assertEqual(ran.returncode, 2)
                self.assertEqual(len(ran.stderr.strip().splitlines()), 1)

    def test_the_readme_shows_the_hello_that_is_built(self):
        hello = (PROJECT / "samples" / "hello" / "main.cpp").read_text(encoding="utf-8")
        self.assertIn(hello, (PROJECT / "README.md").read_text(encoding="utf-8"))


unittest.main(argv=sys.argv[:1])
