#include <weft/base/error.hpp>

namespace weft {
namespace {

class condition_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "weft"; }

  std::string message(int value) const override {
    switch (static_cast<condition>(value)) {
      case condition::eof: return "end of stream";
      case condition::canceled: return "the operation was cancelled";
      case condition::timed_out: return "the deadline passed";
      case condition::limit_exceeded: return "a limit was exceeded";
      case condition::refused: return "refused";
      case condition::closed: return "already closed";
      case condition::bad_input: return "malformed input";
    }
    return "unknown condition";
  }

  // A system error means the same to a caller as the condition it stands for.
  bool equivalent(const std::error_code& code, int value) const noexcept override {
    if (code.category() == *this) return code.value() == value;
    switch (static_cast<condition>(value)) {
      case condition::canceled: return code == std::errc::operation_canceled;
      case condition::timed_out: return code == std::errc::timed_out;
      case condition::refused:
        return code == std::errc::connection_refused || code == std::errc::address_in_use ||
               code == std::errc::permission_denied;
      case condition::closed:
        return code == std::errc::bad_file_descriptor || code == std::errc::not_connected;
      default: return false;
    }
  }
};

const condition_category& category() noexcept {
  static const condition_category instance;
  return instance;
}

}  // namespace

std::error_code make_error_code(condition c) noexcept { return {static_cast<int>(c), category()}; }

std::error_condition make_error_condition(condition c) noexcept {
  return {static_cast<int>(c), category()};
}

bool operator==(const std::error_code& code, condition c) noexcept {
  return code == make_error_condition(c);
}

}  // namespace weft
