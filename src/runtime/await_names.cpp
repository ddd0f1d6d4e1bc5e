#include "await_names.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace weft::detail {
namespace {

std::string demangled(const std::string& mangled) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 && name != nullptr ? std::string(name.get()) : mangled;
}

// g++ 12: "void f(f(int)::_Z1fi.Frame*)" for the body of "weft::task<> f(int)".
std::string coroutine_name(std::string_view function) {
  const auto end = function.rfind(".Frame*)");
  const auto begin = function.rfind("::_Z", end);
  if (end == std::string_view::npos || begin == std::string_view::npos) {
    return std::string(function);
  }
  return demangled(std::string(function.substr(begin + 2, end - begin - 2)));
}

}  // namespace

await_place to_place(const std::source_location& at) {
  return {at.file_name(), static_cast<unsigned>(at.line()), coroutine_name(at.function_name())};
}

}  // namespace weft::detail
