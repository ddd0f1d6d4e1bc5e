#pragma once

#include <weft/http/answer.hpp>
#include <weft/testing/web/event_reader.hpp>
#include <weft/testing/web/json_line_reader.hpp>
#include <weft/testing/web/read_json.hpp>

#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft::testing {

/// A whole answer, as a test looks at it.
///
///     const auto made = client.post("/todos", draft).expect(201).json<todo>();
///     CHECK(client.get("/todos").json_at("/0/title") == "weave");
///
/// What is not as the test takes it for is an unexpected_answer that says what came instead. A test
/// framework that prints with << shows the whole answer.
/// @example tests/docs/testing_guide_test.cpp:answers
class app_answer : public http::answer {
public:
  explicit app_answer(http::answer whole) noexcept : http::answer(std::move(whole)) {}

  /// The status as a number: 404.
  int code() const noexcept { return static_cast<int>(status()); }
  /// @return this answer, for what is asked of it next  @throws unexpected_answer
  const app_answer& expect(int code) const&;
  app_answer expect(int code) &&;

  /// The body, read by the binder that reads requests: what does not fit is named by its pointers.
  /// @throws unexpected_answer
  template <json_readable T>
  T json() const {
    return explained([&] { return read_json<T>(body()); });
  }
  /// One value of the body: json_at<int>("/items/0/id").
  /// @param pointer  RFC 6901; empty is the whole body  @throws unexpected_answer
  template <json_readable T>
  T json_at(std::string_view pointer) const {
    return explained([&] {
      try {
        return read_json<T>(detail::json_text_at(body(), pointer));
      } catch (const std::invalid_argument& wrong) {
        throw std::invalid_argument("at \"" + std::string(pointer) + "\": " + wrong.what());
      }
    });
  }
  /// The same as text: a string's own, of any other value its JSON.
  std::string json_at(std::string_view pointer) const {
    return explained([&] { return detail::json_words_at(body(), pointer); });
  }

  /// The body as Server-Sent Events.
  std::vector<server_event> events() const;
  /// The body as JSON Lines. @throws unexpected_answer
  template <json_readable T>
  std::vector<T> json_lines() const {
    return explained([&] { return detail::read_json_lines<T>(body()); });
  }

  /// Status, headers and body, for people: control bytes escaped, a long body cut.
  std::string text() const;

private:
  template <class Read>
  std::invoke_result_t<Read&> explained(Read read) const {
    try {
      return read();
    } catch (const std::invalid_argument& wrong) {
      complain(wrong.what());
    }
  }
  [[noreturn]] void complain(std::string_view what) const;
};

/// What app_answer::text() says.
std::ostream& operator<<(std::ostream& out, const app_answer& answer);

}  // namespace weft::testing
