#include "message.hpp"

namespace weft::fuzz {

namespace {

class lines {
public:
  void put(std::string_view name, std::string_view value) {
    if (!value.empty()) text_.append(name).append(" ").append(value).append("\n");
  }
  void put(std::string_view name, const std::vector<message::field>& fields) {
    for (const auto& [key, value] : fields)
      text_.append(name).append(" ").append(key).append(": ").append(value).append("\n");
  }
  std::string take() { return std::move(text_); }

private:
  std::string text_;
};

std::string_view name_of(message::outcome how) {
  switch (how) {
    case message::outcome::complete: return "complete";
    case message::outcome::refused: return "refused";
    case message::outcome::incomplete: break;
  }
  return "incomplete";
}

void put_head(lines& to, const message& of) {
  to.put("method", of.method);
  to.put("target", of.target);
  to.put("path", of.path);
  to.put("query", of.query);
  to.put("host", of.host);
  if (of.status != 0) to.put("status", std::to_string(of.status));
  to.put("phrase", of.phrase);
  to.put("minor version", std::to_string(of.minor_version));
  to.put("connection", of.keep_alive ? "keep-alive" : "close");
  to.put("header", of.headers);
  to.put("notes", of.notes);
}

}  // namespace

std::string describe(const message& of) {
  lines all;
  all.put("message", name_of(of.how));
  if (of.has_head) put_head(all, of);
  all.put("body", of.body);
  all.put("trailer", of.trailers);
  all.put("refusal", of.refusal);
  if (of.how == message::outcome::complete)
    all.put("bytes", std::to_string(of.begin) + " to " + std::to_string(of.end));
  return all.take();
}

std::string describe(const std::vector<message>& all) {
  std::string text;
  for (const auto& one : all) text += describe(one);
  return text;
}

}  // namespace weft::fuzz
