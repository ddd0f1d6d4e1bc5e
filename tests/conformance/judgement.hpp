#pragma once

#include "case_file.hpp"
#include "parser_path.hpp"

#include <weft/http/metrics.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weft::conformance {

/// A request that is answered as itself or not at all: what came before it left nothing behind that
/// turned it into something else. It follows every case but the incomplete ones.
inline constexpr std::string_view canary =
    "GET /canary HTTP/1.1\r\nHost: canary\r\nConnection: close\r\n\r\n";

/// A case's bytes with the canary.
std::string bytes_to_send(const test_case& c);

/// What is wrong with all that a server sent on a connection that brought these bytes.
///
/// @return one sentence a fault, with the case's place; nothing where all is as the case says
std::vector<std::string> faults_of_wire(const test_case& c, std::string_view wire);

/// The same for what a parser made of them.
std::vector<std::string> faults_of_parse(const test_case& c,
                                         const std::vector<parsed_message>& messages);

/// What servers count while they serve cases.
class expected_counts {
public:
  /// @param wire  all that came back for it
  void add(const test_case& c, std::string_view wire);

  /// @param handled  calls that the handler saw
  std::vector<std::string> faults_of(const http_metrics& counted, std::size_t handled) const;

private:
  std::uint64_t connections_ = 0;
  std::uint64_t handled_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t bytes_ = 0;
  std::map<std::string, std::uint64_t> reasons_;  // where a case allows one alone
};

}  // namespace weft::conformance
