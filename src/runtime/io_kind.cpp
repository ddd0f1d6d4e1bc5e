#include <weft/runtime/io_kind.hpp>

namespace weft {
namespace {

#ifdef __linux__
constexpr bool has_direct = true;
#else
constexpr bool has_direct = false;
#endif

}  // namespace

std::string_view name_of(io_kind kind) noexcept {
  switch (kind) {
    case io_kind::automatic: return "automatic";
    case io_kind::portable: return "portable";
    case io_kind::direct: return "direct";
  }
  return "";
}

result<io_kind> parse_io_kind(std::string_view name) {
  if (name == "automatic") return io_kind::automatic;
  if (name == "portable") return io_kind::portable;
  if (has_direct && name == "direct") return io_kind::direct;
  return make_error_code(condition::bad_input);
}

std::string_view io_kind_names() noexcept {
  return has_direct ? "automatic, portable, direct" : "automatic, portable";
}

}  // namespace weft
