#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::fuzz {

/// A request or an answer as a reader understood it; what its reader does not tell stays empty.
struct message {
  enum class outcome { complete, refused, incomplete };
  using field = std::pair<std::string, std::string>;

  outcome how = outcome::incomplete;
  bool has_head = false;
  std::string method;
  std::string target;
  std::string path;
  std::string query;
  std::string host;
  int status = 0;
  std::string phrase;
  int minor_version = 1;
  bool keep_alive = false;
  std::vector<field> headers;
  std::string body;
  std::vector<field> trailers;
  std::string refusal;    ///< of a refused one: "400 host"
  std::size_t begin = 0;  ///< where its bytes begin; empty lines before a request are some of them
  std::size_t end = 0;    ///< and where they end, of a complete one
  /// What else the reader told of it, in words.
  std::string notes;
};

/// In lines, for a comparison that shows what is different.
std::string describe(const message& of);
std::string describe(const std::vector<message>& all);

}  // namespace weft::fuzz
