#include "decode/app_text.h"

#include <array>

#include "base/text.h"
#include "decode/phrase.h"
#include "decode/scan.h"
#include "decode/web_request.h"

namespace tocsin {
namespace {

constexpr int kDetailsMax = 32;

// "User: johndoe, Status: Failed, IP: 1.2.3.4": one by one; a value may hold ": ".
template <class Each>
void for_each_detail(std::string_view details, Each each) {
  for (int taken = 0; taken < kDetailsMax && !details.empty(); ++taken) {
    std::string_view one;
    if (!take_until(details, ", ", one)) {
      one = details;
      details = {};
    }
    const std::size_t colon = one.find(": ");
    if (colon == std::string_view::npos) {
      each(std::string_view{}, one);
    } else {
      each(one.substr(0, colon), one.substr(colon + 2));
    }
  }
}

bool any_of(std::string_view word, std::initializer_list<std::string_view> words) {
  for (const std::string_view one : words) {
    if (equals_ignore_case(word, one)) {
      return true;
    }
  }
  return false;
}

struct Details {
  std::string_view user;
  std::string_view status;
  std::string_view endpoint;
  std::string_view method;
};

Details write_details(std::string_view text, EventWriter& event) {
  Details details;
  for_each_detail(text, [&](std::string_view name, std::string_view value) {
    if (name.empty() || value.empty()) {
      return;
    }
    if (any_of(name, {"user", "username", "user name", "account"})) {
      details.user = value;
      event.text(fields::user_name, value);
    } else if (any_of(name, {"status", "result", "outcome"})) {
      details.status = value;
    } else if (any_of(name, {"ip", "ip address", "source ip", "client ip", "address", "from"})) {
      event.source(value);
    } else if (any_of(name, {"endpoint", "url", "path", "uri"})) {
      details.endpoint = value;
    } else if (any_of(name, {"method", "http method"})) {
      details.method = value;
    } else if (any_of(name, {"user agent", "user-agent", "useragent"})) {
      event.text(fields::user_agent, value);
    }
  });
  return details;
}

std::string_view outcome_of(std::string_view status) {
  if (any_of(status, {"success", "successful", "succeeded", "ok", "passed", "accepted", "true"})) {
    return "success";
  }
  if (any_of(status, {"failed", "failure", "fail", "denied", "rejected", "error", "invalid",
                      "false", "blocked"})) {
    return "failure";
  }
  return "unknown";
}

void write_authentication(const Details& details, EventWriter& event) {
  const std::string_view outcome = outcome_of(details.status);
  event.deed(outcome == "success"   ? Deed::kLogInSucceeded
             : outcome == "failure" ? Deed::kLogInFailed
                                    : Deed::kLogInAttempted);
}

void write_api(const Details& details, EventWriter& event) {
  std::string_view endpoint = details.endpoint;
  std::string_view method = details.method;
  if (const std::size_t space = endpoint.find(' '); method.empty() &&
                                                    space != std::string_view::npos &&
                                                    endpoint.substr(space + 1).starts_with('/')) {
    method = endpoint.substr(0, space);
    endpoint = endpoint.substr(space + 1);
  }
  event.text_if_any(fields::http_method, method);
  event.url(endpoint);
  const auto status = parse_int(details.status);
  if (status && *status >= 100 && *status <= 599) {
    event.integer(fields::http_status, *status);
  }
  const std::string_view path = endpoint.substr(0, endpoint.find('?'));
  write_web_deed({method, path, status.value_or(0)}, Deed::kApiCalled, event);
}

// "Firewall rule modified by admin": who did it stands last.
void write_configuration(std::string_view text, EventWriter& event) {
  event.deed(Deed::kConfigChanged);
  if (!event.has(fields::user_name)) {
    if (const std::size_t by = text.rfind(" by "); by != std::string_view::npos) {
      std::string_view actor = text.substr(by + 4);
      skip(actor, "user ");
      event.text_if_any(fields::user_name, actor.substr(0, actor.find_first_of(" ,;")));
    }
  }
  event.text(fields::event_reason, text);
}

}  // namespace

bool write_event_details(std::string_view text, EventWriter& event) {
  std::string_view name;
  if (!skip(text, "Event: ") || !take_until(text, ", Details: ", name) || name.size() > 64) {
    return false;
  }
  if (contains_ignore_case(name, "configuration") || contains_ignore_case(name, "config change")) {
    write_details(text, event);
    write_configuration(text, event);
    return true;
  }
  const Details details = write_details(text, event);
  if (contains_ignore_case(name, "authentication") || contains_ignore_case(name, "login") ||
      contains_ignore_case(name, "log-in")) {
    write_authentication(details, event);
  } else if (!details.endpoint.empty()) {
    write_api(details, event);
  } else if (contains_ignore_case(name, "password reset")) {
    event.deed(Deed::kPasswordResetAsked);
  } else if (contains_ignore_case(name, "logout")) {
    event.deed(Deed::kLoggedOut);
  } else {
    event.text(fields::event_action, name);
    event.text(fields::event_outcome, outcome_of(details.status));
  }
  return true;
}

bool write_sentence(std::string_view text, EventWriter& event) {
  const auto phrase = read_phrase(text);
  if (!phrase) {
    return false;
  }
  event.deed(phrase->deed);
  if (!event.has(fields::user_name)) {
    event.text_if_any(fields::user_name, phrase->user);
  }
  if (!event.has(fields::source_ip) && !phrase->address.empty()) {
    event.source(phrase->address);
  }
  return true;
}

void write_app_dataset(EventWriter& event) {
  const Value* category = event.find(fields::event_category);
  const std::string_view word =
      category != nullptr && category->is_text() ? category->as_text() : std::string_view{};
  if (word == "authentication" || word == "iam" || word == "session") {
    event.dataset(Dataset::kAppAuth);
  } else if (word == "configuration") {
    event.dataset(Dataset::kAppConfig);
  } else if (word == "web") {
    event.dataset(Dataset::kAppApi);
  } else {
    event.dataset(Dataset::kAppLog);
  }
}

}  // namespace tocsin
