#pragma once

#include <string_view>

namespace weft {

/// Whether what a client has sent is the secret: a key, a token.
///
/// How long it takes says nothing about how much of it was right. An empty secret is nobody's.
/// Passwords are no secrets to compare: what is stored of them is a hash.
bool equal_secrets(std::string_view sent, std::string_view secret) noexcept;

}  // namespace weft
