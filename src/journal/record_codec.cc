#include "journal/record_codec.h"

#include <string>
#include <unordered_map>

#include "base/fail.h"
#include "base/little_endian.h"
#include "journal/journal.h"

namespace tocsin::journal {
namespace {

constexpr std::uint64_t kOriginTextMax = 64 * 1024;

void append_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

void append_short(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out.append(text);
}

std::string read_short(ByteReader& in) {
  const std::uint64_t size = in.varint();
  if (size > kOriginTextMax) {
    in.fail();
  }
  return std::string(in.take(size));
}

Error damaged(std::string_view what) {
  return fail(ErrorCode::kCorrupt, "record payload: {}", what);
}

// Gives the batch's origin index of each record.
Result<std::vector<std::uint32_t>> read_origins(ByteReader& in, std::uint32_t count,
                                                RecordBatch& batch) {
  const std::uint64_t origins = in.varint();
  if (origins > count) {
    return damaged("more origins than records");
  }
  std::vector<std::uint32_t> index_of;
  for (std::uint64_t i = 0; i < origins && in.ok(); ++i) {
    Origin origin;
    origin.source = read_short(in);
    origin.peer = read_short(in);
    origin.hint = read_short(in);
    index_of.push_back(batch.add_origin(origin));
  }
  std::vector<std::uint32_t> of_record;
  of_record.reserve(count);
  while (in.ok() && of_record.size() < count) {
    const std::uint64_t origin = in.varint();
    const std::uint64_t run = in.varint();
    if (!in.ok() || origin >= index_of.size() || run == 0 || run > count - of_record.size()) {
      return damaged("an origin run does not fit");
    }
    of_record.insert(of_record.end(), run, index_of[origin]);
  }
  return in.ok() ? Result<std::vector<std::uint32_t>>(std::move(of_record))
                 : damaged("origins are cut short");
}

struct Columns {
  std::vector<Micros> received;
  std::vector<std::uint64_t> sizes;
};

Result<Columns> read_columns(ByteReader& in, std::uint32_t count) {
  Columns columns;
  columns.received.reserve(count);
  columns.sizes.reserve(count);
  std::uint64_t time = 0;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    time += static_cast<std::uint64_t>(unzigzag(in.varint()));
    columns.received.emplace_back(static_cast<std::int64_t>(time));
  }
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    columns.sizes.push_back(in.varint());
    if (columns.sizes.back() > in.left()) {
      return damaged("a record is longer than the payload");
    }
    total += columns.sizes.back();
  }
  if (!in.ok() || total != in.left()) {
    return damaged("lengths and bytes disagree");
  }
  return columns;
}

}  // namespace

void append_canonical_origin(std::string& out, const Origin& origin) {
  append_text(out, origin.source);
  append_text(out, origin.peer);
  append_text(out, origin.hint);
}

std::string canonical_record(Micros received, const Origin& origin, std::string_view bytes) {
  std::string out;
  put(out, received.value);
  append_canonical_origin(out, origin);
  out.append(bytes);
  return out;
}

OriginTable OriginTable::of(const std::vector<Slice>& slices) {
  OriginTable table;
  std::unordered_map<std::string, std::uint32_t> known;
  std::string key;
  for (const Slice& slice : slices) {
    // A batch's own origin indices, translated once a slice.
    std::vector<std::uint32_t> translated(slice.batch->origins().size(), UINT32_MAX);
    for (std::size_t i = slice.begin; i < slice.end; ++i) {
      const std::uint32_t own = slice.batch->origin_index(i);
      if (translated[own] == UINT32_MAX) {
        const Origin& origin = slice.batch->origins()[own];
        key.clear();
        append_canonical_origin(key, origin);
        const auto next = static_cast<std::uint32_t>(table.origins.size());
        const auto [at, added] = known.try_emplace(key, next);
        if (added) {
          table.origins.push_back(origin);
        }
        translated[own] = at->second;
      }
      table.of_record.push_back(translated[own]);
    }
  }
  return table;
}

std::string encode_payload(const std::vector<Slice>& slices, const OriginTable& origins) {
  std::string out;
  put_varint(out, origins.origins.size());
  for (const Origin& origin : origins.origins) {
    append_short(out, origin.source);
    append_short(out, origin.peer);
    append_short(out, origin.hint);
  }
  const std::vector<std::uint32_t>& of = origins.of_record;
  for (std::size_t begin = 0, end = 0; begin < of.size(); begin = end) {
    while (end < of.size() && of[end] == of[begin]) {
      ++end;
    }
    put_varint(out, of[begin]);
    put_varint(out, end - begin);
  }
  std::uint64_t previous = 0;
  std::size_t bytes = 0;
  for (const Slice& slice : slices) {
    for (std::size_t i = slice.begin; i < slice.end; ++i) {
      const Record record = (*slice.batch)[i];
      const auto time = static_cast<std::uint64_t>(record.received.value);
      put_varint(out, zigzag(static_cast<std::int64_t>(time - previous)));
      previous = time;
      bytes += record.bytes.size();
    }
  }
  for (const Slice& slice : slices) {
    for (std::size_t i = slice.begin; i < slice.end; ++i) {
      put_varint(out, (*slice.batch)[i].bytes.size());
    }
  }
  out.reserve(out.size() + bytes);
  for (const Slice& slice : slices) {
    for (std::size_t i = slice.begin; i < slice.end; ++i) {
      out.append((*slice.batch)[i].bytes);
    }
  }
  return out;
}

Result<std::shared_ptr<RecordBatch>> decode_payload(std::string_view payload, std::uint32_t count,
                                                    const std::vector<bool>& redacted) {
  ByteReader in(payload);
  auto batch = std::make_shared<RecordBatch>();
  TRY_ASSIGN(const std::vector<std::uint32_t> origins, read_origins(in, count, *batch));
  TRY_ASSIGN(const Columns columns, read_columns(in, count));
  std::uint32_t erased = 0;
  if (!redacted.empty()) {
    erased = batch->add_origin(Origin{"", "", std::string(kRedactedHint)});
  }
  batch->reserve(count, in.left());
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool gone = !redacted.empty() && redacted[i];
    const std::string_view bytes = in.take(columns.sizes[i]);
    if (gone && !bytes.empty()) {
      return damaged("a redacted record still has bytes");
    }
    if (!batch->add(gone ? erased : origins[i], columns.received[i], bytes)) {
      return damaged("too many bytes for one batch");
    }
  }
  return batch;
}

}  // namespace tocsin::journal
