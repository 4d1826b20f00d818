#include "respond/login_feed.h"

#include "model/ecs_fields.h"

namespace tocsin {

std::optional<LoginSeen> login_in(const EventBatch& events, std::size_t event) {
  LoginSeen seen;
  std::string_view address;
  bool authentication = false;
  bool success = false;
  std::int64_t status = 0;
  for (const Field& field : events.fields(event)) {
    if (field.id == fields::http_status && field.value.kind() == ValueKind::kInt) {
      status = field.value.as_int();
    } else if (field.id == fields::source_as_number && field.value.kind() == ValueKind::kInt) {
      seen.owner = static_cast<std::uint32_t>(field.value.as_int());
    }
    if (!field.value.is_text()) {
      continue;
    }
    const std::string_view text = field.value.as_text();
    if (field.id == fields::source_ip) {
      address = text;
    } else if (field.id == fields::user_name) {
      seen.user = text;
    } else if (field.id == fields::source_geo_country) {
      seen.country = text;
    } else if (field.id == fields::event_category) {
      authentication = authentication || text == "authentication";
    } else if (field.id == fields::event_outcome) {
      success = text == "success";
    }
  }
  seen.login = authentication && success;
  const bool answered = status >= 200 && status < 300;
  if (seen.user.empty() || address.empty() || (!seen.login && !answered)) {
    return std::nullopt;
  }
  const std::optional<IpAddress> parsed = parse_ip(address);
  if (!parsed) {
    return std::nullopt;
  }
  seen.address = *parsed;
  seen.time = events.head(event).time;
  return seen;
}

}  // namespace tocsin
