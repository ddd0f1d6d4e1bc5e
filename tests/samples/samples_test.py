"""usage: samples_test.py BIN_DIR PROJECT_DIR

Runs the samples under each model and checks what they answer, how they stop, what a wrong command
line gets, and that the README shows the hello that was built.
"""
import http.client
import json
import os
import pathlib
import shutil
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

    def test_todo_shows_what_it_can_do(self):
        for server in self.under_each_model("todo"):
            status, text = server.ask("GET", "/openapi.json")
            self.assertEqual((status, json.loads(text)["info"]["title"]), (200, "Todos"))
            self.assertEqual(set(json.loads(text)["paths"]), {"/todos", "/todos/{id}"})
            status, text = server.ask("GET", "/docs")
            self.assertEqual((status, "<script" in text), (200, True))

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

    def expect_error(self, line, code, words, program=None, **more):
        """One line on standard error that begins and ends so, nothing else, and that exit code."""
        begin, _, end = words.partition("...")
        with self.subTest(line=line):
            ran = subprocess.run([program or BIN / line[0], *line[1:]], capture_output=True, text=True, timeout=20,
                                 stdin=subprocess.DEVNULL, **more)
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
                                              "the port is taken"),
                    (["--listen=256.1.1.1:80"], 1, "weft: --listen: cannot listen on 256.1.1.1:80: "
                                                   'there is no host "256.1.1.1"'),
                    (["--listen=192.0.2.1:80"], 1, "weft: --listen: cannot listen on 192.0.2.1:80: "
                                                   "this machine has no address 192.0.2.1"),
                    (["--listen=nowhere"], 2, 'weft: --listen: "nowhere" is not HOST:PORT, unix:PATH, '
                                              "fd:NUMBER or inherited[:NAME]..."),
                    ([f"--listen={busy}", "--listen=127.0.0.1:0"], 1, "weft: --listen: cannot listen on..."),
                    (["--listen=127.0.0.1:0", f"--listen={busy}"], 1, f"weft: --listen: cannot listen on {busy}: "
                                                                      "the port is taken"),
                    (["--listen=fd:77"], 1, "weft: --listen: cannot listen on fd:77: no such descriptor is open"),
                    (["--listen=fd:0"], 1, "weft: --listen: cannot listen on fd:0: it is no socket"),
                    (["--listen=inherited"], 1, 'weft: --listen: "inherited": no such socket was handed over...'),
                    (["--model=nope"], 2, f'{name}: --model: there is no "nope"; there are {models}{hint}'),
                    (["--io=fast"], 2, f'{name}: --io: there is no "fast"; there are {io_kinds}{hint}'),
                    (["--workers=x"], 2, f"{name}: --workers: Value x not in range...{hint}"),
                    (["--interval=7"], 2, f"{name}: --interval: only the model gil has one{hint}"),
                    (["--what"], 2, f"{name}: The following argument was not expected: --what{hint}"),
                ):
                    self.expect_error([*command, *arguments], code, words)

    def test_a_unix_socket_that_cannot_be_had_is_one_line(self):
        with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as taken:
            os.chmod(directory, 0o755)
            taken.bind(f"{directory}/taken.sock")
            taken.listen()
            pathlib.Path(directory, "file").touch()
            long = "x" * 108
            for path, words in (
                (f"{directory}/taken.sock", "it is in use, a server answers there"),
                (f"{directory}/file", "there is a file that is no socket"),
                (f"{directory}/none/a.sock", "there is no such folder"),
                (f"{directory}/file/a.sock", "a part of the path is no folder"),
                (f"{directory}/{long}", "the path is longer than 107 bytes"),
            ):
                self.expect_error(["hello", f"--listen=unix:{path}"], 1,
                                  f"weft: --listen: cannot listen on unix:{path}: {words}")
            os.chmod(directory, 0o555)
            # Root may do anything, so it is somebody else.
            other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
            self.expect_error(["hello", f"--listen=unix:{directory}/a.sock"], 1,
                              f"weft: --listen: cannot listen on unix:{directory}/a.sock: "
                              "this user may not make it", program=self.for_others("hello"), **other)
            os.chmod(directory, 0o755)

    def for_others(self, name):
        """A copy that any user may run, wherever the build is."""
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        return shutil.copy(BIN / name, folder)

    def test_a_socket_that_does_not_listen_is_one_line(self):
        with socket.socket() as silent, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            for given, words in ((silent, "it is a socket that does not listen"),
                                 (datagrams, "it is neither a TCP nor a Unix stream socket")):
                fd = given.fileno()
                self.expect_error(["hello", f"--listen=fd:{fd}"], 1,
                                  f"weft: --listen: cannot listen on fd:{fd}: {words}", pass_fds=[fd])

    def start(self, *arguments, **more):
        """A server that is ready, and what it says of where it listens."""
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, **more)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process, process.stdout.readline().partition("listening on ")[2].partition(", model=")[0]

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=20), 0)

    def hello_on(self, connection):
        connection.sendall(b"GET /hello/you HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        with connection, connection.makefile("rb") as answer:
            self.assertTrue(answer.read().endswith(b"Hello, you"))

    def unix_connection(self, path):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        return connection

    def test_hello_listens_on_all_that_it_is_told(self):
        for model in MODELS:
            with self.subTest(model=model), tempfile.TemporaryDirectory() as directory:
                path = f"{directory}/a.sock"
                process, said = self.start(BIN / "hello", f"--model={model}", "--listen=127.0.0.1:0",
                                           "--listen", f"unix:{path}", "--socket-mode=600", "--listen=[::1]:0")
                four, unix, six = said.split(", ")
                self.assertEqual(unix, f"unix:{path}")
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
                self.hello_on(socket.create_connection(("127.0.0.1", int(four.rpartition(":")[2]))))
                self.hello_on(socket.create_connection(("::1", int(six.rpartition(":")[2]))))
                self.hello_on(self.unix_connection(path))
                self.stop(process)
                self.assertFalse(os.path.exists(path))

    def test_the_socket_of_a_killed_server_is_taken_over(self):
        with tempfile.TemporaryDirectory() as directory:
            path = f"{directory}/a.sock"
            process, _ = self.start(BIN / "hello", f"--listen=unix:{path}")
            process.kill()
            process.wait()
            self.assertTrue(os.path.exists(path))
            process, _ = self.start(BIN / "hello", f"--listen=unix:{path}")
            self.hello_on(self.unix_connection(path))
            self.stop(process)

    def test_sockets_are_inherited_by_the_protocol_of_socket_activation(self):
        # The shell stays the process that LISTEN_PID names.
        script = 'LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=web:admin exec "$0" "$@" 3<&{} 4<&{}'
        with socket.create_server(("127.0.0.1", 0)) as web, socket.create_server(("127.0.0.1", 0)) as admin:
            ports = [s.getsockname()[1] for s in (web, admin)]
            fds = [web.fileno(), admin.fileno()]
            for listen, expected in (("inherited", ports), ("inherited:admin", ports[1:])):
                # It waits in the system until a server is there.
                early = socket.create_connection(("127.0.0.1", ports[1]))
                process, said = self.start("bash", "-c", script.format(*fds), BIN / "hello", f"--listen={listen}",
                                           pass_fds=fds)
                self.assertEqual(said, ", ".join(f"http://127.0.0.1:{port}" for port in expected))
                self.hello_on(early)
                self.stop(process)

    def test_a_socket_that_is_inherited_twice_is_one_line(self):
        with socket.create_server(("127.0.0.1", 0)) as shared:
            fd = shared.fileno()
            run = subprocess.run([BIN / "hello", f"--listen=fd:{fd}", f"--listen=fd:{fd}"], pass_fds=[fd],
                                 capture_output=True, text=True, timeout=30)
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stderr, f"weft: --listen: cannot listen on fd:{fd}: it is given twice\n")

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
