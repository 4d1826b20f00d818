#include "detect/request_parts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace tocsin {
namespace {

// Nothing but what names, numbers and tokens are made of.
bool is_plain_word(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

bool is_plain_name(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '[' || c == ']';
  });
}

// The string that begins at json[at] (a quote), escapes resolved where they hide something; `at`
// moves behind it.
std::string_view json_string(std::string_view json, std::size_t& at, std::string& out) {
  const std::size_t begin = ++at;
  bool escapes = false;
  while (at < json.size() && json[at] != '"') {
    escapes = escapes || json[at] == '\\';
    at += json[at] == '\\' ? 2U : 1U;
  }
  const std::string_view inside = json.substr(begin, std::min(at, json.size()) - begin);
  ++at;
  if (!escapes) {
    return inside;
  }
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '\\' || i + 1 == inside.size() || inside[i + 1] == 'u') {
      out += inside[i];
      continue;
    }
    const char c = inside[++i];
    out += c == 'n' || c == 'r' ? '\n' : c == 't' || c == 'b' || c == 'f' ? ' ' : c;
  }
  return out;
}

}  // namespace

RequestParts::Role RequestParts::role_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Role>, 16> kWhole = {{
      {"url.original", Role::kTarget},
      {"url.path", Role::kPath},
      {"url.query", Role::kQuery},
      {"url.full", Role::kUrl},
      {"http.request.referrer", Role::kUrl},
      {"user_agent.original", Role::kHeader},
      {"http.request.body.content", Role::kBody},
      {"http.request.body", Role::kBody},
      {"req.body", Role::kBody},
      {"request.body", Role::kBody},
      {"request_body", Role::kBody},
      {"cs-uri-stem", Role::kPath},
      {"cs-uri-query", Role::kQuery},
      {"cs-user-agent", Role::kHeader},
      {"cs-referer", Role::kUrl},
      {"cs-cookie", Role::kHeader},
  }};
  constexpr std::array<std::pair<std::string_view, Role>, 12> kPrefixes = {{
      {"http.request.headers.", Role::kHeader},
      {"http.request.header.", Role::kHeader},
      {"http.request.cookies.", Role::kHeader},
      {"http.request.body.content.", Role::kParameter},
      {"http.request.body.json.", Role::kParameter},
      {"http.request.query.", Role::kParameter},
      {"request.headers.", Role::kHeader},
      {"request.body.", Role::kParameter},
      {"req.headers.", Role::kHeader},
      {"req.body.", Role::kParameter},
      {"req.query.", Role::kParameter},
      {"req.params.", Role::kParameter},
  }};
  for (const auto& [whole, role] : kWhole) {
    if (name == whole) {
      return role;
    }
  }
  for (const auto& [prefix, role] : kPrefixes) {
    if (name.starts_with(prefix)) {
      return role;
    }
  }
  return Role::kNone;
}

RequestParts::Role RequestParts::role(FieldId field) {
  if (field.value >= roles_.size()) {
    roles_.resize(field.value + std::size_t{64}, Role::kUnknown);
  }
  Role& known = roles_[field.value];
  if (known == Role::kUnknown) {
    known = role_of(fields_.name(field));
  }
  return known;
}

const std::vector<RequestPart>& RequestParts::collect(const EventBatch& batch, std::size_t event) {
  parts_.clear();
  used_ = 0;
  const auto fields = batch.fields(event);
  const bool whole = std::ranges::any_of(
      fields, [this](const Field& field) { return role(field.id) == Role::kTarget; });
  for (const Field& field : fields) {
    const Role what = role(field.id);
    if (what == Role::kNone || !field.value.is_text()) {
      continue;
    }
    const std::string_view text = field.value.as_text();
    switch (what) {
      case Role::kUnknown:
      case Role::kNone:
        break;
      case Role::kTarget:
        add_target(text);
        break;
      case Role::kPath:
        if (!whole) {
          add(text, PlusSign::kLiteral, false, Skip::kNothing);
        }
        break;
      case Role::kQuery:
        if (!whole) {
          add_query(text);
        }
        break;
      case Role::kUrl:
        if (!whole || field.id != fields::url_full) {
          add_url(text);
        }
        break;
      case Role::kHeader:
        add(text, PlusSign::kLiteral, false, Skip::kPlainWords);
        break;
      case Role::kBody:
        add_body(text);
        break;
      case Role::kParameter:
        add(text, PlusSign::kLiteral, true, Skip::kPlainWords);
        break;
    }
  }
  return parts_;
}

void RequestParts::add_target(std::string_view target) {
  const std::size_t question = target.find('?');
  add(target.substr(0, question), PlusSign::kLiteral, false, Skip::kNothing);
  if (question != std::string_view::npos) {
    add_query(target.substr(question + 1));
  }
}

// A whole address in a header: its parameters are not what the client asks of this site.
void RequestParts::add_url(std::string_view url) {
  const std::size_t first = parts_.size();
  const std::size_t question = url.find('?');
  add(url.substr(0, question), PlusSign::kLiteral, false, Skip::kPlainWords);
  if (question == std::string_view::npos) {
    return;
  }
  add_query(url.substr(question + 1));
  for (std::size_t i = first; i < parts_.size(); ++i) {
    parts_[i].parameter = false;
  }
}

void RequestParts::add_query(std::string_view query) {
  for (std::size_t at = 0; at < query.size();) {
    const bool last = parts_.size() + 2 >= kRequestPartsMax;
    const std::size_t end = last ? query.size() : std::min(query.find('&', at), query.size());
    const std::string_view pair = query.substr(at, end - at);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || last) {
      add(pair, PlusSign::kSpace, true, Skip::kPlainWords);
    } else {
      add_name(pair.substr(0, equals));
      add(pair.substr(equals + 1), PlusSign::kSpace, true, Skip::kPlainWords);
    }
    at = end + 1;
  }
}

void RequestParts::add_name(std::string_view name) {
  if (!is_plain_name(name)) {
    add(name, PlusSign::kSpace, true, Skip::kPlainWords);
  }
}

void RequestParts::add_body(std::string_view body) {
  const std::string_view text = trim(body);
  if (text.starts_with('{') || text.starts_with('[')) {
    add_json(text);
  } else if (text.find_first_of(" \n<") == std::string_view::npos &&
             text.find('=') != std::string_view::npos) {
    add_query(text);
  } else {
    add(text, PlusSign::kLiteral, true, Skip::kPlainWords);
  }
}

void RequestParts::add_json(std::string_view json) {
  for (std::size_t at = json.find('"'); at < json.size(); at = json.find('"', at)) {
    if (parts_.size() + 1 >= kRequestPartsMax) {
      add(json.substr(at), PlusSign::kLiteral, true, Skip::kPlainWords);
      return;
    }
    std::string& room = buffer();
    const std::string_view inside = json_string(json, at, room);
    if (inside.data() != room.data()) {
      --used_;
    }
    add(inside, PlusSign::kLiteral, true, Skip::kPlainWords);
  }
}

std::string& RequestParts::buffer() {
  if (used_ == buffers_.size()) {
    buffers_.emplace_back();
  }
  std::string& room = buffers_[used_++];
  room.clear();
  return room;
}

void RequestParts::add(std::string_view text, PlusSign plus, bool parameter, Skip skip) {
  if (text.empty() || (skip == Skip::kPlainWords && is_plain_word(text))) {
    return;
  }
  TextSigns signs = signs_in(text);
  if (signs.encoded || (signs.plus && plus == PlusSign::kSpace)) {
    std::string& decoded = buffer();
    unsettled_ += decode_request_text(text, plus, decoded).settled ? 0U : 1U;
    text = decoded;
    signs.split = true;  // it says itself when there is nothing to join
  }
  parts_.push_back({text, parameter});
  if (!signs.split) {
    return;
  }
  std::string& joined = buffer();
  if (join_split_words(text, joined)) {
    parts_.push_back({joined, parameter});
  } else {
    --used_;
  }
}

}  // namespace tocsin
