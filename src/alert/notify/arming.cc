#include "alert/notify/arming.h"

#include <algorithm>
#include <cstdlib>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

Result<std::string> look_up(const SecretSource& source, FileSystem& files,
                            const Environment& environment) {
  std::string text;
  switch (source.from) {
    case SecretSource::From::kNone:
      break;
    case SecretSource::From::kValue:
      text = source.text;
      break;
    case SecretSource::From::kFile: {
      TRY_ASSIGN(text, read_file(files, source.text, kSecretBytesMax));
      break;
    }
    case SecretSource::From::kEnvironment: {
      const auto value = environment.variable(source.text);
      if (!value) {
        return fail(ErrorCode::kNotFound, "there is no variable {} in the environment",
                    source.text);
      }
      text = *value;
      break;
    }
  }
  const std::string_view secret = trim(text);
  const bool is_one_line =
      std::ranges::none_of(secret, [](char c) { return c == '\n' || c == '\r' || c == '\0'; });
  if (secret.empty() || !is_one_line || secret.size() > kSecretBytesMax) {
    return fail(ErrorCode::kInvalid, "the secret is empty, or more than one line");
  }
  return std::string(secret);
}

bool is_web_url(std::string_view text) {
  return text.starts_with("https://") || text.starts_with("http://");
}

}  // namespace

Micros ArmedChannel::due(Level level, Micros now) const {
  if (!quiet || level >= quiet_below) {
    return now;
  }
  return quiet->free_after(now).value_or(now);
}

const ArmedChannel* ArmedSet::find(std::string_view name) const {
  const auto found = channels.find(name);
  return found == channels.end() ? nullptr : found->second.get();
}

std::optional<std::string> ProcessEnvironment::variable(const std::string& name) const {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<std::shared_ptr<const ArmedChannel>> arm_channel(const ChannelSettings& settings,
                                                        ChannelOrigin origin, FileSystem& files,
                                                        const Environment& environment,
                                                        Clock& clock) {
  auto armed = std::make_shared<ArmedChannel>();
  armed->origin = origin;
  armed->parts.settings = settings;
  armed->quiet_below = parse_level(settings.quiet_below);
  std::vector<std::string> problems;
  const auto report = [&](std::string_view what, const std::string& why) {
    problems.push_back(fmt::format("{}: channel \"{}\": {}{}{}", settings.place, settings.name,
                                   what, what.empty() ? "" : ": ", why));
  };
  for (const auto& [name, source] : settings.secrets) {
    auto secret = look_up(source, files, environment);
    if (!secret) {
      report(name, secret.error().full_text());
    } else if (name == "url" && !is_web_url(*secret)) {
      report(name, "the secret is no URL that begins with https:// or http://");
    } else {
      armed->parts.secrets.emplace(name, std::move(*secret));
    }
  }
  if (!settings.quiet.empty()) {
    auto quiet = Schedule::parse(settings.quiet, files);
    if (!quiet) {
      report("quiet", quiet.error().full_text());
    } else if (!quiet->free_after(clock.now())) {
      report("quiet", "has no end");
    } else {
      armed->quiet = std::move(*quiet);
    }
  }
  if (const std::string ca_file = settings.text("ca_file"); !ca_file.empty()) {
    if (const auto info = files.info(ca_file); !info) {
      report("ca_file", info.error().full_text());
    }
  }
  if (problems.empty()) {
    if (const auto made = make_channel(armed->parts, clock); !made) {
      report("", made.error().full_text());
    }
  }
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalid, "{}", fmt::join(problems, "\n"));
  }
  return std::shared_ptr<const ArmedChannel>(std::move(armed));
}

}  // namespace tocsin
