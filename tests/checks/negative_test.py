#!/usr/bin/env python3
"""Each check finds a planted violation, and nothing in the same tree without it.

usage: negative_test.py COMPILER [unittest argument...]
"""

import sys
import tempfile
import unittest
from pathlib import Path

import awaitables
import awaiters
import comments
import corpora
import coroutines
import documents
import headers
import layers
import words

COMPILER = "c++"


class Tree(unittest.TestCase):
    """A small correct project in a folder of its own, for one violation at a time."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve() / "project"
        self.write("dev", "#!/bin/sh\necho '  build  compile it'\n").chmod(0o755)
        self.write("README.md", "```sh\n./dev build\n```\n[licence](LICENSE)\n")
        self.write("LICENSE", "free\n")
        self.write("include/weft/base/error.hpp", "#pragma once\n#include <string>\n")
        self.write("include/weft/net/stream.hpp", "#pragma once\n#include <weft/base/error.hpp>\n")
        self.write("src/net/socket.hpp", "#include <boost/asio/buffer.hpp>\n#include <unistd.h>\n")
        self.write("src/net/stream.cpp", '#include <weft/net/stream.hpp>\n#include "socket.hpp"\n')
        self.write("src/http/request_parser.cpp", "#include <weft/base/error.hpp>\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def expect_one(self, found, words_of_it):
        found = list(found)
        self.assertEqual(len(found), 1, found)
        self.assertIn(words_of_it, found[0])


class Layers(Tree):
    def planted(self, name, text, complaint):
        self.write(name, text)
        self.expect_one(layers.violations(self.root), complaint)

    def test_a_correct_tree_has_no_violation(self):
        self.assertEqual(list(layers.violations(self.root)), [])

    def test_a_lower_layer_must_not_include_a_higher_one(self):
        self.planted("include/weft/base/bad.hpp", "#include <weft/net/stream.hpp>\n", "not below it")

    def test_a_source_must_not_include_a_higher_layer(self):
        self.planted("src/net/bad.cpp", "  #  include <weft/web/app.hpp>\n", "not below it")

    def test_no_layer_includes_testing(self):
        self.planted("src/web/bad.cpp", "#include <weft/testing/clock.hpp>\n", "not below it")

    def test_a_private_header_of_another_layer_stays_private(self):
        self.planted("src/http/bad.cpp", '#include "net/socket.hpp"\n', "no private header of http")

    def test_a_relative_path_does_not_get_round_it(self):
        self.planted("src/http/bad.cpp", '#include "../net/socket.hpp"\n', "no private header")

    def test_a_public_header_includes_no_private_one(self):
        self.planted("include/weft/net/bad.hpp", '#include "socket.hpp"\n', "public header")

    def test_a_public_header_includes_no_system_header(self):
        self.planted("include/weft/net/bad.hpp", "#include <sys/socket.h>\n", "of the system")

    def test_asio_stays_behind_its_door(self):
        self.planted("include/weft/net/bad.hpp", "#include <boost/asio.hpp>\n", "another door")

    def test_asio_stays_out_of_http(self):
        self.planted("src/http/bad.cpp", "#include <boost/asio/read.hpp>\n", "another door")

    def test_json_stays_out_of_the_router(self):
        self.planted("src/web/route_tree.cpp", "#include <boost/json/value.hpp>\n", "another door")

    def test_an_unlisted_third_party_is_named(self):
        self.planted("src/web/bad.cpp", "#include <boost/beast/http.hpp>\n", "without a door")

    def test_the_parser_does_no_io(self):
        self.planted("src/http/request_parser.cpp", "#include <weft/net/stream.hpp>\n", "does no I/O")

    def test_a_folder_that_is_no_layer_is_named(self):
        self.planted("src/utils/bad.cpp", "\n", "in no layer")


class Headers(Tree):
    def found(self):
        return headers.violations(self.root, self.root / "build", COMPILER, [])

    def test_correct_headers_compile_alone(self):
        self.assertEqual(self.found(), [])

    def test_a_header_that_needs_another_first_is_named(self):
        self.write("include/weft/base/bad.hpp", "#pragma once\ninline std::string text;\n")
        self.expect_one(self.found(), "weft/base/bad.hpp")

    def test_a_header_without_a_guard_is_named(self):
        self.write("include/weft/base/bad.hpp", "struct twice {};\n")
        self.expect_one(self.found(), "weft/base/bad.hpp")

    def test_a_warning_in_a_header_is_named(self):
        text = "#pragma once\ninline char narrow(int wide) { return wide; }\n"
        self.write("include/weft/base/bad.hpp", text)
        self.expect_one(self.found(), "weft/base/bad.hpp")


class Awaiters(Tree):
    RIGHT = "bool await_suspend(detail::suspension h) { return suspend(h.task()); }\n"

    def planted(self, text, complaint):
        self.write("include/weft/net/good.hpp", "#pragma once\n" + self.RIGHT)
        self.write("src/net/bad.cpp", "\n" + text)
        self.expect_one(awaiters.violations(self.root), complaint)

    def test_who_takes_a_suspension_is_right(self):
        for text in (self.RIGHT, "bool inner::await_suspend(const suspension& h) {}\n",
                     "// await_suspend(std::coroutine_handle<>) is not for us\n",
                     "/* await_suspend(\nstd::coroutine_handle<>) */\n",
                     "bool f() { return inner_.await_suspend(h) || it->await_suspend(h); }\n"):
            with self.subTest(text):
                self.write("src/net/good.cpp", text)
                self.assertEqual(list(awaiters.violations(self.root)), [])

    def test_a_plain_handle_is_named(self):
        self.planted("void await_suspend(std::coroutine_handle<> h) const;\n", "src/net/bad.cpp:2")

    def test_a_handle_on_the_next_line_is_named(self):
        self.planted("void await_suspend(\n    std::coroutine_handle<> h);\n", "src/net/bad.cpp:2")

    def test_a_handle_of_any_promise_is_named(self):
        self.planted("template <class P>\nvoid await_suspend(std::coroutine_handle<P> h);\n",
                     "coroutine_handle<P> h")

    def test_a_definition_outside_of_its_class_is_named(self):
        self.planted("bool socket_wait::await_suspend(detail::task_handle h) {}\n", "task_handle h")

    def test_what_is_exempt_in_one_file_is_named_in_another(self):
        text = "void await_suspend(std::coroutine_handle<Promise> ended) const noexcept {}\n"
        self.write("include/weft/runtime/task.hpp", "#pragma once\n" + text)
        self.planted(text, "src/net/bad.cpp:2")


class Comments(Tree):
    RIGHT = ("/// Waits.\n///\n///     co_await it;\n/// Completes   when it has ended, and what\n"
             "///             it started has too\n/// @return  what it\n///          returns\n")

    def planted(self, text, complaint):
        self.write("include/weft/net/bad.hpp", text)
        self.expect_one(comments.violations(self.root), complaint)

    def test_parts_on_lines_of_their_own_are_right(self):
        self.write("include/weft/net/good.hpp", self.RIGHT)
        self.assertEqual(list(comments.violations(self.root)), [])

    def test_a_stray_word_is_named(self):
        self.planted("/// @throws  what is thrown\n/// where\n///          it ends\n", "bad.hpp:3")

    def test_a_part_within_a_sentence_is_named(self):
        self.planted("/// Waits for all. Completes   when it has\n", "bad.hpp:1")

    def test_a_wide_comment_is_named(self):
        self.planted("  // " + 24 * "wide" + "\n", "101 columns")


class Awaitables(Tree):
    HEADER = """#pragma once
        namespace detail {
        task<> hidden();
        }
        /// What recv() returns; awaited at once.
        class recv_awaiter {};
        /// A flag.
        class flag {
        public:
          /// Waits until it is set.
          ///
          /// Cancel   nothing is lost
          template <class T>
          recv_awaiter wait() noexcept { return {}; }
          void set();

        private:
          task<> unseen();
        };
        """
    MATRIX = "".join(["awaitable: flag::wait\n"] +
                     [f"  {way}: it is set\n" for way in awaitables.WAYS[:-1]] +
                     ["  raced: none, nobody else sets it\n"])

    def setUp(self):
        super().setUp()
        self.write("include/weft/runtime/flag.hpp", self.laid_out(self.HEADER))
        self.write("tests/unit/awaitables.txt", self.MATRIX)
        self.write("tests/unit/flag_test.cpp", 'TEST_CASE(\n    "it "\n    "is set") {}\n')

    def laid_out(self, text):
        return text.replace("\n        ", "\n")

    def planted(self, complaint, header="", matrix=""):
        self.write("include/weft/runtime/more.hpp", "#pragma once\n" + self.laid_out(header))
        self.write("tests/unit/awaitables.txt", self.MATRIX + matrix)
        self.expect_one(awaitables.violations(self.root), complaint)

    def test_a_correct_tree_has_no_violation(self):
        self.assertEqual(list(awaitables.violations(self.root)), [])
        self.assertEqual([name for name, *_ in awaitables.awaitables(self.root)], ["flag::wait"])

    def test_an_awaitable_that_does_not_say_what_a_cancel_does_is_named(self):
        row = self.MATRIX.replace("flag::wait", "{}")
        for name, text in (("f", "/// Waits, says nothing of a Cancel.\ntask<int> f();\n"),
                           ("f", "/// Waits.\ntemplate <class T>\ntask<std::vector<T>> f(T a);\n"),
                           ("f", "/// Waits.\ntemplate <class T>\n  requires(true)\nauto f(T a) -> task<T> {\n"),
                           ("f", "join_result<T> f() {\n"),
                           ("g::f", "struct g {\n  /// Waits.\n  weft::read_awaiter f(int a) noexcept;\n};\n")):
            with self.subTest(text):
                self.planted(f"{name} does not say what a cancel does", text, row.format(name))

    def test_an_awaitable_that_is_not_in_the_matrix_is_named(self):
        self.planted("f is not in", "/// Waits.\n/// Cancel  ends it\ntask<> f();\n")

    def test_a_row_without_awaitable_is_named(self):
        self.planted("gone is no public awaitable", "", self.MATRIX.replace("flag::wait", "gone"))

    def test_a_way_without_a_test_is_named(self):
        text = self.MATRIX.replace("  ready: it is set\n", "").replace("flag::wait", "f")
        self.planted("f has no test of: ready", "/// Cancel  ends it\ntask<> f();\n", text)

    def test_a_test_that_does_not_exist_is_named(self):
        text = self.MATRIX.replace("suspended: it is set", "suspended: gone").replace("flag::wait", "f")
        self.planted("there is no test 'gone'", "/// Cancel  ends it\ntask<> f();\n", text)


class Coroutines(Tree):
    RIGHT = """
        task<int> f() {
          while (const auto value = co_await values.recv()) use(*value);
          if (auto taken = co_await take(); taken) co_return 1;
          for (int i = 0; i < 3; ++i) co_await step(i);
          if (sent) co_await linger();
          options named{.size = 1};
          co_await use(std::move(named), nothing({}), [&](auto& all) { all = {1, 2}; });
          const auto value = co_await take();
          co_return value ? *value : 0;  // not co_await use(options{1})
        }
        class made { public: explicit made(int v); bool await_suspend(suspension h); };
        class heir : base { public: using base::base; bool await_suspend(suspension h); };
        """

    def planted(self, text, complaint, name="src/net/bad.cpp"):
        self.write("include/weft/net/good.hpp", "#pragma once\n" + self.RIGHT)
        self.write(name, "\n" + text)
        self.expect_one(coroutines.violations(self.root), complaint)

    def test_the_safe_forms_have_no_violation(self):
        self.write("src/net/good.cpp", self.RIGHT)
        self.assertEqual(list(coroutines.violations(self.root)), [])

    def test_a_bare_co_await_in_a_condition_is_named(self):
        for text in ("if (co_await f()) co_return;", "while (!co_await f()) {}",
                     "do { g(); } while (co_await f());", "switch (co_await f()) {}",
                     "for (; co_await f();) {}", "if (x == co_await f()) g();",
                     "if (int x = 1; co_await f()) g();"):
            with self.subTest(text):
                self.planted(text, "src/net/bad.cpp:2")

    def test_an_aggregate_in_the_statement_is_named(self):
        for text in ("co_await f(options{1, 2});", "auto x = co_await f({.size = 1});",
                     "co_await f(1, {a, b});", "const both x{co_await f()};",
                     "co_return co_await f(g(options{a}));"):
            with self.subTest(text):
                self.planted(text, "name an aggregate")

    def test_an_owning_closure_in_the_statement_is_named(self):
        self.planted("co_await f([own = g()] { return own; });", "name a closure")

    def test_a_coroutine_lambda_that_is_called_at_once_is_named(self):
        self.planted("co_await [x]() -> task<> { co_return; }();", "is not called at once")

    def test_a_choice_between_awaits_is_named(self):
        self.planted("auto x = yes ? co_await f() : g();", "an if, not ?:")

    def test_an_awaiter_without_a_constructor_is_named(self):
        text = "struct wait {\n  int x;\n  bool await_suspend(suspension h);\n};\n"
        self.planted(text, "include/weft/net/bad.hpp:2: the awaiter wait", "include/weft/net/bad.hpp")

    def test_an_awaiter_in_another_class_is_named(self):
        text = "class event {\n public:\n  struct wait { bool await_suspend(suspension h); };\n  event();\n};\n"
        self.planted(text, "the awaiter wait has", "include/weft/net/bad.hpp")


class Words(Tree):
    def test_a_correct_tree_has_no_violation(self):
        self.assertEqual(list(words.violations(self.root)), [])

    def test_a_registry_host_is_named(self):
        self.write("docs/bad.md", "see https://" + "pypi" + ".org/project\n")
        self.expect_one(words.violations(self.root), "docs/bad.md:1")

    def test_a_path_of_one_machine_is_named(self):
        for path in ("/home" + "/ann/weft", "/work" + "/main", "/tmp" + "/b/x"):
            with self.subTest(path):
                self.write("src/base/bad.cpp", f"\n// {path}\n")
                self.expect_one(words.violations(self.root), "src/base/bad.cpp:2")


class Corpora(Tree):
    def setUp(self):
        super().setUp()
        self.write("tests/fuzz/CMakeLists.txt", "weft_fuzz_target(bytes DICTIONARY http)\n")
        self.write("tests/fuzz/corpus/bytes/hello", "hello")

    def test_a_correct_tree_has_no_violation(self):
        self.assertEqual(list(corpora.violations(self.root)), [])

    def test_a_large_corpus_is_named(self):
        self.write("tests/fuzz/corpus/bytes/large", "x" * corpora.MOST_BYTES)
        self.expect_one(corpora.violations(self.root), "more than")

    def test_a_target_without_inputs_is_named(self):
        self.write("tests/fuzz/CMakeLists.txt", "weft_fuzz_target(bytes DICTIONARY http)\nweft_fuzz_target(url)\n")
        self.expect_one(corpora.violations(self.root), "corpus/url")

    def test_inputs_without_a_target_are_named(self):
        self.write("tests/fuzz/corpus/gone/hello", "hello")
        self.expect_one(corpora.violations(self.root), "corpus/gone")


class Documents(Tree):
    def planted(self, text, complaint):
        self.write("docs/bad.md", text)
        self.expect_one(documents.violations(self.root), complaint)

    def test_a_correct_tree_has_no_violation(self):
        self.write("docs/tree.md", "```\nsrc/\n  net/     sockets\n    stream.cpp\nLICENSE\n```\n")
        self.assertEqual(list(documents.violations(self.root)), [])

    def test_a_drawn_tree_is_followed(self):
        self.planted("```\nsrc/\n├── net/\n│   ├── stream.cpp\n│   └── gone.cpp\n```\n",
                     "src/net/gone.cpp")

    def test_an_indented_tree_is_followed(self):
        self.planted("```text\nsrc/net/   sockets\n  gone.hpp   nothing\n```\n", "src/net/gone.hpp")

    def test_a_dead_link_is_named(self):
        self.planted("see [that](gone.md#part)\n", "gone.md")

    def test_an_unknown_command_is_named(self):
        self.planted("```sh\n./dev build && ./dev fly\n```\n", "./dev fly")

    def test_an_unknown_program_is_named(self):
        self.write("samples/hello/CMakeLists.txt", "weft_program(hello SOURCES main.cpp)\n")
        self.planted("```sh\nbuild/release/bin/hello\nbuild/dev/bin/fly 1\n```\n", "program fly")

    def test_a_missing_example_is_named(self):
        self.write("include/weft/net/stream.hpp", "/// @example tests/docs/gone.cpp:part\n")
        self.expect_one(documents.violations(self.root), "tests/docs/gone.cpp")

    def test_an_example_of_a_missing_region_is_named(self):
        self.write("tests/docs/guide.cpp", "// [one]\nint one = 1;\n// [/one]\n// [two]\nint two = 2;\n")
        for name in ("two", "three"):
            with self.subTest(name):
                self.write("include/weft/net/stream.hpp", f"/// @example tests/docs/guide.cpp:{name}\n")
                self.expect_one(documents.violations(self.root), f"// [{name}]")
        self.write("include/weft/net/stream.hpp", "/// @example tests/docs/guide.cpp:one\n")
        self.assertEqual(list(documents.violations(self.root)), [])

    def test_code_that_nothing_compiles_is_named(self):
        self.planted("Such as\n\n```cpp\nint one = 1;\n```\n", "int one = 1;")

    def test_a_header_that_is_in_no_index_is_named(self):
        self.write("include/weft/net.hpp", "#include <weft/net/stream.hpp>\n#include <weft/base/error.hpp>\n")
        self.write("docs/net.md", "`stream.hpp`: bytes\n")
        self.assertEqual(list(documents.violations(self.root)), [])
        self.write("docs/net.md", "bytes\n")
        self.expect_one(documents.violations(self.root), "stream.hpp")

    def test_a_quote_that_has_changed_is_named(self):
        self.write("tests/docs/guide.cpp", "// [one]\nint one = 1;\n// [/one]\n")
        self.planted("<!-- quotes tests/docs/guide.cpp:one -->\n```cpp\nint one = 2;\n```\n", "guide.cpp:one")

    def test_a_quote_from_nowhere_is_named(self):
        self.planted("<!-- quotes tests/docs/gone.cpp:one -->\n```cpp\nint one = 2;\n```\n", "gone.cpp:one")

    def test_a_quote_that_is_true_is_let_pass(self):
        self.write("tests/docs/guide.cpp", "// [one]\nint one = 1;\n// [/one]\n")
        self.write("docs/one.md", "<!-- quotes tests/docs/guide.cpp:one -->\n```cpp\nint one = 1;\n```\n")
        self.assertEqual(list(documents.violations(self.root)), [])


if __name__ == "__main__":
    COMPILER = sys.argv.pop(1)
    unittest.main()
