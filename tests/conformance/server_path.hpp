#pragma once

#include "case_file.hpp"

#include <weft/runtime/model.hpp>

#include <string>
#include <vector>

namespace weft::conformance {

/// A case on its way to a server, on a connection of its own.
struct delivery {
  const test_case* which = nullptr;
  std::vector<std::string> pieces;  ///< each is read by the server before the next one is sent
  std::string received;             ///< all that came back
};

delivery whole(const test_case& c);
delivery byte_by_byte(const test_case& c);
/// Two pieces, for every place to cut the case's own bytes.
std::vector<delivery> two_way_splits(const test_case& c);

/// Brings them to http_servers in this process, one for each set of limits, over TCP.
///
/// @return one sentence a fault: answers, and what the servers counted
std::vector<std::string> faults_of_server(const model& m, std::vector<delivery> deliveries);

}  // namespace weft::conformance
