#include "enrich/threat_text.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"
#include "enrich/text_lines.h"

namespace tocsin {
namespace {

constexpr std::size_t kColumnsMax = 256;
constexpr std::size_t kShownBytesMax = 64;

std::string_view without_comment(std::string_view line) {
  return trim(line.substr(0, line.find_first_of("#;")));
}

std::pair<std::string_view, std::string_view> first_word(std::string_view line) {
  const std::size_t end = line.find_first_of(" \t,");
  return {line.substr(0, end), end == std::string_view::npos ? "" : trim(line.substr(end))};
}

// An entry without its comment: a URL may have '#' and ';' of its own.
std::string_view plain_entry(std::string_view line) {
  auto [word, rest] = first_word(line);
  if (word.find("://") != std::string_view::npos) {
    return word;
  }
  if ((word == "0.0.0.0" || word == "127.0.0.1") && !without_comment(rest).empty()) {
    word = first_word(rest).first;
  }
  return without_comment(word);
}

void add_entry(const ThreatFormatOptions& options, std::string_view entry,
               const IndicatorDetail& detail, std::size_t place, ThreatListBuilder& list) {
  const auto kind = options.kind ? options.kind : guess_kind(entry);
  if (!kind) {
    list.refuse(place, fmt::format("\"{}\" is no address, network, domain, URL or hash",
                                   entry.substr(0, kShownBytesMax)));
    return;
  }
  list.add(*kind, entry, detail, place);
}

using Fields = std::vector<std::string_view>;

Fields csv_fields(std::string_view line) {
  Fields fields;
  for (std::size_t at = 0; at != std::string_view::npos && fields.size() < kColumnsMax;) {
    fields.push_back(trim(next_csv_field(line, at)));
  }
  return fields;
}

// Where the columns are that somebody asked for.
struct Places {
  std::optional<std::size_t> value, kind, confidence, until, label, reference;
};

class CsvReader {
 public:
  CsvReader(const ThreatFormatOptions& options, ThreatListBuilder& list)
      : options_(options), list_(list), defaults_(list.detail()) {
    places_.value = options.csv_column;
  }

  Status read(std::string_view text) {
    Status status;
    for_each_line(text, [&](std::size_t number, std::string_view line) {
      if (status && !trim(line).empty()) {
        status = take(number, line);
      }
    });
    return status;
  }

 private:
  bool wants_header() const {
    const CsvColumns& csv = options_.csv;
    return !(csv.value + csv.kind + csv.confidence + csv.until + csv.label + csv.reference).empty();
  }

  Status take(std::size_t number, std::string_view line) {
    if (line.starts_with('#')) {
      comment_ = line.substr(1);
      return {};
    }
    if (!begun_) {
      begun_ = true;
      if (wants_header()) {
        const bool in_comment = find_columns(csv_fields(trim(comment_))).empty();
        if (!in_comment) {
          const std::string missing = find_columns(csv_fields(line));
          return missing.empty()
                     ? Status{}
                     : fail(ErrorCode::kCorrupt, "the header has no column \"{}\"", missing);
        }
      } else if (is_header(csv_fields(line))) {
        return {};
      }
    }
    take_entry(number, csv_fields(line));
    return {};
  }

  bool is_header(const Fields& fields) const {
    const std::string_view value = at(fields, places_.value);
    return !guess_kind(value) &&
           (!options_.kind || !read_indicator(*options_.kind, value).indicator ||
            options_.kind == IndicatorKind::kAgent);
  }

  // The first name that is missing; empty: all were found.
  std::string find_columns(const Fields& header) {
    const CsvColumns& csv = options_.csv;
    const std::array<std::pair<const std::string*, std::optional<std::size_t>*>, 6> wanted = {
        {{&csv.value, &places_.value},
         {&csv.kind, &places_.kind},
         {&csv.confidence, &places_.confidence},
         {&csv.until, &places_.until},
         {&csv.label, &places_.label},
         {&csv.reference, &places_.reference}}};
    for (const auto& [name, place] : wanted) {
      if (name->empty()) {
        continue;
      }
      const auto found = std::ranges::find_if(
          header, [&name](std::string_view field) { return equals_ignore_case(field, *name); });
      if (found == header.end()) {
        return *name;
      }
      *place = static_cast<std::size_t>(found - header.begin());
    }
    return {};
  }

  static std::string_view at(const Fields& fields, const std::optional<std::size_t>& place) {
    return place && *place < fields.size() ? fields[*place] : std::string_view{};
  }

  void take_entry(std::size_t number, const Fields& fields) {
    IndicatorDetail detail = defaults_;
    if (const auto confidence = parse_int(at(fields, places_.confidence))) {
      detail.confidence = static_cast<std::uint8_t>(std::clamp<std::int64_t>(*confidence, 0, 100));
    }
    std::string until(at(fields, places_.until));
    std::ranges::replace(until, ' ', 'T');  // "2026-11-23 14:00:00" is what most write
    if (const auto time = parse_iso_time(until)) {
      detail.until = *time;
    } else if (const auto as_utc = parse_iso_time(until + "Z")) {
      detail.until = *as_utc;
    }
    detail.label = at(fields, places_.label);
    detail.reference = at(fields, places_.reference);
    std::string_view value = at(fields, places_.value);
    ThreatFormatOptions options = options_;
    if (const std::string_view word = at(fields, places_.kind); !word.empty()) {
      options.kind = kind_of_word(word);
      if (!options.kind) {
        list_.refuse(number, fmt::format("\"{}\" is no kind of indicator that we match",
                                         word.substr(0, kShownBytesMax)));
        return;
      }
    }
    std::string address;
    if (options.kind == IndicatorKind::kAddress && !parse_network(value)) {
      if (const auto lenient = parse_ip_lenient(value)) {  // with a port
        address = ip_text(*lenient);
        value = address;
      }
    }
    add_entry(options, value, detail, number, list_);
  }

  const ThreatFormatOptions& options_;
  ThreatListBuilder& list_;
  const IndicatorDetail defaults_;
  Places places_;
  std::string_view comment_;
  bool begun_ = false;
};

}  // namespace

std::optional<IndicatorKind> kind_of_word(std::string_view word) {
  static constexpr auto kWords = std::to_array<std::pair<std::string_view, IndicatorKind>>(
      {{"ip", IndicatorKind::kAddress},          {"ipv4", IndicatorKind::kAddress},
       {"ipv6", IndicatorKind::kAddress},        {"ipv4-addr", IndicatorKind::kAddress},
       {"ipv6-addr", IndicatorKind::kAddress},   {"address", IndicatorKind::kAddress},
       {"cidr", IndicatorKind::kAddress},        {"network", IndicatorKind::kAddress},
       {"ip-src", IndicatorKind::kAddress},      {"ip-dst", IndicatorKind::kAddress},
       {"ip:port", IndicatorKind::kAddress},     {"domain", IndicatorKind::kDomain},
       {"hostname", IndicatorKind::kDomain},     {"domain-name", IndicatorKind::kDomain},
       {"host", IndicatorKind::kDomain},         {"url", IndicatorKind::kUrl},
       {"hash", IndicatorKind::kHash},           {"md5", IndicatorKind::kHash},
       {"sha1", IndicatorKind::kHash},           {"sha256", IndicatorKind::kHash},
       {"sha512", IndicatorKind::kHash},         {"md5_hash", IndicatorKind::kHash},
       {"sha1_hash", IndicatorKind::kHash},      {"sha256_hash", IndicatorKind::kHash},
       {"user-agent", IndicatorKind::kAgent},    {"user_agent", IndicatorKind::kAgent},
       {"filehash-md5", IndicatorKind::kHash},   {"filehash-sha1", IndicatorKind::kHash},
       {"filehash-sha256", IndicatorKind::kHash}});
  const std::string lower = to_lower(trim(word.substr(0, kShownBytesMax)));
  const auto found = std::ranges::find(kWords, lower, [](const auto& one) { return one.first; });
  return found == kWords.end() ? std::nullopt : std::optional(found->second);
}

void read_plain(const ThreatFormatOptions& options, std::string_view text,
                ThreatListBuilder& list) {
  const IndicatorDetail detail = list.detail();
  for_each_line(text, [&](std::size_t number, std::string_view raw) {
    const std::string_view line = trim(raw);
    if (line.empty() || line.starts_with('#') || line.starts_with(';')) {
      return;
    }
    const bool whole = options.kind == IndicatorKind::kAgent;
    add_entry(options, whole ? line : plain_entry(line), detail, number, list);
  });
}

void read_ipsum(const ThreatFormatOptions& options, std::string_view text,
                ThreatListBuilder& list) {
  const IndicatorDetail detail = list.detail();
  for_each_line(text, [&](std::size_t number, std::string_view raw) {
    const std::string_view line = without_comment(raw);
    if (line.empty()) {
      return;
    }
    const auto [address, rest] = first_word(line);
    const auto count = parse_int(rest);
    if (!count || *count < 0) {
      list.refuse(number,
                  fmt::format("\"{}\" is no count of lists", rest.substr(0, kShownBytesMax)));
      return;
    }
    if (*count >= options.count_min) {
      list.add(IndicatorKind::kAddress, address, detail, number);
    }
  });
}

Status read_csv(const ThreatFormatOptions& options, std::string_view text,
                ThreatListBuilder& list) {
  return CsvReader(options, list).read(text);
}

}  // namespace tocsin
