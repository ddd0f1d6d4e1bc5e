#pragma once

#include <weft/base/error.hpp>
#include <weft/net/listen_address.hpp>
#include <weft/web/app.hpp>

#include <string>
#include <system_error>
#include <vector>

namespace weft::detail {

/// Where the options say that an app listens.
/// @param wrong  where that fails: the text of the options that says no address
result<std::vector<listen_address>> listen_addresses(const run_options& options,
                                                     std::string& wrong);

/// What a person is told who gave an address that cannot be listened on, without a full stop.
std::string why_not(const listen_address& at, const std::error_code& error);
/// The same where the text itself gave none.
std::string why_not(const std::string& text, const std::error_code& error);

/// "http://127.0.0.1:8080, unix:/run/app.sock"
std::string addresses_text(const std::vector<endpoint>& all);

}  // namespace weft::detail
