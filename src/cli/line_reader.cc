#include "cli/line_reader.h"

#include <algorithm>
#include <utility>

namespace tocsin {
namespace {

constexpr std::size_t kChunkBytes = 256U * 1024U;

std::string_view without_return(std::string_view line) {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteSource> source, std::size_t line_bytes_max)
    : source_(std::move(source)), line_bytes_max_(line_bytes_max), chunk_(kChunkBytes) {}

Result<bool> LineReader::fill() {
  TRY_ASSIGN(end_, source_->read(chunk_));
  begin_ = 0;
  return end_ > 0;
}

Result<std::optional<std::string_view>> LineReader::next() {
  carried_.clear();
  bool carrying = false;
  bool cut = false;
  while (true) {
    if (begin_ == end_) {
      TRY_ASSIGN(const bool more, fill());
      if (!more) {
        lines_cut_ += cut ? 1 : 0;
        return carrying ? std::optional(without_return(carried_)) : std::nullopt;
      }
    }
    const std::string_view rest(chunk_.data() + begin_, end_ - begin_);
    const std::size_t newline = rest.find('\n');
    const bool ends = newline != std::string_view::npos;
    const std::string_view part = rest.substr(0, newline);
    begin_ += ends ? newline + 1 : rest.size();
    if (ends && !carrying && part.size() <= line_bytes_max_) {
      return std::optional(without_return(part));
    }
    const std::size_t room = line_bytes_max_ - std::min(carried_.size(), line_bytes_max_);
    carried_.append(part.substr(0, room));
    cut = cut || part.size() > room;
    carrying = true;
    if (ends) {
      lines_cut_ += cut ? 1 : 0;
      return std::optional(without_return(carried_));
    }
  }
}

}  // namespace tocsin
