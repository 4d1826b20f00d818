#include "alert/notify/stored_channel.h"

#include <fmt/format.h>

#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "config/notify_options.h"

namespace tocsin {
namespace {

// Opens what was sealed.
Result<ChannelSettings> read_definition(const std::string& name, const std::string& definition,
                                        const SecretBox& box) {
  TRY_ASSIGN(ChannelSettings settings, parse_stored_channel(definition, name));
  for (auto& [option, secret] : settings.secrets) {
    TRY_ASSIGN(secret.text, box.unseal(secret.text));
  }
  settings.place = "channel";
  return settings;
}

std::string span_word(Span span) {
  const bool is_whole = span.value % kMicrosPerSecond == 0;
  return is_whole ? fmt::format("{}s", span.value / kMicrosPerSecond)
                  : fmt::format("{}ms", span.value / kMicrosPerMilli);
}

}  // namespace

std::string channel_json(const ChannelSettings& settings,
                         const std::function<std::string(const SecretSource&)>& secret) {
  const ChannelType* const type = find_channel_type(settings.type);
  JsonWriter json;
  json.begin_object().member("name", settings.name).member("type", settings.type);
  json.member("messages_per_minute_max", settings.messages_per_minute_max);
  json.member("attempts_max", settings.attempts_max);
  json.member("timeout", span_word(settings.timeout));
  json.member("quiet", settings.quiet).member("quiet_below", settings.quiet_below);
  for (const auto& [name, text] : settings.texts) {
    bool is_number = false;
    if (type != nullptr) {
      for (const ChannelOption& option : type->options) {
        is_number |= option.name == name && option.kind == OptionKind::kNumber;
      }
    }
    json.key(name);
    if (is_number) {
      json.value(static_cast<std::uint64_t>(parse_int(text).value_or(0)));
    } else {
      json.value(text);
    }
  }
  for (const auto& [name, texts] : settings.lists) {
    json.key(name).begin_array();
    for (const std::string& text : texts) {
      json.value(text);
    }
    json.end_array();
  }
  for (const auto& [name, source] : settings.secrets) {
    json.member(name, secret(source));
  }
  return json.end_object().take();
}

Result<std::vector<StoredChannel>> load_stored_channels(StateDb& db, const SecretBox& box) {
  std::vector<std::pair<std::string, std::string>> rows;
  TRY(db.read("reading channels", [&](soci::session& sql) -> Status {
    std::string name;
    std::string definition;
    soci::statement statement =
        (sql.prepare << "SELECT name, definition FROM notify_channels ORDER BY name",
         soci::into(name), soci::into(definition));
    statement.execute();
    while (statement.fetch()) {
      rows.emplace_back(name, definition);
    }
    return {};
  }));
  std::vector<StoredChannel> stored;
  for (const auto& [name, definition] : rows) {
    StoredChannel one;
    auto settings = read_definition(name, definition, box);
    if (settings) {
      one.settings = std::move(*settings);
    } else {
      one.settings.name = name;
      one.fault = settings.error().full_text();
    }
    stored.push_back(std::move(one));
  }
  return stored;
}

Status store_channel(StateDb& db, const SecretBox& box, const ChannelSettings& settings,
                     const std::string& who, Micros now) {
  const std::string definition =
      channel_json(settings, [&box](const SecretSource& source) { return box.seal(source.text); });
  const long long at = now.value;
  return db.write("storing a channel", [&](soci::session& sql) -> Status {
    sql << "INSERT INTO notify_channels (name, definition, changed_us, changed_by) VALUES (:name, "
           ":definition, :at, :who) ON CONFLICT (name) DO UPDATE SET definition = "
           "excluded.definition, changed_us = excluded.changed_us, changed_by = "
           "excluded.changed_by",
        soci::use(settings.name, "name"), soci::use(definition, "definition"), soci::use(at, "at"),
        soci::use(who, "who");
    return {};
  });
}

Status forget_channel(StateDb& db, const std::string& name) {
  return db.write("removing a channel", [&](soci::session& sql) -> Status {
    sql << "DELETE FROM notify_channels WHERE name = :name", soci::use(name);
    return {};
  });
}

}  // namespace tocsin
