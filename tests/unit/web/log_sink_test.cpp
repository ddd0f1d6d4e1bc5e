#include "unit/web/support/temporary_folder.hpp"
#include "web/line_writer.hpp"

#include <weft/web/log_sink.hpp>

#include <catch2/catch_test_macros.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using weft::detail::line_writer;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A pipe; what nobody has read stays in it.
class pipe_ends {
public:
  pipe_ends() { REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0); }
  ~pipe_ends() {
    close_reader();
    ::close(ends_[1]);
  }
  int writer() const { return ends_[1]; }
  int reader() const { return ends_[0]; }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  /// Waits for a line. @return it without its end
  std::string next_line() const {
    std::string line;
    for (char c = 0; ::read(ends_[0], &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

private:
  std::array<int, 2> ends_{};
};

}  // namespace

TEST_CASE("lines of several threads are appended to a file, each whole") {
  const temporary_folder folder;
  const std::string path = folder.path() + "/access.log";
  std::ofstream(path) << "before\n";
  constexpr int threads = 4;
  constexpr int lines = 200;
  {
    // [file]
    const std::shared_ptr<weft::log_sink> log = weft::log_to_file(path);
    log->write("hello\n");
    // [/file]
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t)
      writers.emplace_back([&, t] {
        for (int i = 0; i < lines; ++i)
          log->write("thread " + std::to_string(t) + " line " + std::to_string(i) + '\n');
      });
    for (auto& one : writers) one.join();
  }
  std::ifstream file(path);
  std::multiset<std::string> seen;
  for (std::string line; std::getline(file, line);) seen.insert(line);
  CHECK(seen.size() == 2 + threads * lines);
  CHECK(seen.count("before") == 1);
  CHECK(seen.count("hello") == 1);
  for (int t = 0; t < threads; ++t)
    for (int i = 0; i < lines; ++i)
      CHECK(seen.count("thread " + std::to_string(t) + " line " + std::to_string(i)) == 1);
}

TEST_CASE("a file that cannot be opened is told at once") {
  CHECK_THROWS_AS(weft::log_to_file("/no/such/folder/access.log"), std::system_error);
}

TEST_CASE("a reader that takes nothing holds nobody up, and is told later what it missed") {
  pipe_ends pipe;
  constexpr int written = 1000;  // a pipe takes 64 of them
  line_writer log(pipe.writer(), line_writer::ownership::borrowed, 8 * 1024);
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < written; ++i) log.write(std::string(1023, 'x') + '\n');
  CHECK(std::chrono::steady_clock::now() - begun < 2s);
  int whole = 0;
  int missed = 0;
  while (whole + missed < written) {
    const auto line = pipe.next_line();
    const std::string_view report = "{\"dropped_lines\":";
    if (line.starts_with(report)) missed += std::stoi(line.substr(report.size()));
    else if (line == std::string(1023, 'x')) ++whole;
    else FAIL("a line that was not written: " << line);
  }
  CHECK(whole + missed == written);
  CHECK(whole >= 8);
}

TEST_CASE("a log ends within its time though its reader takes nothing") {
  pipe_ends pipe;
  const auto begun = std::chrono::steady_clock::now();
  {
    line_writer log(pipe.writer(), line_writer::ownership::borrowed, 256 * 1024);
    for (int i = 0; i < 200; ++i) log.write(std::string(1023, 'x') + '\n');
  }
  CHECK(std::chrono::steady_clock::now() - begun < 10s);
}

TEST_CASE("a reader that has gone ends neither the log nor the program") {
  pipe_ends pipe;
  const auto begun = std::chrono::steady_clock::now();
  {
    line_writer log(pipe.writer(), line_writer::ownership::borrowed, 4096);
    pipe.close_reader();
    for (int i = 0; i < 100; ++i) log.write("line\n");
  }
  CHECK(std::chrono::steady_clock::now() - begun < 10s);
}

TEST_CASE("a line that is longer than the room is left out alone") {
  const temporary_folder folder;
  const std::string path = folder.path() + "/log";
  {
    const auto log = weft::log_to_file(path, 64);
    log->write(std::string(64, 'y') + '\n');
    log->write("short\n");
  }
  const std::string report = "{\"dropped_lines\":1}\n";
  const auto text = content_of(path);
  CHECK((text == "short\n" + report || text == report + "short\n"));
}
