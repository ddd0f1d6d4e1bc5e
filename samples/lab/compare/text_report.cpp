#include "text_report.hpp"

#include "number_text.hpp"

#include <array>
#include <cstdio>

namespace lab {
namespace {

std::string column(const std::string& text, int width) {
  std::array<char, 128> padded;
  std::snprintf(padded.data(), padded.size(), "%*s", width, text.c_str());
  return padded.data();
}

std::string heading() {
  return column("", 2) + column("model", -14) + column("threads", 7) + column("req/s", 12) +
         column("ratio", 7) + column("p50 ms", 10) + column("p99 ms", 10) + column("p99.9 ms", 10) +
         column("CPU us/req", 12) + column("cores", 7) + column("MiB", 7) + "\n";
}

std::string row(const measurement& line) {
  return column("", 2) + column(line.model, -14) + column(std::to_string(line.threads), 7) +
         column(grouped(line.per_second, line.per_second < 1000 ? 1 : 0), 12) +
         column(line.ratio > 0 ? grouped(line.ratio, 2) : "-", 7) +
         column(short_number(line.p50_ms), 10) + column(short_number(line.p99_ms), 10) +
         column(short_number(line.p999_ms), 10) + column(short_number(line.cpu_us), 12) +
         column(grouped(line.cores, 2), 7) + column(grouped(line.resident_mib, 1), 7) + "\n";
}

std::string tables(const comparison_result& result) {
  std::string text;
  std::string title;
  for (const measurement& line : result.measurements) {
    if (line.title != title) text += "\n" + line.title + "\n" + heading();
    title = line.title;
    text += row(line);
  }
  return text;
}

std::string paint(const std::string& word, const std::string& outcome, colour colours) {
  if (colours == colour::off) return word;
  const char* const code = outcome == "matches" ? "32" : outcome == "differs" ? "31" : "33";
  return std::string("\033[") + code + "m" + word + "\033[0m";
}

std::string verdict_lines(const comparison_result& result, colour colours) {
  std::string text;
  for (const verdict& each : result.verdicts) {
    text += "  " + paint(column(each.outcome, -14), each.outcome, colours) + each.expectation +
            ": " + each.measured + ", expected " + each.bound;
    if (!each.reason.empty()) text += "\n" + column("", 16) + "because " + each.reason;
    text += "\n";
  }
  return text;
}

std::string faults(const comparison_result& result) {
  std::string text;
  for (const std::string& fault : result.answer_faults) text += "  wrong answer: " + fault + "\n";
  return text;
}

}  // namespace

std::string write_text_report(const comparison_result& result, colour colours) {
  const machine_facts& machine = result.machine;
  std::string text = machine.processor + ", " + std::to_string(machine.cores) + " cores, " +
                     machine.kernel + ", " + machine.compiler + " (" + machine.build + ")\nseed " +
                     std::to_string(result.setup.seed) +
                     ", one report = " + grouped(static_cast<double>(result.setup.report_rows)) +
                     " rows = " + grouped(result.setup.report_cpu_ms, 1) + " ms of CPU time\n";
  text += tables(result);
  text += "\nVerdicts\n" + verdict_lines(result, colours) + faults(result);
  text += "\ntook " + grouped(result.seconds, 1) + " s\n";
  return text;
}

}  // namespace lab
