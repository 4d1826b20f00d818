#include "cli/scan_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/time_text.h"
#include "cli/terminal.h"

namespace tocsin {
namespace {

constexpr std::size_t kEvidenceBytesMax = 220;
constexpr std::size_t kKeyBytesMax = 120;

// "2026-11-23 14:00:05Z"
std::string short_time(Micros time) {
  std::string text = iso_time(time).substr(0, 19);
  text[10] = ' ';
  return text + "Z";
}

std::string key_for_people(const std::vector<KeyPart>& key) {
  return key.empty() ? "everywhere" : terminal_text(key_text(key), kKeyBytesMax);
}

void append_evidence(std::string& out, const FoldedFinding& folded, const LineMap& places) {
  for (const auto& [seq, text] : folded.lines) {
    const LinePlace place = places.find(seq);
    out += fmt::format("            {}:{}: {}\n", terminal_text(place.file), place.line,
                       terminal_text(text, kEvidenceBytesMax));
  }
}

void write_finding(JsonWriter& json, const FoldedFinding& folded, const LineMap& places) {
  json.begin_object();
  json.member("rule", folded.rule->id).member("title", folded.rule->title);
  json.member("level", level_name(folded.rule->level));
  json.key("tags").begin_array();
  for (const std::string& tag : folded.rule->tags) {
    json.value(tag);
  }
  json.end_array().key("key").begin_object();
  for (const KeyPart& part : folded.key) {
    json.member(part.field, part.value);
  }
  json.end_object().member("count", folded.events).member("findings", folded.findings);
  json.member("first", iso_time(folded.first)).member("last", iso_time(folded.last));
  json.member("sentence", folded.sentence);
  json.key("events").begin_array();
  for (const Seq seq : folded.samples) {
    const LinePlace place = places.find(seq);
    json.begin_object().member("file", place.file).member("line", place.line);
    if (const auto text = folded.lines.find(seq); text != folded.lines.end()) {
      json.member("raw", text->second);
    }
    json.end_object();
  }
  json.end_array().end_object();
}

std::string with_commas(std::uint64_t number) {
  const std::string digits = fmt::format("{}", number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) {
      text.push_back(',');
    }
    text.push_back(digits[i]);
  }
  return text;
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", with_commas(number), noun, number == 1 ? "" : "s");
}

}  // namespace

std::string scan_table(const std::vector<FoldedFinding>& found, const LineMap& places) {
  if (found.empty()) {
    return {};
  }
  std::string out = fmt::format("{:<8}  {:>7}  {:<20}  {:<20}  {}\n", "LEVEL", "EVENTS", "FIRST",
                                "LAST", "WHAT AND WHO");
  for (const FoldedFinding& folded : found) {
    out += fmt::format("{:<8}  {:>7}  {:<20}  {:<20}  {} ({})\n", level_name(folded.rule->level),
                       folded.events, short_time(folded.first), short_time(folded.last),
                       terminal_text(folded.rule->title), key_for_people(folded.key));
    if (!folded.sentence.empty()) {
      out += fmt::format("          {}\n", terminal_text(folded.sentence));
    }
    append_evidence(out, folded, places);
  }
  return out;
}

std::string scan_json_lines(const std::vector<FoldedFinding>& found, const LineMap& places) {
  std::string out;
  for (const FoldedFinding& folded : found) {
    JsonWriter json;
    write_finding(json, folded, places);
    out += json.take();
    out += '\n';
  }
  return out;
}

std::string scan_summary(const ScanTotals& totals, std::size_t found) {
  const double taken = static_cast<double>(totals.taken.value) / kMicrosPerSecond;
  std::string text = fmt::format("{} with {} in {:.1f} s: {}.", counted(totals.lines, "line"),
                                 counted(totals.rules, "rule"), taken, counted(found, "detection"));
  if (totals.undecoded > 0) {
    text +=
        fmt::format(" {} in no known format (kept as text).", counted(totals.undecoded, "line"));
  }
  if (totals.lines_cut > 0) {
    text += fmt::format(" {} cut at 1 MiB.", counted(totals.lines_cut, "line"));
  }
  if (totals.not_kept > 0) {
    text += fmt::format(" {} beyond the limit of different keys not shown.",
                        counted(totals.not_kept, "finding"));
  }
  return text;
}

}  // namespace tocsin
