#pragma once

#include <string>
#include <vector>

namespace lab {

/// Asks a server for every kind of answer and compares each with what this program computes itself.
///
/// @param endpoint  "127.0.0.1:40001"
/// @param name      of the server, for the messages
/// @return a line for each wrong answer
std::vector<std::string> check_answers(const std::string& endpoint, const std::string& name);

}  // namespace lab
