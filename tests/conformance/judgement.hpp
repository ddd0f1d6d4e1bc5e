#pragma once

#include "case_file.hpp"
#include "parser_path.hpp"

#include <cstddef>
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

/// What a server has counted when it has served cases.
struct expected_counts {
  std::size_t connections = 0;
  std::size_t handled = 0;
  std::map<std::string, std::size_t> rejected;

  void add(const test_case& c);
};

}  // namespace weft::conformance
