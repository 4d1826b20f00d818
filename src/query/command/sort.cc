// sort [N] [-|+]FIELD [asc|desc] [, …]      N: keep the first N
#include "base/text.h"
#include "query/command/list.h"
#include "query/stage.h"

namespace tocsin {
namespace {

struct Key {
  std::string field;
  bool descending = false;
};

class Sort final : public Command {
 public:
  Sort(std::vector<Key> keys, std::optional<std::uint64_t> rows)
      : keys_(std::move(keys)), rows_(rows) {}

  void collect_fields(std::set<std::string>& names) const override {
    for (const Key& key : keys_) {
      names.insert(key.field);
    }
  }
  Status apply(Stage& stage) const override {
    std::vector<SortKey> order;
    for (const Key& key : keys_) {
      const StageColumn* column = stage.find(key.field);
      if (column == nullptr) {
        continue;
      }
      if (column->type == ColumnType::kText && !column->known) {  // it may hold numbers
        order.push_back({sql_of("TRY_CAST(", column->id, " AS DOUBLE)"), key.descending});
      }
      order.push_back({Sql(column->id), key.descending});
    }
    if (stage.open()) {  // equals stay newest first
      order.push_back({"t", true});
      order.push_back({"s", true});
    }
    stage.set_order(std::move(order));
    if (rows_) {
      stage.keep_first(*rows_);
    }
    return {};
  }

 private:
  std::vector<Key> keys_;
  std::optional<std::uint64_t> rows_;
};

}  // namespace

Result<CommandPtr> parse_sort(Cursor& cursor) {
  constexpr std::size_t kKeysMax = 16;
  std::optional<std::uint64_t> rows;
  cursor.skip_space();
  if (is_digit(cursor.peek())) {
    TRY_ASSIGN(rows, cursor.count("the number of rows", kRowsMax));
  }
  std::vector<Key> keys;
  while (!cursor.at_command_end()) {
    Key key;
    key.descending = cursor.take("-");
    if (!key.descending) {
      static_cast<void>(cursor.take("+"));
    }
    TRY_ASSIGN(key.field, cursor.name("a field to sort by"));
    if (cursor.take("(") && !cursor.take(")")) {  // sort -sum(bytes): the column's whole name
      TRY_ASSIGN(const std::string inner, cursor.name("a field"));
      key.field += "(" + inner + ")";
      if (!cursor.take(")")) {
        return cursor.error("a ) is expected here");
      }
    }
    if (cursor.take_word("desc")) {
      key.descending = true;
    } else {
      static_cast<void>(cursor.take_word("asc"));
    }
    if (keys.size() >= kKeysMax) {
      return cursor.error("too many fields to sort by");
    }
    keys.push_back(std::move(key));
    static_cast<void>(cursor.take(","));
  }
  if (keys.empty()) {
    return cursor.error("a field to sort by is expected here");
  }
  return CommandPtr(std::make_unique<const Sort>(std::move(keys), rows));
}

}  // namespace tocsin
