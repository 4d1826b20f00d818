#include <fmt/ranges.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/utf8.h"
#include "query/ast.h"
#include "query/cursor.h"
#include "query/filter_parser.h"
#include "query/query.h"

namespace tocsin {
namespace {

constexpr std::size_t kCommandsMax = 32;

Result<CommandPtr> parse_command(Cursor& cursor) {
  cursor.skip_space();
  const std::size_t at = cursor.at();
  TRY_ASSIGN(const std::string name, cursor.name("a command"));
  std::vector<std::string_view> names;
  for (const CommandName& command : command_list()) {
    if (equals_ignore_case(command.name, name)) {
      TRY_ASSIGN(CommandPtr parsed, command.parse(cursor));
      if (!cursor.at_command_end()) {
        return cursor.error(fmt::format("{} does not take this", command.name));
      }
      return parsed;
    }
    names.push_back(command.name);
  }
  const std::string_view close = closest_word(name, names);
  return cursor.error(
      at, close.empty()
              ? fmt::format("there is no command {}; there are {}", name, fmt::join(names, ", "))
              : fmt::format("there is no command {}; did you mean {}?", name, close));
}

}  // namespace

Result<Query> parse_query(std::string_view text) {
  if (text.size() > kQueryBytesMax) {
    return fail(ErrorCode::kInvalid, "the query has {} bytes, at most {} are allowed", text.size(),
                kQueryBytesMax);
  }
  if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kInvalid, "the query is not valid UTF-8 text");
  }
  auto tree = std::make_shared<QueryTree>();
  tree->text = std::string(text);
  Cursor cursor(tree->text);
  TRY_ASSIGN(tree->filter, parse_filter(cursor));
  while (cursor.take("|")) {
    if (tree->commands.size() >= kCommandsMax) {
      return cursor.error(fmt::format("more than {} commands", kCommandsMax));
    }
    TRY_ASSIGN(CommandPtr command, parse_command(cursor));
    tree->commands.push_back(std::move(command));
  }
  return Query(std::move(tree));
}

bool gives_events(const Query& query) {
  for (const CommandPtr& command : query.tree().commands) {
    if (command->ends_events()) {
      return false;
    }
  }
  return true;
}

}  // namespace tocsin
