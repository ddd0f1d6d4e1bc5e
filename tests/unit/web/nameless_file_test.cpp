#include "web/nameless_file.hpp"

#include "unit/web/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

using weft::detail::nameless_file;

using maker = weft::result<nameless_file> (*)(const std::string& folder);

/// With a name that is hidden, and without where the file system can.
constexpr std::array<maker, 2> makers = {&nameless_file::create, &nameless_file::create_hidden};

TEST_CASE("a file gets its name when it is published, and takes no other's") {
  for (const auto make : makers) {
    const temporary_folder folder;
    {
      auto file = make(folder.path()).value();
      CHECK_FALSE(file.write("first "));
      CHECK_FALSE(file.write("second"));
      CHECK(folder.text_of("file").empty());
      CHECK_FALSE(file.publish(folder.path() + "/file"));
    }
    CHECK(folder.text_of("file") == "first second");
    CHECK(folder.count() == 1);
    auto other = make(folder.path()).value();
    CHECK_FALSE(other.write("other"));
    CHECK(other.publish(folder.path() + "/file") == std::errc::file_exists);
    CHECK(other.publish(folder.path() + "/no/file") == std::errc::no_such_file_or_directory);
    CHECK(folder.text_of("file") == "first second");
  }
}

TEST_CASE("a file that is not published leaves nothing") {
  for (const auto make : makers) {
    const temporary_folder folder;
    {
      auto file = make(folder.path()).value();
      CHECK_FALSE(file.write("text"));
      auto moved = std::move(file);
      CHECK(folder.open_files() == 1);
    }
    CHECK(folder.open_files() == 0);
    CHECK(folder.count() == 0);
  }
}

TEST_CASE("a file that renounced its name can be read and is not to be found") {
  for (const auto make : makers) {
    const temporary_folder folder;
    auto file = make(folder.path()).value();
    file.renounce_name();
    CHECK(folder.count() == 0);
    CHECK_FALSE(file.write("0123456789"));
    std::array<char, 4> piece{};
    CHECK(file.read_at(2, piece).value() == 4);
    CHECK(std::string_view(piece.data(), 4) == "2345");
    CHECK(file.read_at(8, piece).value() == 2);
    CHECK(file.read_at(10, piece).value() == 0);
  }
}

TEST_CASE("a folder that is not there has no files") {
  for (const auto make : makers)
    CHECK(make("/nowhere/at/all").error() == std::errc::no_such_file_or_directory);
}

}  // namespace
