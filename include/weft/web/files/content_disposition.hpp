#pragma once

#include <string>
#include <string_view>

namespace weft {

/// What a browser does with a file: save it, or show it under that name.
enum class disposition { attachment, inline_ };

/// The value of a Content-Disposition field: `attachment; filename="plan.pdf"`.
///
/// A name that is not plain ASCII goes in full in `filename*`, and with '_' for what is not plain
/// in `filename`, for clients that are older than RFC 6266.
/// @param file_name  UTF-8
/// @throws std::invalid_argument  it is empty, no UTF-8, or has a slash, a backslash or a control
///                                byte: a name that says where to save is an attack
/// @source RFC 6266, RFC 8187
std::string content_disposition(disposition how, std::string_view file_name);

}  // namespace weft
