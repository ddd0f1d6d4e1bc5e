#pragma once

#include <string_view>

namespace lab {

// The files beside this one, built into the program (embed_files.cmake).
std::string_view items_json();
std::string_view order_json();
std::string_view order_reply_json();

}  // namespace lab
