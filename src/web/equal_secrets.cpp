#include <weft/web/equal_secrets.hpp>

#include <cstddef>

namespace weft {

// All that was sent is looked at, whatever came before. Without volatile a compiler may see that
// the first difference decides.
bool equal_secrets(std::string_view sent, std::string_view secret) noexcept {
  if (secret.empty()) return false;
  volatile unsigned differences = sent.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto a = static_cast<unsigned char>(sent[i]);
    const auto b = static_cast<unsigned char>(secret[i % secret.size()]);
    differences = differences | (static_cast<unsigned>(a) ^ b);
  }
  return differences == 0;
}

}  // namespace weft
