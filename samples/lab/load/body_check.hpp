#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lab {

/// Compares every answer's body with the first one of its kind, byte by byte, in pieces.
class body_check {
public:
  /// Until then, pieces are kept as the reference.
  void close_reference() { has_reference_ = true; }
  bool has_reference() const { return has_reference_; }
  const std::string& reference() const { return reference_; }

  /// @param offset  where the piece stands in its body
  /// @return whether it is what the reference has there
  bool accept(std::size_t offset, std::string_view piece) {
    if (!has_reference_) {
      reference_.append(piece);
      return true;
    }
    return offset + piece.size() <= reference_.size() &&
           std::string_view(reference_).substr(offset, piece.size()) == piece;
  }

private:
  bool has_reference_ = false;
  std::string reference_;
};

}  // namespace lab
