#include "index/duckdb/segment_writer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "base/fail.h"
#include "base/hash.h"
#include "base/time_text.h"
#include "index/file_checksum.h"
#include "index/sql_text.h"
#include "index/token_filter.h"
#include "index/tokens.h"

namespace tocsin::duck {
namespace {

constexpr std::uint64_t kFilterFileBytesMax = 1ULL << 30U;

// The tokens of one text column; neighbours often repeat, so the last few values are remembered.
class ColumnTokens {
 public:
  ColumnTokens(TokenSet& tokens, std::string_view column)
      : tokens_(tokens), seed_(column_seed(column)) {}

  void add(const duckdb_string_t& cell) {
    const std::string_view text = view_of(cell);
    std::uint64_t bits[2];
    std::memcpy(bits, &cell, sizeof(bits));
    Seen& seen = seen_[(bits[0] ^ (bits[1] >> 3U) ^ (bits[0] >> 32U)) % seen_.size()];
    if (seen.used && std::memcmp(&seen.cell, &cell, sizeof(cell)) == 0) {
      return;
    }
    seen = {cell, true};
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(kValueSeparator, begin), text.size());
      add_value(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  void forget() { seen_.fill({}); }

 private:
  struct Seen {
    duckdb_string_t cell{};
    bool used = false;
  };
  void add_value(std::string_view value) {
    if (value.size() <= kWholeValueBytesMax) {
      add_token(whole_value_token(value));
    }
    for_each_token(value, [this](std::uint64_t token) { add_token(token); });
    for_each_address(value, [this](std::uint64_t token) { add_token(token); });
  }

  void add_token(std::uint64_t token) { tokens_.add(token_in_column(token, seed_)); }

  TokenSet& tokens_;
  std::uint64_t seed_;
  std::array<Seen, 128> seen_{};
};

void add_column(ColumnTokens& seen, const HotChunk& chunk, const HotColumn& column) {
  if (column.type != ColumnType::kText) {
    return;
  }
  seen.forget();
  const std::size_t rows = column.constant ? 1 : chunk.rows;
  for (std::size_t row = 0; row < rows; ++row) {
    if (column.valid(row)) {
      seen.add(column.text(row));
    }
  }
}

std::string filter_of(const HotPart& part) {
  TokenSet tokens;
  for (std::size_t i = 0; i < part.stored_columns().size(); ++i) {
    ColumnTokens seen(tokens, part.stored_columns()[i].name);
    for (const auto& chunk : part.chunks()) {
      const std::size_t at = kBaseColumns + i;
      if (at < chunk->columns.size() && chunk->columns[at]) {
        add_column(seen, *chunk, *chunk->columns[at]);
      }
    }
  }
  return tokens.filter();
}

std::string compact_time(Micros time) {
  std::string out;
  for (const char c : iso_time(time).substr(0, 19)) {
    if (c != '-' && c != ':') {
      out.push_back(c);
    }
  }
  return out;
}

std::vector<PartColumn> united_columns(std::span<const std::shared_ptr<const Segment>> segments) {
  std::map<std::string, PartColumn> united;
  for (const auto& segment : segments) {
    for (const PartColumn& column : segment->columns) {
      const auto [at, is_new] = united.try_emplace(column.name, column);
      at->second.stored = at->second.stored || column.stored;
      at->second.several = at->second.several || column.several;
      at->second.overflow = at->second.overflow || column.overflow;
    }
  }
  std::vector<PartColumn> columns;
  for (auto& [name, column] : united) {
    columns.push_back(std::move(column));
  }
  return columns;
}

bool follow_each_other(std::span<const std::shared_ptr<const Segment>> segments) {
  for (std::size_t i = 1; i < segments.size(); ++i) {
    if (segments[i]->time_min < segments[i - 1]->time_max) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::make(const StoreOptions& options,
                                                           FileSystem& files,
                                                           HotRegistry& registry) {
  std::unique_ptr<SegmentWriter> writer(new SegmentWriter(options, files));
  TRY_ASSIGN(
      writer->database_,
      Database::open({{"threads", "1"},
                      {"memory_limit", fmt::format("{}B", options.seal_memory_bytes)},
                      {"temp_directory", options.directory + "/spill.tmp"},
                      {"max_temp_directory_size", fmt::format("{}B", options.spill_bytes_max)},
                      {"autoinstall_known_extensions", "false"},
                      {"autoload_known_extensions", "false"}}));
  TRY_ASSIGN(writer->connection_, writer->database_.connect());
  TRY(register_hot_scan(writer->connection_.get(), registry));
  return writer;
}

Result<SegmentEntry> SegmentWriter::write(const HotPart& part, const PublishedTable& table,
                                          const std::vector<SeqRange>& ranges,
                                          std::uint64_t generation) {
  SegmentEntry entry;
  entry.dataset = table.dataset;
  entry.rows = table.rows;
  entry.time_min = table.time_min;
  entry.time_max = table.time_max;
  entry.received_max = table.received_max;
  entry.has_overflow = table.has_overflow;
  entry.ranges = ranges;
  entry.columns = part.columns;
  TRY(name_file(entry, generation));
  const std::string select = fmt::format(
      "SELECT {} FROM {} {}",
      entry.has_overflow ? "*" : fmt::format("* EXCLUDE ({})", sql_name(kOverflowColumn)),
      part.relation(),
      table.in_time_order
          ? ""
          : fmt::format("ORDER BY {}, {}", sql_name(kTimeColumn), sql_name(kSeqColumn)));
  Status done = copy_to_file(select, directory_ + "/" + entry.file);
  if (done) {
    done = finish(entry, filter_of(part));
  }
  if (!done) {
    discard(entry);
    return fail_because(std::move(done).error(), "sealing {} events of {} into {}", entry.rows,
                        entry.dataset, entry.file);
  }
  return entry;
}

Result<SegmentEntry> SegmentWriter::merge(std::span<const std::shared_ptr<const Segment>> segments,
                                          std::uint64_t generation) {
  SegmentEntry entry = segments.front()->entry();
  std::string list;
  std::string filters;
  entry.rows = 0;
  entry.ranges.clear();
  bool all_have_filters = true;
  for (const auto& segment : segments) {
    const SegmentEntry& part = segment->entry();
    entry.rows += part.rows;
    entry.time_min = std::min(entry.time_min, part.time_min);
    entry.time_max = std::max(entry.time_max, part.time_max);
    entry.received_max = std::max(entry.received_max, part.received_max);
    entry.has_overflow = entry.has_overflow || part.has_overflow;
    entry.ranges.insert(entry.ranges.end(), part.ranges.begin(), part.ranges.end());
    list += fmt::format("{}{}", list.empty() ? "" : ", ", sql_literal(segment->path()));
    const auto filter = read_file(files_, segment->filter_path(), kFilterFileBytesMax);
    const bool good =
        filter && filter->size() == part.filter_bytes && crc32c(*filter) == part.filter_crc32c;
    all_have_filters = all_have_filters && good;
    filters += good ? *filter : std::string();
  }
  entry.ranges = merged_ranges(std::move(entry.ranges));
  entry.columns = united_columns(segments);
  TRY(name_file(entry, generation));
  const std::string order =
      follow_each_other(segments)
          ? ""
          : fmt::format(" ORDER BY {}, {}", sql_name(kTimeColumn), sql_name(kSeqColumn));
  Status done = copy_to_file(
      fmt::format("SELECT * FROM read_parquet([{}], union_by_name = true){}", list, order),
      directory_ + "/" + entry.file);
  if (done) {
    done = finish(entry, all_have_filters ? filters : std::string());
  }
  if (!done) {
    discard(entry);
    return fail_because(std::move(done).error(), "merging {} segments of {}", segments.size(),
                        entry.dataset);
  }
  return entry;
}

Status SegmentWriter::name_file(SegmentEntry& entry, std::uint64_t generation) {
  const std::string folder =
      fmt::format("{}/{}", entry.dataset, iso_time(entry.time_max).substr(0, 10));
  entry.file =
      fmt::format("{}/{}-{}-{}-{}-{}-{}.parquet", folder, entry.dataset,
                  compact_time(entry.time_min), compact_time(entry.time_max),
                  entry.ranges.front().begin.value, entry.ranges.back().end.value, generation);
  return files_.create_directories(directory_ + "/" + folder);
}

Status SegmentWriter::copy_to_file(const std::string& select, const std::string& path) {
  return execute(connection_.get(),
                 fmt::format("COPY ({}) TO {} (FORMAT parquet, COMPRESSION zstd, "
                             "COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 122880, PARQUET_VERSION v2)",
                             select, sql_literal(path + std::string(kTemporarySuffix))));
}

Status SegmentWriter::finish(SegmentEntry& entry, const std::string& filter) {
  const std::string path = directory_ + "/" + entry.file;
  entry.filter_bytes = 0;
  entry.filter_crc32c = 0;
  if (!filter.empty()) {
    TRY(write_filter(path + ".filter", filter));
    entry.filter_bytes = filter.size();
    entry.filter_crc32c = crc32c(filter);
  }
  TRY(finish_file(path, entry.file_bytes, entry.file_crc32c));
  TRY(files_.sync_directory(parent_directory(path)));
  TRY(files_.sync_directory(parent_directory(parent_directory(path))));
  return files_.sync_directory(directory_);
}

Status SegmentWriter::finish_file(const std::string& path, std::uint64_t& bytes,
                                  std::uint32_t& crc) {
  const std::string temporary = path + std::string(kTemporarySuffix);
  {
    TRY_ASSIGN(const auto file, files_.open(temporary, OpenMode::kReadWrite));
    TRY(file->sync_data());
    TRY_ASSIGN(bytes, file->size());
    TRY_ASSIGN(crc, file_crc32c(*file));
  }
  return files_.rename(temporary, path);
}

Status SegmentWriter::write_filter(const std::string& path, std::string_view filter) {
  const std::string temporary = path + std::string(kTemporarySuffix);
  static_cast<void>(files_.remove(temporary).has_value());  // of an attempt that failed
  {
    TRY_ASSIGN(const auto file, files_.open(temporary, OpenMode::kCreateNew));
    TRY(file->append(filter));
    TRY(file->sync_data());
  }
  return files_.rename(temporary, path);
}

void SegmentWriter::discard(const SegmentEntry& entry) {
  const std::string path = directory_ + "/" + entry.file;
  for (const std::string& name : {path, path + ".filter"}) {
    static_cast<void>(files_.remove(name).has_value());  // what stays is a stray
    static_cast<void>(files_.remove(name + std::string(kTemporarySuffix)).has_value());
  }
}

}  // namespace tocsin::duck
