// Command: one step of a query's pipe. Each has a file in query/command/ with its syntax and its
// SQL; query/command/list.cc names them all.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tocsin {

class Cursor;
class Stage;
struct Expr;

class Command {
 public:
  virtual ~Command() = default;

  // Names of the fields that it reads, computed ones included.
  virtual void collect_fields(std::set<std::string>& names) const = 0;
  // Adds itself to the SQL.
  virtual Status apply(Stage& stage) const = 0;
  // True when it looks at one row at a time and keeps its place: what comes first without it
  // comes first with it.
  virtual bool is_row_wise() const { return false; }
  // The condition, if that is all it is.
  virtual std::shared_ptr<const Expr> condition() const { return nullptr; }
  // Rows after it are no longer events.
  virtual bool ends_events() const { return false; }
};

using CommandPtr = std::unique_ptr<const Command>;
using ParseCommand = Result<CommandPtr> (*)(Cursor& cursor);

struct CommandName {
  std::string_view name;
  ParseCommand parse;
};

// All commands, by name.
const std::vector<CommandName>& command_list();

}  // namespace tocsin
