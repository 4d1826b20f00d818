#include "cli/channel_command.h"

#include <memory>
#include <span>
#include <string>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "base/json_writer.h"
#include "cli/byte_source.h"
#include "cli/event_line.h"
#include "cli/server_access.h"
#include "cli/terminal.h"
#include "sys/file_system.h"

namespace tocsin {
namespace {

struct ChannelArguments {
  ConnectionOptions connection;
  std::string name;
  std::string state;
  std::string channel;
  std::string alert;
  std::uint64_t limit = 50;
  std::uint64_t id = 0;
  bool all = false;
  bool json = false;
};
using Arguments = std::shared_ptr<ChannelArguments>;

std::string member(simdjson::dom::object object, std::string_view name) {
  simdjson::dom::element value;
  return object[name].get(value) == simdjson::SUCCESS ? cell_text(value) : std::string();
}

Status parse(simdjson::dom::parser& parser, const std::string& body, simdjson::dom::object& root) {
  if (parser.parse(simdjson::padded_string(body)).get(root) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer is not a JSON object");
  }
  return {};
}

// Prints the items of a list of the answer: as a table of `columns`, or a JSON object a line.
Status print_list(const std::string& body, std::string_view list,
                  const std::vector<std::string>& columns, bool as_json) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  TRY(parse(parser, body, root));
  simdjson::dom::array items;
  if (root[list].get(items) != simdjson::SUCCESS) {
    return Error(ErrorCode::kUnavailable, "the server's answer has no list");
  }
  std::vector<std::string> headings;
  for (const std::string& column : columns) {
    std::string heading;
    for (const char c : column) {
      heading += c == '_' ? ' ' : static_cast<char>(c - (c >= 'a' && c <= 'z' ? 32 : 0));
    }
    headings.push_back(heading);
  }
  TextTable table(headings);
  for (const simdjson::dom::element item : items) {
    if (as_json) {
      fmt::print("{}\n", simdjson::minify(item));
      continue;
    }
    std::vector<std::string> cells;
    for (const std::string& column : columns) {
      cells.push_back(member(item, column));
    }
    table.add(std::move(cells));
  }
  if (!as_json) {
    fmt::print("{}", table.empty() ? "None.\n" : table.render(terminal_width()));
  }
  return {};
}

Status list_channels(const ChannelArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY_ASSIGN(const std::string body, access.connection().get("/api/v1/channels"));
  return print_list(body, "channels",
                    {"name", "type", "from", "armed", "waiting", "dead", "last_sent", "fault"},
                    arguments.json);
}

// At most what the server takes.
Result<std::string> read_standard_input() {
  constexpr std::size_t kBytesMax = 1U << 20U;
  PosixFileSystem files;
  TRY_ASSIGN(const std::unique_ptr<ByteSource> source, open_bytes(files, "-"));
  std::string text(kBytesMax + 1, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    TRY_ASSIGN(const std::size_t got,
               source->read(std::span<char>(text.data() + length, text.size() - length)));
    if (got == 0) {
      break;
    }
    length += got;
  }
  if (length > kBytesMax) {
    return fail(ErrorCode::kTooLarge, "a channel's definition has at most {} bytes", kBytesMax);
  }
  text.resize(length);
  return text;
}

// The definition comes on standard input: a secret does not belong on a command line.
Status set_channel(const ChannelArguments& arguments) {
  TRY_ASSIGN(const std::string body, read_standard_input());
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY(access.connection().send("PUT", "/api/v1/channels/" + url_encode(arguments.name), body));
  fmt::print("channel {} is in force\n", arguments.name);
  return {};
}

Status remove_channel(const ChannelArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY(access.connection().send("DELETE", "/api/v1/channels/" + url_encode(arguments.name), ""));
  fmt::print("channel {} is removed\n", arguments.name);
  return {};
}

Status test_channel(const ChannelArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY_ASSIGN(const std::string body,
             access.connection().send(
                 "POST", "/api/v1/channels/" + url_encode(arguments.name) + "/test", "{}"));
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  TRY(parse(parser, body, root));
  if (member(root, "sent") != "true") {
    return Error(ErrorCode::kUnavailable, fmt::format("channel {} did not take the message: {}",
                                                      arguments.name, member(root, "detail")));
  }
  fmt::print("sent: {}\n", member(root, "detail"));
  return {};
}

Status list_messages(const ChannelArguments& arguments) {
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  const std::string path =
      "/api/v1/notifications" + url_query({{"state", arguments.state},
                                           {"channel", arguments.channel},
                                           {"alert", arguments.alert},
                                           {"limit", std::to_string(arguments.limit)}});
  TRY_ASSIGN(const std::string body, access.connection().get(path));
  return print_list(
      body, "messages",
      {"id", "created", "channel", "kind", "level", "state", "attempts", "alert_id", "detail"},
      arguments.json);
}

Status change_dead(const ChannelArguments& arguments, std::string_view what) {
  JsonWriter json;
  json.begin_object();
  if (arguments.id != 0) {
    json.member("id", arguments.id);
  }
  if (!arguments.channel.empty()) {
    json.member("channel", arguments.channel);
  }
  if (arguments.all) {
    json.member("all", true);
  }
  json.end_object();
  TRY_ASSIGN(ServerAccess access, ServerAccess::open(arguments.connection));
  TRY_ASSIGN(
      const std::string body,
      access.connection().send("POST", fmt::format("/api/v1/notifications/{}", what), json.take()));
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  TRY(parse(parser, body, root));
  fmt::print("{} messages\n", member(root, "messages"));
  return {};
}

CLI::App* add_named(CLI::App* channel, const std::string& word, const std::string& help,
                    const Arguments& arguments) {
  CLI::App* command = channel->add_subcommand(word, help);
  command->add_option("name", arguments->name, "Name of the channel")->required();
  add_connection_options(*command, arguments->connection);
  return command;
}

void add_dead_command(CLI::App* channel, const std::string& word, const std::string& help,
                      const Arguments& arguments, ExitCode& exit_code) {
  CLI::App* command = channel->add_subcommand(word, help);
  command->add_option("--id", arguments->id, "One message");
  command->add_option("--channel", arguments->channel, "All of a channel");
  command->add_flag("--all", arguments->all, "All");
  add_connection_options(*command, arguments->connection);
  command->callback(
      [arguments, word, &exit_code] { exit_code.finish(change_dead(*arguments, word)); });
}

}  // namespace

void add_channel_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<ChannelArguments>();
  CLI::App* channel = app.add_subcommand("channel", "How people are told of alerts");
  channel->require_subcommand(1);
  channel->footer(
      "Examples: tocsin channel test ops-mail\n          tocsin channel messages --state dead\n"
      "          tocsin channel set team < team.json");

  CLI::App* list = channel->add_subcommand("list", "Channels and how they are");
  list->add_flag("--json", arguments->json, "One JSON object a channel");
  add_connection_options(*list, arguments->connection);
  list->callback([arguments, &exit_code] { exit_code.finish(list_channels(*arguments)); });

  CLI::App* set =
      add_named(channel, "set", "Make or replace one, from JSON on standard input", arguments);
  set->callback([arguments, &exit_code] { exit_code.finish(set_channel(*arguments)); });
  CLI::App* remove = add_named(channel, "remove", "Remove one", arguments);
  remove->callback([arguments, &exit_code] { exit_code.finish(remove_channel(*arguments)); });
  CLI::App* test = add_named(channel, "test", "Send a test message now", arguments);
  test->callback([arguments, &exit_code] { exit_code.finish(test_channel(*arguments)); });

  CLI::App* messages = channel->add_subcommand("messages", "What was sent, waits or is dead");
  messages->add_option("--state", arguments->state,
                       "waiting, sent, dead, told, suppressed or dropped");
  messages->add_option("--channel", arguments->channel, "Of one channel");
  messages->add_option("--alert", arguments->alert, "About one alert");
  messages->add_option("--limit", arguments->limit, "At most so many")->check(CLI::Range(1, 1'000));
  messages->add_flag("--json", arguments->json, "One JSON object a message");
  add_connection_options(*messages, arguments->connection);
  messages->callback([arguments, &exit_code] { exit_code.finish(list_messages(*arguments)); });

  add_dead_command(channel, "retry", "Send dead letters again", arguments, exit_code);
  add_dead_command(channel, "drop", "Give dead letters up", arguments, exit_code);
}

}  // namespace tocsin
