#include "index/catalogue.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::string_view kFirstLine = "tocsin-index-catalogue 1";
constexpr std::size_t kSegmentWords = 14;
constexpr std::size_t kDamagedWords = 6;

constexpr std::array<std::string_view, 5> kTypeWords = {"text", "long", "double", "bool", "time"};

std::string_view type_word(ColumnType type) {
  return kTypeWords[static_cast<std::size_t>(type)];
}

std::optional<ColumnType> type_of_word(std::string_view word) {
  const auto* found = std::ranges::find(kTypeWords, word);
  if (found == kTypeWords.end()) {
    return std::nullopt;
  }
  return static_cast<ColumnType>(found - kTypeWords.begin());
}

// Names and paths: everything but letters, digits and "._-/@" as %XX, so that a word is a word.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
                       c == '.' || c == '_' || c == '-' || c == '/' || c == '@';
    if (plain) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out += hex_encode(std::string_view(&c, 1));
    }
  }
  return out;
}

std::optional<std::string> unescaped(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '%') {
      out.push_back(word[i]);
      continue;
    }
    const auto byte = hex_decode(word.substr(i + 1, 2));
    if (!byte || byte->size() != 1) {
      return std::nullopt;
    }
    out += *byte;
    i += 2;
  }
  return out;
}

template <class T>
std::optional<T> number(std::string_view word, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  if (error != std::errc() || end != word.data() + word.size()) {
    return std::nullopt;
  }
  return value;
}

std::string ranges_word(const std::vector<SeqRange>& ranges) {
  std::string out;
  for (const SeqRange& range : ranges) {
    out += fmt::format("{}{}-{}", out.empty() ? "" : ",", range.begin.value, range.end.value);
  }
  return out;
}

std::optional<std::vector<SeqRange>> ranges_of_word(std::string_view word) {
  std::vector<SeqRange> ranges;
  for (const std::string_view part : split(word, ',')) {
    const std::size_t dash = part.find('-');
    if (dash == std::string_view::npos) {
      return std::nullopt;
    }
    const auto begin = number<std::uint64_t>(part.substr(0, dash));
    const auto end = number<std::uint64_t>(part.substr(dash + 1));
    if (!begin || !end || *begin >= *end) {
      return std::nullopt;
    }
    ranges.push_back({Seq(*begin), Seq(*end)});
  }
  return ranges;
}

// A path that stays below the store's directory.
bool is_safe_path(std::string_view path) {
  return !path.empty() && path.front() != '/' && path.find("..") == std::string_view::npos &&
         path.find('\0') == std::string_view::npos;
}

class Reader {
 public:
  Result<Catalogue> read(std::string_view text) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      if (end == std::string_view::npos) {
        return wrong("the last line has no end");
      }
      ++line_;
      TRY(take(rest.substr(0, end)));
      rest.remove_prefix(end + 1);
    }
    if (line_ == 0) {
      return wrong("it is empty");
    }
    return std::move(catalogue_);
  }

 private:
  Error wrong(std::string_view what) const {
    return fail(ErrorCode::kCorrupt, "catalogue line {}: {}", line_, what);
  }

  Status take(std::string_view line) {
    if (line_ == 1) {
      return line == kFirstLine ? Status() : wrong("not a catalogue of version 1");
    }
    const std::vector<std::string_view> words = split(line, ' ');
    if (words[0] == "generation" && words.size() == 2) {
      return take_number(words[1], catalogue_.generation);
    }
    if (words[0] == "sealed_end" && words.size() == 2) {
      return take_number(words[1], catalogue_.sealed_end.value);
    }
    if (words[0] == "shape" && words.size() == 1) {
      shapes_.emplace_back();
      return {};
    }
    if (words[0] == "column" && words.size() == 4) {
      return take_column(words);
    }
    if (words[0] == "segment" && words.size() == kSegmentWords) {
      return take_segment(words);
    }
    if (words[0] == "damaged" && words.size() == kDamagedWords) {
      return take_damaged(words);
    }
    return wrong("unknown or incomplete entry");
  }

  Status take_number(std::string_view word, std::uint64_t& out) const {
    const auto value = number<std::uint64_t>(word);
    if (!value) {
      return wrong("not a number");
    }
    out = *value;
    return {};
  }

  Status take_column(const std::vector<std::string_view>& words) {
    const auto type = type_of_word(words[1]);
    auto name = unescaped(words[3]);
    const bool flags_ok =
        !words[2].empty() && words[2].find_first_not_of("cso-") == std::string_view::npos;
    if (shapes_.empty() || !type || !name || name->empty() || !flags_ok) {
      return wrong("bad column");
    }
    const auto has = [&words](char flag) { return words[2].find(flag) != std::string_view::npos; };
    if (!shapes_.back().empty() && shapes_.back().back().name >= *name) {
      return wrong("columns are not in order");
    }
    shapes_.back().push_back({std::move(*name), *type, has('c'), has('s'), has('o')});
    return {};
  }

  Status take_segment(const std::vector<std::string_view>& words) {
    SegmentEntry entry;
    auto dataset = unescaped(words[1]);
    auto file = unescaped(words[2]);
    const auto shape = number<std::uint64_t>(words[3]);
    const auto rows = number<std::uint64_t>(words[4]);
    const auto file_bytes = number<std::uint64_t>(words[5]);
    const auto file_crc = number<std::uint32_t>(words[6], 16);
    const auto filter_bytes = number<std::uint64_t>(words[7]);
    const auto filter_crc = number<std::uint32_t>(words[8], 16);
    const auto time_min = number<std::int64_t>(words[9]);
    const auto time_max = number<std::int64_t>(words[10]);
    const auto received = number<std::int64_t>(words[11]);
    auto ranges = ranges_of_word(words[13]);
    const bool whole = dataset && file && shape && rows && file_bytes && file_crc && filter_bytes &&
                       filter_crc && time_min && time_max && received && ranges;
    if (!whole || *shape >= shapes_.size() || dataset->empty() || !is_safe_path(*file) ||
        (words[12] != "0" && words[12] != "1")) {
      return wrong("bad segment");
    }
    catalogue_.segments.push_back({std::move(*dataset), std::move(*file), *rows, *file_bytes,
                                   *file_crc, *filter_bytes, *filter_crc, Micros(*time_min),
                                   Micros(*time_max), Micros(*received), words[12] == "1",
                                   std::move(*ranges), shapes_[*shape]});
    return {};
  }

  Status take_damaged(const std::vector<std::string_view>& words) {
    auto dataset = unescaped(words[1]);
    auto file = unescaped(words[2]);
    const auto rows = number<std::uint64_t>(words[3]);
    auto ranges = ranges_of_word(words[4]);
    auto reason = unescaped(words[5]);
    if (!dataset || !file || !rows || !ranges || !reason || !is_safe_path(*file)) {
      return wrong("bad damaged segment");
    }
    catalogue_.damaged.push_back(
        {std::move(*dataset), std::move(*file), std::move(*reason), *rows, std::move(*ranges)});
    return {};
  }

  Catalogue catalogue_;
  std::vector<std::vector<PartColumn>> shapes_;
  std::size_t line_ = 0;
};

std::string shape_text(const std::vector<PartColumn>& columns) {
  std::string out = "shape\n";
  for (const PartColumn& column : columns) {
    std::string flags;
    flags += column.stored ? "c" : "";
    flags += column.several ? "s" : "";
    flags += column.overflow ? "o" : "";
    out += fmt::format("column {} {} {}\n", type_word(column.type), flags.empty() ? "-" : flags,
                       escaped(column.name));
  }
  return out;
}

std::string segment_text(const SegmentEntry& entry, std::size_t shape) {
  return fmt::format("segment {} {} {} {} {} {:08x} {} {:08x} {} {} {} {} {}\n",
                     escaped(entry.dataset), escaped(entry.file), shape, entry.rows,
                     entry.file_bytes, entry.file_crc32c, entry.filter_bytes, entry.filter_crc32c,
                     entry.time_min.value, entry.time_max.value, entry.received_max.value,
                     entry.has_overflow ? 1 : 0, ranges_word(entry.ranges));
}

}  // namespace

std::string write_catalogue(const Catalogue& catalogue) {
  std::string out = fmt::format("{}\ngeneration {}\nsealed_end {}\n", kFirstLine,
                                catalogue.generation, catalogue.sealed_end.value);
  std::map<std::string, std::size_t> shapes;
  for (const SegmentEntry& entry : catalogue.segments) {
    std::string shape = shape_text(entry.columns);
    const auto [at, is_new] = shapes.try_emplace(std::move(shape), shapes.size());
    if (is_new) {
      out += at->first;
    }
    out += segment_text(entry, at->second);
  }
  for (const DamagedSegment& damaged : catalogue.damaged) {
    out += fmt::format("damaged {} {} {} {} {}\n", escaped(damaged.dataset), escaped(damaged.file),
                       damaged.rows, ranges_word(damaged.ranges), escaped(damaged.reason));
  }
  out += fmt::format("crc32c {:08x}\n", crc32c(out));
  return out;
}

Result<Catalogue> read_catalogue(std::string_view text) {
  constexpr std::size_t kLastLineBytes = 16;  // "crc32c 01234567\n"
  if (text.size() < kLastLineBytes) {
    return fail(ErrorCode::kCorrupt, "catalogue: {} bytes are too few", text.size());
  }
  const std::string_view body = text.substr(0, text.size() - kLastLineBytes);
  const std::string_view last = text.substr(body.size());
  if (last != fmt::format("crc32c {:08x}\n", crc32c(body))) {
    return fail(ErrorCode::kCorrupt, "catalogue: its bytes do not fit its checksum");
  }
  return Reader().read(body);
}

std::vector<SeqRange> merged_ranges(std::vector<SeqRange> ranges) {
  std::ranges::sort(ranges, {}, &SeqRange::begin);
  std::vector<SeqRange> merged;
  for (const SeqRange& range : ranges) {
    if (!merged.empty() && merged.back().end >= range.begin) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

}  // namespace tocsin
