#pragma once

#include "web/json/layout.hpp"

#include <weft/web/context.hpp>
#include <weft/web/upload.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::detail {

/// Where named texts come from, and how their errors are told.
struct field_origin {
  http_status status;
  field_error::place in;
  /// As browsers fill forms in: a checked box is "on", and an input that is left empty is sent.
  bool from_inputs = false;
};

/// Puts named texts into the members of one described object, by the rules of JSON. What does not
/// fit is rejected at the end, the first 32 errors at once: a form that breaks off is told so.
class field_reader {
public:
  field_reader(context& ctx, field_origin from, const json_type& type, void* object)
      : ctx_(ctx),
        from_(from),
        object_(static_cast<unsigned char*>(object)),
        layout_(layout_of(type)) {}

  void read(std::string_view name, std::string_view value);

  enum class wanted { nothing, text, file };
  /// What a field of that name has to be. An unknown one is told here.
  wanted wants(std::string_view name);
  /// The largest file that fits. @param name  of a field that has to be a file
  std::uint64_t most_bytes(std::string_view name) const noexcept;
  void read_file(std::string_view name, upload&& file);
  /// A field that is there and cannot be read. @param wrong  completes the sentence "the value ..."
  void refuse(std::string_view name, std::string wrong);
  void refuse_size(std::string_view name, std::uint64_t bytes);

  /// What can only be told when all fields are known. @return whether nothing was rejected
  bool finish();

private:
  void read_one(const json_member& member, std::string_view value);
  void read_item(const json_member& member, std::uint32_t index, std::string_view value);
  void check_member(std::size_t index);
  void check_rules();
  std::uint32_t& count_of(const json_member& member) noexcept {
    return counts_[static_cast<std::size_t>(&member - layout_.members.data())];
  }
  /// @param inside  a JSON Pointer from the member on
  void note(std::string_view name, std::string wrong, std::string_view inside = {});
  /// Of a member that was read: good where nothing is wrong with it.
  void judge(const json_member& member, std::string wrong, std::string_view inside = {});

  context& ctx_;
  field_origin from_;
  unsigned char* object_;
  const json_layout& layout_;
  std::array<std::uint32_t, json_most_members> counts_{};
  json_marks given_{};
  json_marks wrong_{};
  std::vector<field_error> errors_;
};

}  // namespace weft::detail
