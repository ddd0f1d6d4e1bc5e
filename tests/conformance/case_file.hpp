#pragma once

#include <weft/http/limits.hpp>

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// The cases of tests/conformance, read from text. README.md describes the format.

namespace weft::conformance {

/// What the server does with one message of a case.
struct outcome {
  enum class kind {
    answered,    ///< a handler got it
    refused,     ///< answered by the connection itself, which then ends
    incomplete,  ///< no answer: the bytes end inside the message
  };

  kind what = kind::answered;
  std::vector<unsigned> statuses;    ///< any of them
  std::vector<std::string> reasons;  ///< of a refusal, as http_rejected_total has them: any of them
  bool keeps_alive = false;
  bool has_body = true;       ///< false: the answer ends with its head, whatever its length says
  bool may_continue = false;  ///< "100 Continue" may stand before the answer
  std::vector<std::string> seen;     ///< lines that describe() of the request has
  std::vector<std::string> unseen;   ///< and must not have
  std::vector<std::string> fields;   ///< "Name: value" that the answer has
  std::vector<std::string> missing;  ///< names of headers that it must not have
  std::size_t line = 0;
};

struct test_case {
  std::string id;
  std::string rfc;  ///< "9112 3.2"
  std::string why;
  std::string file;
  std::size_t line = 0;
  http_limits limits;
  std::vector<std::string> allowed_hosts;
  std::string server_text;  ///< of the last two; equal for cases that one server can serve
  std::string bytes;
  std::vector<outcome> outcomes;

  bool keeps_alive() const { return outcomes.back().keeps_alive; }
  bool is_incomplete() const { return outcomes.back().what == outcome::kind::incomplete; }
  /// "request_line.cases:12: id", the start of every complaint about it.
  std::string place() const { return file + ':' + std::to_string(line) + ": " + id; }
};

/// "FILE:LINE: what is wrong".
class broken_case_file : public std::runtime_error {
public:
  broken_case_file(std::string_view file, std::size_t line, std::string_view what);
};

/// @param file  its name, for messages  @throws broken_case_file
std::vector<test_case> read_cases(std::string_view text, std::string_view file);

/// Every case of the folder's *.cases files. @throws broken_case_file, also for an id used twice
std::vector<test_case> read_folder(const std::filesystem::path& folder);

/// The cases of this suite.
const std::vector<test_case>& all_cases();

}  // namespace weft::conformance
