#include "index/duckdb/hot_table.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "base/hash.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace tocsin::duck {
namespace {

constexpr std::size_t kInlinedMax = 12;
constexpr std::string_view kSeparatorShown = "\xE2\x90\x9F";  // U+241F, symbol for unit separator

// Plain ASCII without the value separator: the common case, eight bytes at a time.
bool is_plain(std::string_view text) {
  constexpr std::uint64_t kHigh = 0x8080808080808080ULL;
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  constexpr std::uint64_t kSeparators = kOnes * static_cast<unsigned char>(kValueSeparator);
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t other = word ^ kSeparators;
    if (((word | ((other - kOnes) & ~other)) & kHigh) != 0) {
      return false;
    }
  }
  for (; at < text.size(); ++at) {
    if (static_cast<unsigned char>(text[at]) >= 0x80U || text[at] == kValueSeparator) {
      return false;
    }
  }
  return true;
}

// DuckDB takes names as C strings.
bool can_name_column(std::string_view name) {
  return is_valid_utf8(name) && std::ranges::none_of(name, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20U || byte == 0x7FU;
         });
}

std::optional<std::int64_t> as_long(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kInt:
      return value.as_int();
    case ValueKind::kDouble: {
      constexpr double kExactMax = 9.0e15;
      const double number = value.as_double();
      const bool whole = std::abs(number) <= kExactMax && std::trunc(number) == number;
      return whole ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
    }
    case ValueKind::kText:
      return parse_int(value.as_text());
    case ValueKind::kNull:
    case ValueKind::kBool:
    case ValueKind::kTime:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<double> as_double(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kInt:
      return static_cast<double>(value.as_int());
    case ValueKind::kDouble:
      return value.as_double();
    case ValueKind::kText:
      return parse_double(value.as_text());
    case ValueKind::kNull:
    case ValueKind::kBool:
    case ValueKind::kTime:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<bool> as_bool(const Value& value) {
  if (value.kind() == ValueKind::kBool) {
    return value.as_bool();
  }
  if (value.is_text() && (value.as_text() == "true" || value.as_text() == "false")) {
    return value.as_text() == "true";
  }
  return std::nullopt;
}

std::optional<Micros> as_time(const Value& value) {
  if (value.kind() == ValueKind::kTime) {
    return value.as_time();
  }
  return value.is_text() ? parse_iso_time(value.as_text()) : std::nullopt;
}

}  // namespace

ColumnType column_type_of(FieldType type) {
  switch (type) {
    case FieldType::kKeyword:
    case FieldType::kText:
    case FieldType::kIp:
      return ColumnType::kText;
    case FieldType::kLong:
      return ColumnType::kLong;
    case FieldType::kDouble:
      return ColumnType::kDouble;
    case FieldType::kBool:
      return ColumnType::kBool;
    case FieldType::kDate:
      return ColumnType::kTime;
  }
  return ColumnType::kText;
}

HotTable::HotTable(const FieldCatalog& fields, HotLimits limits)
    : fields_(fields), limits_(limits), columns_(kBaseColumns) {
  columns_[kSeqAt].type = ColumnType::kLong;
  columns_[kTimeAt].type = ColumnType::kTime;
  columns_[kIngestedAt].type = ColumnType::kTime;
  for (const std::string_view name :
       {kSeqColumn, kTimeColumn, kIngestedColumn, kOverflowColumn, kDatasetField}) {
    names_in_lower_case_.emplace(name);
  }
}

bool HotTable::add(const EventBatch& batch, std::size_t event, HotCounts& counts) {
  if (rows_ == kChunkRowsMax) {
    return false;
  }
  if (!open_) {
    open_ = std::make_shared<HotChunk>();
  }
  const EventHead& head = batch.head(event);
  put_number(columns_[kSeqAt], static_cast<std::int64_t>(head.seq.value));
  put_number(columns_[kTimeAt], head.time.value);
  put_number(columns_[kIngestedAt], head.received.value);
  Overflow overflow;
  for (const Field& field : batch.fields(event)) {
    if (!field.value.is_null()) {
      add_field(field, overflow, counts);
    }
  }
  put_overflow(overflow, counts);
  in_time_order_ = in_time_order_ && (!any_rows_ || head.time >= last_time_);
  last_time_ = head.time;
  time_min_ = any_rows_ ? std::min(time_min_, head.time) : head.time;
  time_max_ = any_rows_ ? std::max(time_max_, head.time) : head.time;
  received_max_ = any_rows_ ? std::max(received_max_, head.received) : head.received;
  any_rows_ = true;
  ++rows_;
  ++counts.rows;
  return true;
}

void HotTable::add_field(const Field& field, Overflow& overflow, HotCounts& counts) {
  const std::int32_t at = column_of(field.id);
  if (at == kNoColumn) {
    overflow.emplace_back(field.id, field.value.to_text());
    return;
  }
  Column& column = columns_[static_cast<std::size_t>(at)];
  if (column.last_row == rows_) {
    put_another(column, field.value, overflow, counts);
  } else if (!put(column, field.value, counts)) {
    overflow.emplace_back(field.id, field.value.to_text());
    column.overflow = true;
  }
}

std::int32_t HotTable::column_of(FieldId field) {
  if (field.value >= column_of_field_.size()) {
    column_of_field_.resize(field.value + 64, kUnseen);
  }
  std::int32_t& at = column_of_field_[field.value];
  if (at == kUnseen) {
    at = make_column(field);
  }
  return at;
}

std::int32_t HotTable::make_column(FieldId field) {
  const std::string_view name = fields_.name(field);
  const bool fits = stored_columns() < limits_.columns_max && can_name_column(name) &&
                    names_in_lower_case_.insert(to_lower(name)).second;
  if (!fits) {
    return kNoColumn;
  }
  Column& column = columns_.emplace_back();
  column.field = field;
  column.field_type = FieldCatalog::type(field);
  column.type = column_type_of(column.field_type);
  return static_cast<std::int32_t>(columns_.size() - 1);
}

bool HotTable::put(Column& column, const Value& value, HotCounts& counts) {
  switch (column.type) {
    case ColumnType::kText:
    case ColumnType::kTextList:
      return value.is_text() ? put_text(column, value.as_text(), counts)
                             : put_text(column, value.to_text(), counts);
    case ColumnType::kLong:
      if (const auto number = as_long(value)) {
        put_number(column, *number);
        return true;
      }
      return false;
    case ColumnType::kDouble:
      if (const auto number = as_double(value)) {
        put_cell(column, &*number, sizeof(double));
        return true;
      }
      return false;
    case ColumnType::kBool:
      if (const auto flag = as_bool(value)) {
        put_cell(column, &*flag, 1);
        return true;
      }
      return false;
    case ColumnType::kTime:
      if (const auto time = as_time(value)) {
        put_number(column, time->value);
        return true;
      }
      return false;
  }
  return false;
}

bool HotTable::put_text(Column& column, std::string_view text, HotCounts& counts) {
  const std::size_t bytes_max =
      column.field_type == FieldType::kText ? limits_.text_bytes_max : limits_.keyword_bytes_max;
  const duckdb_string_t cell = stored_text(column, clean_text(text, bytes_max, counts));
  put_cell(column, &cell, sizeof(cell));
  return true;
}

void HotTable::put_another(Column& column, const Value& value, Overflow& overflow,
                           HotCounts& counts) {
  if (column.type != ColumnType::kText) {
    overflow.emplace_back(column.field, value.to_text());
    column.overflow = true;
    return;
  }
  auto* cells = static_cast<duckdb_string_t*>(static_cast<void*>(column.cells.data()));
  const std::string before(view_of(cells[rows_]));
  const std::string said = value.to_text();
  const std::string_view text = clean_text(said, limits_.keyword_bytes_max, counts);
  if (before.size() + 1 + text.size() > limits_.keyword_bytes_max) {
    overflow.emplace_back(column.field, said);
    column.overflow = true;
    return;
  }
  cells[rows_] = stored_text(column, before + kValueSeparator + std::string(text));
  column.several = true;
}

void HotTable::put_overflow(const Overflow& overflow, HotCounts& counts) {
  if (overflow.empty()) {
    return;
  }
  JsonWriter json;
  json.begin_object();
  for (auto field = overflow.begin(); field != overflow.end(); ++field) {
    const auto same = [field](const auto& other) { return other.first == field->first; };
    if (std::any_of(overflow.begin(), field, same)) {
      continue;
    }
    overflow_fields_.insert(field->first.value);
    json.key(fields_.name(field->first)).begin_array();
    for (auto value = field; value != overflow.end(); ++value) {
      if (same(*value)) {
        json.value(utf8_prefix(value->second, limits_.keyword_bytes_max));
      }
    }
    json.end_array();
  }
  json.end_object();
  counts.values_overflowed += overflow.size();
  Column& column = columns_[kOverflowAt];
  const duckdb_string_t cell = stored_text(column, json.take());
  put_cell(column, &cell, sizeof(cell));
}

void HotTable::put_number(Column& column, std::int64_t value) {
  put_cell(column, &value, sizeof(value));
}

void HotTable::put_cell(Column& column, const void* cell, std::size_t bytes) {
  if (column.cells.empty()) {
    column.cells.resize(kChunkRowsMax * bytes);
  }
  std::memcpy(column.cells.data() + rows_ * bytes, cell, bytes);
  column.validity[rows_ / 64] |= std::uint64_t{1} << (rows_ % 64);
  column.last_row = rows_;
  ++column.valid_rows;
}

duckdb_string_t HotTable::stored_text(Column& column, std::string_view text) {
  duckdb_string_t cell{};
  cell.value.inlined.length = static_cast<std::uint32_t>(text.size());
  if (text.size() <= kInlinedMax) {
    std::memcpy(cell.value.inlined.inlined, text.data(), text.size());
    return cell;
  }
  if (column.recent.empty()) {
    column.recent.resize(kRecentTexts);
  }
  const std::uint64_t hash = hash64(text);
  Recent& recent = column.recent[hash % kRecentTexts];
  if (recent.hash == hash && view_of(recent.text) == text) {
    return recent.text;
  }
  std::memcpy(cell.value.pointer.prefix, text.data(), sizeof(cell.value.pointer.prefix));
  char* bytes = open_->heap.allocate(text.size());
  std::memcpy(bytes, text.data(), text.size());
  cell.value.pointer.ptr = bytes;
  recent = {hash, cell};
  return cell;
}

std::string_view HotTable::clean_text(std::string_view text, std::size_t bytes_max,
                                      HotCounts& counts) {
  if (text.size() > bytes_max) {
    ++counts.texts_cut;
    text = utf8_prefix(text, bytes_max);
  }
  if (is_plain(text)) {
    return text;
  }
  const bool has_separator = text.find(kValueSeparator) != std::string_view::npos;
  if (!has_separator && is_valid_utf8(text)) {
    return text;
  }
  ++counts.texts_repaired;
  repaired_.clear();
  for (const char c : to_valid_utf8(text)) {
    if (c == kValueSeparator) {
      repaired_ += kSeparatorShown;
    } else {
      repaired_.push_back(c);
    }
  }
  return repaired_;
}

std::unique_ptr<HotColumn> HotTable::finished(Column& column) const {
  if (column.valid_rows == 0) {
    return nullptr;
  }
  auto done = std::make_unique<HotColumn>();
  const std::size_t bytes = cell_bytes(column.type);
  done->type = column.type;
  done->all_valid = column.valid_rows == rows_;
  if (!done->all_valid) {
    done->validity = std::make_unique<Validity>(column.validity);
    for (std::size_t row = 0; row < rows_; ++row) {  // a cell without a value must be harmless
      if (!done->valid(row)) {
        std::memset(column.cells.data() + row * bytes, 0, bytes);
      }
    }
  }
  const std::byte* first = column.cells.data();
  std::size_t same = 1;
  while (done->all_valid && same < rows_ && std::memcmp(first, first + same * bytes, bytes) == 0) {
    ++same;
  }
  done->constant = done->all_valid && same == rows_;
  done->cells.assign(first, first + (done->constant ? 1 : rows_) * bytes);
  return done;
}

std::shared_ptr<const HotChunk> HotTable::take() {
  if (rows_ == 0) {
    return nullptr;
  }
  open_->rows = rows_;
  open_->bytes = sizeof(HotChunk) + open_->heap.allocated_bytes();
  open_->columns.reserve(columns_.size());
  for (Column& column : columns_) {
    open_->columns.push_back(finished(column));
    if (const HotColumn* done = open_->columns.back().get(); done != nullptr) {
      open_->bytes += sizeof(HotColumn) + done->cells.size() +
                      (done->validity ? sizeof(Validity) : std::size_t{0});
    }
    column.valid_rows = 0;
    column.last_row = SIZE_MAX;
    column.validity.fill(0);
    std::ranges::fill(column.recent, Recent{});
  }
  rows_taken_ += rows_;
  bytes_taken_ += open_->bytes;
  rows_ = 0;
  return std::move(open_);
}

std::vector<PartColumn> HotTable::columns() const {
  std::vector<PartColumn> out;
  std::unordered_set<std::uint32_t> overflow_only = overflow_fields_;
  for (std::size_t i = kBaseColumns; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    overflow_only.erase(column.field.value);
    out.push_back({std::string(fields_.name(column.field)), column.type, true, column.several,
                   column.overflow});
  }
  for (const std::uint32_t field : overflow_only) {
    out.push_back({std::string(fields_.name(FieldId(field))),
                   column_type_of(FieldCatalog::type(FieldId(field))), false, false, true});
  }
  return out;
}

}  // namespace tocsin::duck
