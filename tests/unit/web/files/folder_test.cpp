#include "web/files/folder.hpp"
#include "unit/web/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

using weft::detail::folder;
using weft::detail::links;
using weft::file;
using weft::file_status;
using weft::result;

namespace {

/// root/ with files, links out and in, a pipe; and a secret beside it.
class tree {
public:
  tree() {
    std::filesystem::create_directories(root() + "/sub/deep");
    put("secret", "secret");
    put("root/a.txt", "a");
    put("root/sub/b.txt", "b");
    put("root/sub/deep/c.txt", "c");
    link("../secret", "root/out");
    link(all_.path() + "/secret", "root/out_absolute");
    link("../..", "root/sub/up");
    link("sub/b.txt", "root/in");
    link("sub", "root/in_folder");
    link("self", "root/self");
    link("/proc/self/root", "root/magic");
    if (::mkfifo((root() + "/pipe").c_str(), 0600) != 0) throw std::runtime_error("no pipe");
  }
  std::string root() const { return all_.path() + "/root"; }
  std::string path() const { return all_.path(); }
  long open_files() const { return all_.open_files(); }

private:
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(all_.path() + '/' + name) << text;
  }
  void link(const std::string& target, const std::string& name) const {
    std::filesystem::create_symlink(target, all_.path() + '/' + name);
  }

  temporary_folder all_;
};

std::string text_of(const result<file>& opened) {
  if (!opened) return opened.error() == std::errc::no_such_file_or_directory ? "absent" : "refused";
  const auto status = opened->status();
  if (status->kind == file_status::type::folder) return "folder";
  if (status->kind == file_status::type::other) return "other";
  std::string text(static_cast<std::size_t>(status->size), '\0');
  const auto got = opened->read_at(0, text);
  return got && *got == text.size() ? text : "unreadable";
}

}  // namespace

TEST_CASE("a folder opens what is beneath it, by the system's call and name by name") {
  const tree files;
  for (const bool walks : {false, true}) {
    INFO("walks: " << walks);
    auto opened = folder::open(files.root(), links::refused);
    REQUIRE(opened.has_value());
    if (walks) opened->walk_always();
    CHECK(text_of(opened->open_beneath("a.txt")) == "a");
    CHECK(text_of(opened->open_beneath("sub/deep/c.txt")) == "c");
    CHECK(text_of(opened->open_beneath("sub")) == "folder");
    CHECK(text_of(opened->open_beneath("nothing")) == "absent");
    CHECK(text_of(opened->open_beneath("sub/nothing/x")) == "absent");
    CHECK(text_of(opened->open_beneath("a.txt/x")) == "refused");
    CHECK(text_of(opened->open_beneath("pipe")) == "other");  // and did not wait for a writer
    CHECK(text_of(opened->open_beneath(std::string(300, 'x'))) == "refused");
  }
}

TEST_CASE("no link leads out of a folder, nor in") {
  const tree files;
  for (const bool walks : {false, true}) {
    INFO("walks: " << walks);
    auto opened = folder::open(files.root(), links::refused);
    REQUIRE(opened.has_value());
    if (walks) opened->walk_always();
    for (const std::string name : {"out", "out_absolute", "sub/up", "sub/up/secret", "in",
                                   "in_folder/b.txt", "self", "magic", "magic/etc/passwd"}) {
      INFO(name);
      CHECK(text_of(opened->open_beneath(name)) == "refused");
      CHECK_FALSE(opened->try_open_beneath(name).has_value());
    }
  }
}

TEST_CASE("links that stay inside are followed where that is wished, and no others") {
  const tree files;
  auto opened = folder::open(files.root(), links::inside);
  REQUIRE(opened.has_value());
  CHECK(text_of(opened->open_beneath("in")) == "b");
  CHECK(text_of(opened->open_beneath("in_folder/b.txt")) == "b");
  for (const std::string name :
       {"out", "out_absolute", "sub/up", "sub/up/secret", "self", "magic", "magic/etc/passwd",
        "../secret", "sub/../../secret", "/etc/passwd"}) {
    INFO(name);
    CHECK(text_of(opened->open_beneath(name)) == "refused");
  }
}

TEST_CASE("a folder may be a link itself, has to be there, and keeps nothing open") {
  const tree files;
  std::filesystem::create_directory_symlink("root", files.path() + "/link");
  {
    const auto opened = folder::open(files.path() + "/link", links::refused);
    REQUIRE(opened.has_value());
    CHECK(text_of(opened->open_beneath("a.txt")) == "a");
  }
  CHECK_FALSE(folder::open(files.path() + "/nothing", links::refused).has_value());
  CHECK_FALSE(folder::open(files.path() + "/secret", links::refused).has_value());
  CHECK(files.open_files() == 0);
}

TEST_CASE("what is in the system's cache opens without waiting") {
  const tree files;
  const auto opened = folder::open(files.root(), links::refused);
  REQUIRE(opened.has_value());
  REQUIRE(text_of(opened->open_beneath("sub/b.txt")) == "b");
  const auto at_once = opened->try_open_beneath("sub/b.txt");
  // Where the kernel has no RESOLVE_CACHED it always asks to be called again.
  CHECK((at_once.has_value() ? text_of(at_once) : "b") == "b");
  const bool is_refused = !at_once && at_once.error() == weft::condition::refused;
  CHECK((at_once.has_value() || is_refused));
}
