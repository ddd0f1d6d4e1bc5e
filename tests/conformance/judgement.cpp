#include "judgement.hpp"

#include "answer.hpp"

#include <algorithm>
#include <span>
#include <sstream>
#include <utility>

namespace weft::conformance {

namespace {

using kind = outcome::kind;

template <class T>
bool contains(const std::vector<T>& all, const T& one) {
  return std::ranges::find(all, one) != all.end();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

outcome outcome_of_canary() {
  outcome expected;
  expected.statuses = {200};
  expected.seen = {"GET /canary", "host canary", "Connection: close"};
  return expected;
}

/// What has to happen on the connection, the canary included.
std::vector<outcome> expected_of(const test_case& c) {
  auto all = c.outcomes;
  if (c.keeps_alive()) all.push_back(outcome_of_canary());
  return all;
}

/// Collects what is wrong with one connection.
class judge {
public:
  explicit judge(const test_case& c) : case_(c) {}

  void fault(const outcome& expected, const std::string& what) {
    const auto line = expected.line == 0 ? std::string("canary")
                                         : "outcome in line " + std::to_string(expected.line);
    faults_.push_back(case_.place() + ", " + line + ": " + what);
  }
  void fault(const std::string& what) { faults_.push_back(case_.place() + ": " + what); }

  void check_description(const outcome& expected, const std::string& described) {
    const auto lines = lines_of(described);
    for (const auto& line : expected.seen)
      if (!contains(lines, line)) fault(expected, "the handler did not see \"" + line + "\"");
    for (const auto& line : expected.unseen)
      if (contains(lines, line)) fault(expected, "the handler saw \"" + line + "\"");
  }

  std::vector<std::string> faults() && { return std::move(faults_); }

private:
  const test_case& case_;
  std::vector<std::string> faults_;
};

// ------------------------------------------------------------------ wire

void check_fields(judge& judged, const outcome& expected, const answer& got) {
  const auto date = got.field("Date");
  if (!date || !is_imf_fixdate(*date)) judged.fault(expected, "the answer has no good Date");
  const bool announces_close = got.field("Connection") == "close";
  if (announces_close == expected.keeps_alive)
    judged.fault(expected, announces_close ? "Connection: close is said" : "it is not said");
  for (const auto& field : expected.fields) {
    const auto colon = field.find(": ");
    if (got.field(field.substr(0, colon)) != field.substr(std::min(colon + 2, field.size())))
      judged.fault(expected, "the answer lacks " + field);
  }
  for (const auto& name : expected.missing)
    if (got.count(name) != 0) judged.fault(expected, "the answer has a " + name);
}

// Fixed text, and nothing of what the peer sent: its Host would be the first thing to come back.
void check_refusal(judge& judged, const outcome& expected, const answer& got) {
  if (got.field("Content-Type") != "application/problem+json")
    judged.fault(expected, "a refusal is problem+json");
  if (!expected.has_body) return;
  if (got.body.find("\"status\":" + std::to_string(got.status)) == std::string::npos)
    judged.fault(expected, "the problem does not name its status: " + got.body);
  if (got.body.find("\"detail\":\"") == std::string::npos)
    judged.fault(expected, "the problem does not say what it is: " + got.body);
}

void check_answer(judge& judged, const outcome& expected, const answer& got) {
  if (!contains(expected.statuses, got.status))
    return judged.fault(expected, "answered with " + std::to_string(got.status));
  check_fields(judged, expected, got);
  if (expected.what == kind::refused) check_refusal(judged, expected, got);
  else if (expected.has_body) judged.check_description(expected, got.body);
}

answer take_final_answer(std::string_view& wire, const outcome& expected) {
  const auto body = expected.has_body ? answer_body::by_its_length : answer_body::none;
  auto got = take_answer(wire, body);
  if (got.status == 100 && expected.may_continue) got = take_answer(wire, body);
  return got;
}

// ------------------------------------------------------------------ parser

void check_message(judge& judged, const outcome& expected, const parsed_message& got) {
  if (got.how == parsed_message::end::incomplete) {
    if (expected.what != kind::incomplete) judged.fault(expected, "the message did not end");
    return;
  }
  if (got.how == parsed_message::end::complete) {
    if (expected.what != kind::answered) return judged.fault(expected, "taken for a request");
    judged.check_description(expected, got.described);
    // A handler's failure ends a connection that the request would have kept.
    const bool may_fail = contains(expected.statuses, 500U);
    if (got.keeps_alive != expected.keeps_alive && !may_fail)
      judged.fault(expected, got.keeps_alive ? "it keeps the connection" : "it ends it");
    return;
  }
  const auto said = std::to_string(got.status) + ' ' + got.reason;
  if (expected.what != kind::refused) return judged.fault(expected, "refused as " + said);
  if (!contains(expected.statuses, got.status) || !contains(expected.reasons, got.reason))
    judged.fault(expected, "refused as " + said);
}

}  // namespace

std::string bytes_to_send(const test_case& c) {
  return c.is_incomplete() ? c.bytes : c.bytes + std::string(canary);
}

std::vector<std::string> faults_of_wire(const test_case& c, std::string_view wire) {
  judge judged(c);
  for (const auto& expected : expected_of(c)) {
    if (expected.what == kind::incomplete) break;
    if (wire.empty()) {
      judged.fault(expected, "there is no answer");
      break;
    }
    try {
      check_answer(judged, expected, take_final_answer(wire, expected));
    } catch (const malformed_answer& bad) {
      judged.fault(expected, bad.what());
      return std::move(judged).faults();
    }
  }
  if (!wire.empty()) judged.fault("there is more: " + std::string(wire.substr(0, 60)));
  return std::move(judged).faults();
}

std::vector<std::string> faults_of_parse(const test_case& c,
                                         const std::vector<parsed_message>& messages) {
  judge judged(c);
  const auto expected = expected_of(c);
  // A parser does not know that a handler will fail; and where nothing but empty lines has come, no
  // message has begun.
  const bool may_differ = contains(expected.back().statuses, 500U) ||
                          (c.is_incomplete() && messages.size() + 1 == expected.size());
  if (messages.size() != expected.size() && !may_differ)
    judged.fault("made " + std::to_string(messages.size()) + " messages of what is " +
                 std::to_string(expected.size()));
  for (std::size_t i = 0; i < std::min(messages.size(), expected.size()); ++i)
    check_message(judged, expected[i], messages[i]);
  return std::move(judged).faults();
}

void expected_counts::add(const test_case& c, std::string_view wire) {
  ++connections_;
  bytes_ += wire.size();
  for (const auto& o : expected_of(c)) {
    if (o.what == kind::answered) ++handled_;
    if (o.what != kind::refused) continue;
    ++refused_;
    if (o.reasons.size() == 1) ++reasons_[o.reasons.front()];
  }
}

std::vector<std::string> expected_counts::faults_of(const http_metrics& counted,
                                                    std::size_t handled) const {
  std::vector<std::string> faults;
  const auto check = [&faults](const std::string& what, std::uint64_t got, std::uint64_t least,
                               std::uint64_t most) {
    if (got >= least && got <= most) return;
    faults.push_back(what + ": " + std::to_string(got) + " instead of " + std::to_string(least));
  };
  check("calls of the handler", handled, handled_, handled_);
  check("requests", counted.requests, handled_, handled_);
  check("accepted connections", counted.accepted_connections, connections_, connections_);
  check("open connections", counted.open_connections, 0, 0);
  check("bytes sent", counted.sent_bytes, bytes_, bytes_);

  std::uint64_t answers = 0;
  for (const auto of_class : std::span(counted.responses).subspan(2)) answers += of_class;
  check("answers", answers, handled_ + refused_, handled_ + refused_);

  std::uint64_t rejected = 0;
  for (const auto& [reason, count] : counted.rejected) rejected += count;
  check("rejections", rejected, refused_, refused_);
  for (const auto& [reason, count] : reasons_)
    check("http_rejected_total{" + reason + "}", counted.rejected_for(reason), count, refused_);
  return faults;
}

}  // namespace weft::conformance
