#include "case_file.hpp"

#include "escapes.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

namespace weft::conformance {

namespace {

using std::string;
using std::string_view;

std::vector<string> split(string_view text, char separator) {
  std::vector<string> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    if (end != 0) parts.emplace_back(text.substr(0, end));
    if (end == string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

std::optional<std::size_t> number_of(string_view text) {
  std::size_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = read.ec == std::errc{} && read.ptr == text.data() + text.size();
  return whole ? std::optional{value} : std::nullopt;
}

/// The limits that decide what a single message is worth. Times are tested with clocks, elsewhere.
bool set_limit(http_limits& limits, string_view name, std::size_t value) {
  if (name == "max_request_line_bytes") limits.max_request_line_bytes = value;
  else if (name == "max_header_bytes") limits.max_header_bytes = value;
  else if (name == "max_header_count") limits.max_header_count = value;
  else if (name == "max_body_bytes") limits.max_body_bytes = value;
  else if (name == "max_chunk_extension_bytes") limits.max_chunk_extension_bytes = value;
  else if (name == "max_chunk_extensions_bytes") limits.max_chunk_extensions_bytes = value;
  else return false;
  return true;
}

class reader {
public:
  explicit reader(string_view file) : file_(file) {}

  std::vector<test_case> read(string_view text) {
    for (line_ = 1; !text.empty(); ++line_) {
      const auto end = text.find('\n');
      if (end == string_view::npos) broken("the last line has no end");
      read_line(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    finish_case();
    if (cases_.empty()) broken("there is no case in this file");
    return std::move(cases_);
  }

private:
  [[noreturn]] void broken(string_view what) const { throw broken_case_file(file_, line_, what); }

  void read_line(string_view line) {
    if (line.empty() || line.front() == '#') return;
    if (line.back() == ' ' || line.back() == '\t') broken("blanks at a line's end cannot be seen");
    if (line.starts_with("case ")) return begin_case(line.substr(5));
    if (cases_.empty()) broken("a case begins with \"case ID  RFC NUMBER SECTION\"");
    if (line.starts_with("  ")) return add_why(line.substr(2));
    if (line.starts_with("limit ")) return add_limit(line.substr(6));
    if (line.starts_with("hosts ")) return add_hosts(line.substr(6));
    if (line.size() < 2 || line[1] != ' ') broken("this line has no meaning");
    const auto rest = line.substr(2);
    switch (line.front()) {
      case '>': return add_bytes(rest);
      case '<': return add_outcome(rest);
      case '=': last_outcome().seen.emplace_back(rest); return;
      case '!': last_outcome().unseen.emplace_back(rest); return;
      case '+': last_outcome().fields.emplace_back(rest); return;
      case '-': last_outcome().missing.emplace_back(rest); return;
      default: broken("this line has no meaning");
    }
  }

  void begin_case(string_view rest) {
    finish_case();
    const auto words = split(rest, ' ');
    if (words.size() < 4 || words.size() % 2 != 0 || words[1] != "RFC")
      broken("a case begins with \"case ID  RFC NUMBER SECTION\"");
    test_case& begun = cases_.emplace_back();
    begun.id = words[0];
    for (auto word = words.begin() + 2; word != words.end(); ++word)
      begun.rfc += (begun.rfc.empty() ? "" : " ") + *word;
    begun.file = file_;
    begun.line = line_;
  }

  void finish_case() const {
    if (cases_.empty()) return;
    const auto incomplete = [this](string_view what) {
      throw broken_case_file(file_, cases_.back().line, what);
    };
    if (cases_.back().why.empty()) incomplete("the case does not say why");
    if (cases_.back().bytes.empty()) incomplete("the case has no bytes");
    if (cases_.back().outcomes.empty()) incomplete("the case has no outcome");
  }

  void add_why(string_view text) {
    auto& why = cases_.back().why;
    if (!why.empty()) why += ' ';
    why += text;
  }

  void add_limit(string_view text) {
    const auto words = split(text, ' ');
    const auto value = words.size() == 2 ? number_of(words[1]) : std::nullopt;
    if (!value || !set_limit(cases_.back().limits, words[0], *value))
      broken("there is no such limit, or no such value");
    cases_.back().server_text += string(text) + '\n';
  }

  void add_hosts(string_view text) {
    for (const auto& host : split(text, ' ')) cases_.back().allowed_hosts.emplace_back(host);
    cases_.back().server_text += string(text) + '\n';
  }

  void add_bytes(string_view text) {
    if (!cases_.back().outcomes.empty()) broken("bytes stand before the outcomes");
    const auto bytes = unescape(text);
    if (!bytes) broken("a backslash that begins no escape");
    cases_.back().bytes += *bytes;
  }

  outcome& last_outcome() {
    if (cases_.back().outcomes.empty()) broken("there is no outcome that this could belong to");
    return cases_.back().outcomes.back();
  }

  void add_outcome(string_view text) {
    auto& outcomes = cases_.back().outcomes;
    if (!outcomes.empty() && !outcomes.back().keeps_alive)
      broken("nothing happens after a connection has ended");
    outcome& added = outcomes.emplace_back();
    added.line = line_;
    const auto words = split(text, ' ');
    if (words.empty()) broken("an outcome says what happens");
    if (words[0] == "incomplete" && words.size() == 1) added.what = outcome::kind::incomplete;
    else if (words[0] == "refused") read_refusal(words, added);
    else read_answer(words, added);
  }

  void read_refusal(const std::vector<string>& words, outcome& to) {
    if (words.size() < 3) broken("a refusal is \"refused STATUS REASON\"");
    to.what = outcome::kind::refused;
    read_statuses(words[1], to);
    to.reasons = split(words[2], ',');
    read_flags(words, 3, to);
  }

  void read_answer(const std::vector<string>& words, outcome& to) {
    const bool keeps = words.size() > 1 && words[1] == "keep-alive";
    if (words.size() < 2 || (!keeps && words[1] != "close"))
      broken("an answer is \"STATUS keep-alive\" or \"STATUS close\"");
    to.keeps_alive = keeps;
    read_statuses(words[0], to);
    read_flags(words, 2, to);
  }

  void read_statuses(string_view text, outcome& to) {
    for (const auto& word : split(text, ',')) {
      const auto status = number_of(word);
      if (!status || *status < 200 || *status > 599) broken("a status is a number, 200 to 599");
      to.statuses.push_back(static_cast<unsigned>(*status));
    }
  }

  void read_flags(const std::vector<string>& words, std::size_t from, outcome& to) {
    for (; from < words.size(); ++from) {
      if (words[from] == "no-body") to.has_body = false;
      else if (words[from] == "may-continue") to.may_continue = true;
      else broken("behind an answer stand \"no-body\" and \"may-continue\"");
    }
  }

  string file_;
  std::size_t line_ = 0;
  std::vector<test_case> cases_;
};

string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw broken_case_file(path.string(), 1, "cannot be read");
  return std::move(text).str();
}

}  // namespace

broken_case_file::broken_case_file(string_view file, std::size_t line, string_view what)
    : std::runtime_error(string(file) + ':' + std::to_string(line) + ": " + string(what)) {}

std::vector<test_case> read_cases(string_view text, string_view file) {
  return reader(file).read(text);
}

std::vector<test_case> read_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".cases") files.push_back(entry.path());
  std::ranges::sort(files);

  std::vector<test_case> all;
  std::map<string, string> places;
  for (const auto& file : files) {
    for (auto& read : read_cases(text_of(file), file.filename().string())) {
      const auto [known, is_new] = places.emplace(read.id, read.place());
      if (!is_new)
        throw broken_case_file(read.file, read.line, "the id is taken by " + known->second);
      all.push_back(std::move(read));
    }
  }
  return all;
}

const std::vector<test_case>& all_cases() {
  static const std::vector<test_case> cases = read_folder(WEFT_CONFORMANCE_CASES);
  return cases;
}

}  // namespace weft::conformance
