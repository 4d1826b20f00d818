#include "intake/file_tail/positions.h"

#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"
#include "http/url.h"

namespace tocsin {
namespace {

constexpr std::string_view kFirstLine = "tocsin-positions 1\n";
constexpr std::string_view kCrcWord = "crc32c ";
constexpr std::size_t kParts = 7;

std::optional<std::uint64_t> parse_number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
    return std::nullopt;
  }
  return value;
}

std::string flags_text(const FilePosition& position) {
  std::string flags;
  flags += position.skipping ? "s" : "";
  flags += position.after_partial ? "p" : "";
  flags += position.finished ? "f" : "";
  return flags.empty() ? "-" : flags;
}

bool parse_flags(std::string_view flags, FilePosition& position) {
  if (flags == "-") {
    return true;
  }
  for (const char flag : flags) {
    position.skipping |= flag == 's';
    position.after_partial |= flag == 'p';
    position.finished |= flag == 'f';
  }
  return flags == flags_text(position);
}

std::optional<FilePosition> parse_line(std::string_view line) {
  const std::vector<std::string_view> parts = split(line, ' ');
  if (parts.size() != kParts) {
    return std::nullopt;
  }
  const auto device = parse_number(parts[0], 10);
  const auto inode = parse_number(parts[1], 10);
  const auto offset = parse_number(parts[2], 10);
  const auto fingerprint_bytes = parse_number(parts[3], 10);
  const auto fingerprint = parse_number(parts[4], 16);
  auto path = percent_decode(parts[6]);
  FilePosition position;
  if (!device || !inode || !offset || !fingerprint_bytes || *fingerprint_bytes > 4096 ||
      !fingerprint || !path || path->empty() || !parse_flags(parts[5], position)) {
    return std::nullopt;
  }
  position.device = *device;
  position.inode = *inode;
  position.offset = *offset;
  position.fingerprint_bytes = static_cast<std::uint32_t>(*fingerprint_bytes);
  position.fingerprint = *fingerprint;
  position.path = *std::move(path);
  return position;
}

}  // namespace

std::string positions_text(const std::vector<FilePosition>& positions) {
  std::string text(kFirstLine);
  for (const FilePosition& p : positions) {
    text += fmt::format("{} {} {} {} {:x} {} {}\n", p.device, p.inode, p.offset,
                        p.fingerprint_bytes, p.fingerprint, flags_text(p), percent_encode(p.path));
  }
  const std::uint32_t crc = crc32c(text);
  return text + fmt::format("{}{:08x}\n", kCrcWord, crc);
}

Result<std::vector<FilePosition>> parse_positions(std::string_view text) {
  if (!text.starts_with(kFirstLine)) {
    return fail(ErrorCode::kCorrupt, "not a position file of version 1");
  }
  const std::size_t last = text.substr(0, text.size() - 1).rfind('\n') + 1;
  const std::string_view crc_line = text.substr(last);
  if (crc_line != fmt::format("{}{:08x}\n", kCrcWord, crc32c(text.substr(0, last)))) {
    return fail(ErrorCode::kCorrupt, "the checksum in the last line of the position file is wrong");
  }
  std::vector<FilePosition> positions;
  std::string_view rest = text.substr(kFirstLine.size(), last - kFirstLine.size());
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::optional<FilePosition> position = parse_line(rest.substr(0, end));
    if (!position || positions.size() >= kPositionsMax) {
      return fail(ErrorCode::kCorrupt, "line {} of the position file is damaged",
                  positions.size() + 2);
    }
    positions.push_back(*std::move(position));
    rest.remove_prefix(end + 1);
  }
  return positions;
}

}  // namespace tocsin
