#include "api/parameters.h"

#include <algorithm>

#include <simdjson.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

using Kind = ParameterValue::Kind;

constexpr std::size_t kShownBytesMax = 64;

std::string shown(std::string_view text) {
  return std::string(text.substr(0, kShownBytesMax));
}

Error wrong(std::string_view name, std::string_view wanted) {
  return fail(ErrorCode::kInvalid, "{} is not {}", name, wanted);
}

Status check_name(std::string_view name, std::initializer_list<std::string_view> names,
                  std::initializer_list<std::string_view> objects = {}) {
  if (std::ranges::find(names, name) != names.end() ||
      std::ranges::find(objects, name) != objects.end()) {
    return {};
  }
  std::vector<std::string_view> known(names);
  known.insert(known.end(), objects.begin(), objects.end());
  const std::string_view meant = closest_word(name, known);
  return fail(ErrorCode::kInvalid, "there is no parameter {}{}{}", shown(name),
              meant.empty() ? "" : "; did you mean ", meant);
}

Result<std::vector<std::string>> json_texts(std::string_view name, simdjson::dom::array elements) {
  std::vector<std::string> texts;
  for (const simdjson::dom::element element : elements) {
    std::string_view text;
    if (element.get(text) != simdjson::SUCCESS) {
      return wrong(name, "a list of texts");
    }
    if (texts.size() >= Parameters::kTextsMax) {
      return fail(ErrorCode::kInvalid, "{} has more than {} entries", name, Parameters::kTextsMax);
    }
    texts.emplace_back(text);
  }
  return texts;
}

Result<ParameterValue> json_value(std::string_view name, simdjson::dom::element json) {
  ParameterValue value;
  std::string_view text;
  simdjson::dom::array list;
  if (json.get(text) == simdjson::SUCCESS) {
    value.text = text;
  } else if (json.get(value.number) == simdjson::SUCCESS) {
    value.kind = Kind::kNumber;
  } else if (json.get(value.flag) == simdjson::SUCCESS) {
    value.kind = Kind::kFlag;
  } else if (json.get(list) == simdjson::SUCCESS) {
    value.kind = Kind::kTexts;
    TRY_ASSIGN(value.texts, json_texts(name, list));
  } else if (json.is_object()) {
    value.kind = Kind::kObject;
    value.text = simdjson::to_string(json);
  } else {
    return wrong(name, "a text, a whole number from 0, true, false, a list or an object");
  }
  return value;
}

}  // namespace

Result<Parameters> Parameters::of_query(const HttpRequest& request,
                                        std::initializer_list<std::string_view> names) {
  Parameters parameters;
  for (const QueryParameter& given : request.query) {
    TRY(check_name(given.name, names));
    ParameterValue value;
    value.from_query = true;
    value.text = given.value;
    if (!parameters.values_.try_emplace(given.name, std::move(value)).second) {
      return fail(ErrorCode::kInvalid, "the parameter {} comes twice", given.name);
    }
  }
  return parameters;
}

Result<Parameters> Parameters::of_json(std::string_view body,
                                       std::initializer_list<std::string_view> names,
                                       std::initializer_list<std::string_view> objects) {
  if (body.size() > kBodyBytesMax) {
    return fail(ErrorCode::kTooLarge, "the body has {} bytes, more than {}", body.size(),
                kBodyBytesMax);
  }
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (const auto error = parser.parse(body.data(), body.size()).get(root)) {
    return fail(ErrorCode::kInvalid, "the body is not JSON: {}", simdjson::error_message(error));
  }
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalid, "the body is not a JSON object");
  }
  Parameters parameters;
  for (const simdjson::dom::key_value_pair member : object) {
    TRY(check_name(member.key, names, objects));
    if (member.value.is_null()) {
      continue;
    }
    TRY_ASSIGN(ParameterValue value, json_value(member.key, member.value));
    const bool wants_object = std::ranges::find(objects, member.key) != objects.end();
    if (wants_object != (value.kind == Kind::kObject)) {
      return wrong(member.key, wants_object ? "an object" : "of the right type");
    }
    if (!parameters.values_.try_emplace(std::string(member.key), std::move(value)).second) {
      return fail(ErrorCode::kInvalid, "the member {} comes twice", member.key);
    }
  }
  return parameters;
}

const ParameterValue* Parameters::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

Result<std::optional<std::string>> Parameters::text(std::string_view name) const {
  const ParameterValue* value = find(name);
  if (value == nullptr) {
    return std::optional<std::string>();
  }
  if (value->kind != Kind::kText) {
    return wrong(name, "a text");
  }
  return std::optional(value->text);
}

Result<std::optional<std::uint64_t>> Parameters::number(std::string_view name, std::uint64_t low,
                                                        std::uint64_t high) const {
  const ParameterValue* value = find(name);
  if (value == nullptr) {
    return std::optional<std::uint64_t>();
  }
  std::optional<std::uint64_t> number;
  if (value->kind == Kind::kNumber) {
    number = value->number;
  } else if (value->from_query) {
    const std::optional<std::int64_t> parsed = parse_int(value->text);
    if (parsed && *parsed >= 0) {
      number = static_cast<std::uint64_t>(*parsed);
    }
  }
  if (!number || *number < low || *number > high) {
    return fail(ErrorCode::kInvalid, "{} is not a whole number from {} to {}", name, low, high);
  }
  return number;
}

Result<std::optional<bool>> Parameters::flag(std::string_view name) const {
  const ParameterValue* value = find(name);
  if (value == nullptr) {
    return std::optional<bool>();
  }
  if (value->kind == Kind::kFlag) {
    return std::optional(value->flag);
  }
  if (value->from_query && (value->text == "true" || value->text == "false")) {
    return std::optional(value->text == "true");
  }
  return wrong(name, "true or false");
}

Result<std::vector<std::string>> Parameters::texts(std::string_view name) const {
  const ParameterValue* value = find(name);
  std::vector<std::string> texts;
  if (value == nullptr) {
    return texts;
  }
  if (value->kind == Kind::kTexts) {
    return value->texts;
  }
  if (value->kind != Kind::kText) {
    return wrong(name, "a list of texts");
  }
  for (const std::string_view part : split(value->text, ',')) {
    if (const std::string_view word = trim(part); !word.empty()) {
      texts.emplace_back(word);
    }
  }
  return texts;
}

Result<std::optional<Micros>> Parameters::time(std::string_view name, Micros now) const {
  TRY_ASSIGN(const std::optional<std::string> given, text(name));
  if (!given || given->empty()) {
    return std::optional<Micros>();
  }
  if (*given == "now") {
    return std::optional(now);
  }
  if (const std::optional<Micros> time = parse_iso_time(*given)) {
    return time;
  }
  if (const std::optional<Span> span = parse_span(*given); span && span->value <= now.value) {
    return std::optional(now - *span);
  }
  return fail(ErrorCode::kInvalid,
              "{} is not a time: {}; write 2026-11-23T14:00:00Z, 2026-11-23, now, or a span back "
              "from now such as 15m",
              name, shown(*given));
}

Result<std::optional<std::string>> Parameters::object(std::string_view name) const {
  const ParameterValue* value = find(name);
  if (value == nullptr) {
    return std::optional<std::string>();
  }
  if (value->kind != Kind::kObject) {
    return wrong(name, "an object");
  }
  return std::optional(value->text);
}

}  // namespace tocsin
