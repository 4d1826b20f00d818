#include "config/notify_options.h"

#include <gtest/gtest.h>

#include "config/load.h"

namespace tocsin {
namespace {

NotifySettings notify_of(const std::string& yaml) {
  const auto settings = parse_settings(yaml, "t.yaml");
  EXPECT_TRUE(settings) << settings.error().text();
  return settings ? settings->notify : NotifySettings();
}

TEST(NotifyOptions, ChannelsAndRoutesAreRead) {
  const NotifySettings notify = notify_of(R"(
notify:
  link: https://tocsin.example.com
  channels:
    - name: ops
      type: smtp
      host: mail.example.com
      user: tocsin
      password: env:SMTP_PASSWORD
      from: tocsin@example.com
      to: [a@example.com, b@example.com]
      quiet: daily 22:00-07:00 Europe/Berlin
    - {name: pager, type: pagerduty, routing_key: "file:/etc/tocsin/pager"}
  routes:
    - name: severe
      level: high
      tags: [attack.credential_access]
      key: ["source.ip=203.0.113.0/24"]
      on: [opened, closed]
      to: ops
      suppress: 1h
      escalate:
        - {after: 15m, to: pager}
)");
  ASSERT_EQ(notify.channels.size(), 2U);
  const ChannelSettings& ops = notify.channels[0];
  EXPECT_EQ(ops.place, "t.yaml:5");
  EXPECT_EQ(ops.text("port"), "587");
  EXPECT_EQ(ops.text("security"), "starttls");
  EXPECT_EQ(ops.lists.at("to").size(), 2U);
  EXPECT_EQ(ops.secrets.at("password"),
            (SecretSource{SecretSource::From::kEnvironment, "SMTP_PASSWORD"}));
  EXPECT_EQ(notify.channels[1].secrets.at("routing_key"),
            (SecretSource{SecretSource::From::kFile, "/etc/tocsin/pager"}));
  EXPECT_EQ(notify.channels[1].text("url"), "https://events.pagerduty.com");
  ASSERT_EQ(notify.routes.size(), 1U);
  EXPECT_EQ(notify.routes[0].escalate.at(0).after, span_s(900));
  EXPECT_EQ(notify.routes[0].suppress, span_s(3'600));
}

TEST(NotifyOptions, EachMistakeIsNamedWithItsPlace) {
  const struct {
    const char* yaml;
    const char* message;
  } kCases[] = {
      {"- {name: a, type: slak}", "t.yaml:3:23: \"channels[0].type\" is \"slak\", must be one of"},
      {"- {name: a, type: slack}", "t.yaml:3:7: \"channels[0]\" needs \"url\""},
      {"- {name: a, type: slack, url: \"https://hooks.example.com/x\"}", "is a secret, which"},
      {"- {name: A B, type: slack, url: env:U}", "needs a \"name\" of lower-case letters"},
      {"- {name: a, type: webhook, url: ftp://x}", "must be a URL that begins with"},
      {"- {name: a, type: webhook, url: \"https://x y\"}", "must be a URL that begins with"},
      {"- {name: a, type: smtp, host: h, from: f, to: t, port: 0}", "from 1 to 65535"},
      {"- {name: a, type: smtp, host: h, from: f, to: t, security: none, password: env:P}",
       "would send its password in the clear"},
      {"- {name: a, type: ntfy, topic: t, rooting_key: x}", "\"channels[0].rooting_key\" is not"},
      {"- {name: a, type: ntfy, topic: t}\n    - {name: a, type: ntfy, topic: t}",
       "is the name of two channels"},
  };
  for (const auto& one : kCases) {
    const auto settings =
        parse_settings("notify:\n  channels:\n    " + std::string(one.yaml) + "\n", "t.yaml");
    ASSERT_FALSE(settings) << one.yaml;
    EXPECT_NE(settings.error().text().find(one.message), std::string::npos)
        << settings.error().text();
  }
}

TEST(NotifyOptions, MistakesOfRoutesAreNamed) {
  const struct {
    const char* yaml;
    const char* message;
  } kCases[] = {
      {"- {name: a}", "needs \"to\""},
      {"- {to: a, on: [opend]}", "has \"opend\", knows only"},
      {"- {to: a, key: [x]}", "which is not FIELD=VALUE"},
      {"- {to: a, level: urgent}", "must be one of"},
      {"- {to: a, escalate: [{to: b}]}", "needs \"after\""},
      {"- {to: a, suppress: soon}", "must be a time span"},
  };
  for (const auto& one : kCases) {
    const auto settings =
        parse_settings("notify:\n  routes:\n    " + std::string(one.yaml) + "\n", "t.yaml");
    ASSERT_FALSE(settings) << one.yaml;
    EXPECT_NE(settings.error().text().find(one.message), std::string::npos)
        << settings.error().text();
  }
}

TEST(NotifyOptions, AChannelAsJsonHoldsItsSecretItself) {
  const auto channel = parse_channel(
      R"({"type":"slack","url":"https://hooks.example.com/T/B/x","timeout":"5s"})", "team");
  ASSERT_TRUE(channel) << channel.error().text();
  EXPECT_EQ(channel->name, "team");
  EXPECT_EQ(channel->secrets.at("url").from, SecretSource::From::kValue);
  EXPECT_EQ(channel->timeout, span_s(5));
  // A secret that is known need not come again.
  EXPECT_FALSE(parse_channel(R"({"type":"slack"})", "team"));
  EXPECT_TRUE(parse_channel(R"({"type":"slack"})", "team", &*channel));
  EXPECT_FALSE(parse_channel(R"({"type":"discord"})", "team", &*channel));
  // No file of the server is read because the API says so.
  EXPECT_FALSE(parse_channel(R"({"type":"slack","url":"file:/etc/shadow"})", "team"));
  for (const char* const bad : {"", "[]", "{", "3", R"({"type":"slack","name":"other"})"}) {
    EXPECT_FALSE(parse_channel(bad, "team")) << bad;
  }
}

}  // namespace
}  // namespace tocsin
