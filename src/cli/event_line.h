// One event as one line for people: time, dataset, what happened, who, from where.
#pragma once

#include <string>
#include <string_view>

#include <simdjson.h>

namespace tocsin {

// `row` is an event as the API writes it (flat object with ECS names). Safe for a terminal.
std::string event_line(simdjson::dom::object row);
// Text of a JSON value as a table shows it: lists with commas, null as "-".
std::string cell_text(simdjson::dom::element value);

// The member's value, or `otherwise` when it is absent or of another kind.
template <class T>
T member_or(simdjson::dom::object object, std::string_view name, T otherwise) {
  T value{};
  return object[name].get(value) == simdjson::SUCCESS ? value : otherwise;
}

}  // namespace tocsin
