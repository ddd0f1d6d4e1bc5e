#include "web/listening.hpp"

#include <string_view>

namespace weft::detail {
namespace {

// The codes of the resolver, which belong to no condition and to no std::errc.
bool is_unknown_host(const std::error_code& error) {
  return std::string_view(error.category().name()) == "asio.netdb";
}

std::string why_no_port(const endpoint& at, const std::error_code& error) {
  if (error == std::errc::address_in_use) return "the port is taken";
  if (error == std::errc::permission_denied) return "this user may not have the port";
  if (error == std::errc::address_not_available) return "this machine has no address " + at.host;
  if (is_unknown_host(error)) return "there is no host \"" + at.host + '"';
  return error.message();
}

std::string why_no_file(const std::error_code& error) {
  if (error == std::errc::address_in_use) return "it is in use, a server answers there";
  if (error == std::errc::file_exists) return "there is a file that is no socket";
  if (error == std::errc::filename_too_long) return "the path is longer than 107 bytes";
  if (error == std::errc::no_such_file_or_directory) return "there is no such folder";
  if (error == std::errc::not_a_directory) return "a part of the path is no folder";
  if (error == std::errc::permission_denied) return "this user may not make it";
  return error.message();
}

std::string why_no_descriptor(const std::error_code& error) {
  if (error == std::errc::bad_file_descriptor) return "no such descriptor is open";
  if (error == std::errc::address_in_use) return "it is given twice";
  if (error == std::errc::not_a_socket) return "it is no socket";
  if (error == std::errc::not_supported) return "it is neither a TCP nor a Unix stream socket";
  if (error == std::errc::invalid_argument) return "it is a socket that does not listen";
  return error.message();
}

}  // namespace

result<std::vector<listen_address>> listen_addresses(const run_options& options,
                                                     std::string& wrong) {
  std::vector<listen_address> all;
  for (const std::string& text : options.listen) {
    auto some = parse_listen_address(text);
    if (!some) {
      wrong = text;
      return some.error();
    }
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

std::string why_not(const listen_address& at, const std::error_code& error) {
  if (at.descriptor) return why_no_descriptor(error);
  return at.at.is_unix() ? why_no_file(error) : why_no_port(at.at, error);
}

std::string why_not(const std::string& text, const std::error_code& error) {
  if (error == condition::closed) {
    return "\"" + text +
           "\": no such socket was handed over to this process (LISTEN_PID, "
           "LISTEN_FDS, LISTEN_FDNAMES)";
  }
  return "\"" + text + "\" is not HOST:PORT, unix:PATH, fd:NUMBER or inherited[:NAME]";
}

std::string addresses_text(const std::vector<endpoint>& all) {
  std::string text;
  for (const endpoint& at : all) {
    if (!text.empty()) text += ", ";
    text += (at.is_unix() ? "" : "http://") + to_string(at);
  }
  return text;
}

}  // namespace weft::detail
