#include "decode/json_reader.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

#include <simdjson.h>

#include "base/utf8.h"
#include "decode/event_writer.h"

namespace tocsin {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kPathBytesMax = 1024;
constexpr std::size_t kValuesMax = 20'000;  // read at all; fields_max is applied when writing

// Objects whose members are fields of the event itself: what Windows shippers wrap events in.
constexpr auto kTransparent =
    std::to_array<std::string_view>({"winlog.event_data", "winlog.user_data", "Event.EventData",
                                     "Event.System", "Event.UserData", "EventData", "System"});

bool is_transparent(std::string_view path) {
  return std::ranges::find(kTransparent, path) != kTransparent.end();
}

// What stands in it has one name around it, different for each provider, that says nothing.
bool is_user_data(std::string_view path) {
  return path == "UserData" || path == "Event.UserData";
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// "XXXX" → value, or -1.
int hex_four(std::string_view text, std::size_t at) {
  if (text.size() < at + 4) {
    return -1;
  }
  int value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int digit = hex_digit(text[at + i]);
    if (digit < 0) {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

std::size_t put_utf8(char* out, char32_t c) {
  std::string encoded;
  append_utf8(encoded, c);
  std::memcpy(out, encoded.data(), encoded.size());
  return encoded.size();
}

char plain_escape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    default:
      return c;  // \" \\ \/ and, leniently, anything else
  }
}

// Half a surrogate pair becomes U+FFFD; never longer than the input.
std::string_view unescape(std::string_view text, Arena& arena) {
  char* const start = arena.allocate(text.size());
  char* out = start;
  std::size_t at = 0;
  while (at < text.size()) {
    const void* found = std::memchr(text.data() + at, '\\', text.size() - at);
    const std::size_t next =
        found == nullptr ? text.size()
                         : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    std::memcpy(out, text.data() + at, next - at);
    out += next - at;
    at = next;
    if (at + 1 >= text.size()) {
      break;
    }
    if (text[at + 1] != 'u') {
      *out++ = plain_escape(text[at + 1]);
      at += 2;
      continue;
    }
    const int high = hex_four(text, at + 2);
    if (high < 0) {
      *out++ = 'u';
      at += 2;
      continue;
    }
    at += 6;
    auto code = static_cast<char32_t>(high);
    if (code >= 0xD800 && code <= 0xDBFF && text.substr(at, 2) == "\\u") {
      const int low = hex_four(text, at + 2);
      if (low >= 0xDC00 && low <= 0xDFFF) {
        code = 0x10000 + ((code - 0xD800) << 10U) + (static_cast<char32_t>(low) - 0xDC00);
        at += 6;
      }
    }
    out += put_utf8(out, code);
  }
  return {start, static_cast<std::size_t>(out - start)};
}

bool is_number_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  });
}

std::uint64_t load8(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

std::uint32_t load4(const char* at) {
  std::uint32_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

struct Ends {
  std::uint64_t head;
  std::uint64_t tail;
};

// The first and the last bytes of a name as numbers; all of it when it is short.
Ends both_ends(std::string_view name) {
  const char* const end = name.data() + name.size();
  if (name.size() >= 8) {
    return {load8(name.data()), load8(end - 8)};
  }
  if (name.size() >= 4) {
    return {load4(name.data()), load4(end - 4)};
  }
  Ends ends{0, 0};
  for (const char c : name) {
    ends.head = ends.head << 8U | static_cast<unsigned char>(c);
  }
  return ends;
}

// Non-zero where a byte of `word` is `wanted` (Warren, "Hacker's Delight", 6-1); exact for the
// lowest such byte.
std::uint64_t bytes_equal(std::uint64_t word, char wanted) {
  const std::uint64_t difference =
      word ^ (0x0101010101010101ULL * static_cast<unsigned char>(wanted));
  return (difference - 0x0101010101010101ULL) & ~difference & 0x8080808080808080ULL;
}

// The quote that ends a key, or the first backslash in it. simdjson has seen that there is one,
// and its padding allows to read eight bytes at a time.
const char* end_of_key(const char* at) {
  if constexpr (std::endian::native == std::endian::little) {
    while (true) {
      const std::uint64_t word = load8(at);
      const std::uint64_t found = bytes_equal(word, '"') | bytes_equal(word, '\\');
      if (found != 0) {
        return at + std::countr_zero(found) / 8;
      }
      at += 8;
    }
  }
  while (*at != '"' && *at != '\\') {
    ++at;
  }
  return at;
}

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') {
    token.remove_suffix(1);
  }
  return token;
}

}  // namespace

struct JsonReader::State {
  explicit State(FieldNames& field_names) : names(field_names), json_names(field_names) {}

  FieldNames& names;
  JsonNames json_names;
  ondemand::parser parser;
  std::vector<Field> found;
  std::string path;
  bool in_user_data = false;  // the object being read is UserData itself
  EventWriter* event = nullptr;

  // Direct-mapped memory of names in front of FieldNames: most events repeat the same keys.
  // Up to 16 bytes both ends are the whole name; only longer names are compared in full.
  struct Remembered {
    Ends ends{0, 0};
    std::string_view name;
    FieldId id;
  };
  static constexpr unsigned kRememberedBits = 9;
  std::array<Remembered, std::size_t{1} << kRememberedBits> remembered{};

  std::optional<FieldId> field(std::string_view name) {
    const Ends ends = both_ends(name);
    const std::uint64_t mixed =
        (ends.head ^ (ends.tail * 0x9E3779B97F4A7C15ULL) ^ name.size()) * 0xD6E8FEB86659FD93ULL;
    Remembered& slot = remembered[mixed >> (64U - kRememberedBits)];
    if (slot.ends.head == ends.head && slot.ends.tail == ends.tail &&
        slot.name.size() == name.size() && !name.empty() &&
        (name.size() <= 16 || slot.name == name)) {
      return slot.id;
    }
    const auto id = event->field(name);
    if (id) {
      slot = {ends, names.catalog().name(*id), *id};
    }
    return id;
  }

  void keep(std::string_view name, Value value) {
    if (found.size() >= kValuesMax) {
      event->note_truncated("fields");
      return;
    }
    if (const auto id = field(name)) {
      found.push_back({*id, value});
    }
  }

  simdjson::error_code read_object(ondemand::object object, std::size_t depth, char joiner);
  simdjson::error_code read_value(ondemand::value value, std::string_view name, std::size_t depth);
  simdjson::error_code read_scalar(std::string_view token, std::string_view name);
  simdjson::error_code read_nested(ondemand::value value, std::string_view name, std::size_t depth);
  simdjson::error_code read_inner_object(ondemand::value value, std::size_t depth);
  simdjson::error_code read_array(ondemand::value value, std::size_t depth);
};

simdjson::error_code JsonReader::State::read_scalar(std::string_view token, std::string_view name) {
  token = trimmed(token);
  if (token.empty()) {
    return simdjson::TAPE_ERROR;
  }
  switch (token.front()) {
    case '"': {
      if (token.size() < 2 || token.back() != '"') {
        return simdjson::STRING_ERROR;
      }
      const std::string_view inner = token.substr(1, token.size() - 2);
      const bool escaped = std::memchr(inner.data(), '\\', inner.size()) != nullptr;
      keep(name, Value::text(escaped ? unescape(inner, event->out().arena()) : inner));
      return simdjson::SUCCESS;
    }
    case 't':
      keep(name, Value::boolean(true));
      return token == "true" ? simdjson::SUCCESS : simdjson::T_ATOM_ERROR;
    case 'f':
      keep(name, Value::boolean(false));
      return token == "false" ? simdjson::SUCCESS : simdjson::F_ATOM_ERROR;
    case 'n':
      return token == "null" ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
    default:
      break;
  }
  const char* const end = token.data() + token.size();
  std::int64_t integer = 0;
  if (const auto parsed = std::from_chars(token.data(), end, integer);
      parsed.ec == std::errc{} && parsed.ptr == end) {
    keep(name, Value::integer(integer));
    return simdjson::SUCCESS;
  }
  if (!is_number_text(token)) {
    return simdjson::NUMBER_ERROR;
  }
  double real = 0;
  const auto parsed = std::from_chars(token.data(), end, real);
  const bool exact = token.find_first_of(".eE") != std::string_view::npos;
  if (exact && parsed.ec == std::errc{} && parsed.ptr == end && std::isfinite(real)) {
    keep(name, Value::real(real));
  } else {
    keep(name, Value::text(token));
  }
  return simdjson::SUCCESS;
}

simdjson::error_code JsonReader::State::read_value(ondemand::value value, std::string_view name,
                                                   std::size_t depth) {
  const std::string_view token = value.raw_json_token();
  if (token.empty()) {
    return simdjson::TAPE_ERROR;
  }
  if (token.front() == '{' || token.front() == '[') {
    return read_nested(value, name, depth + 1);
  }
  return read_scalar(token, name);
}

// `name` is a top-level key, or `path` itself.
simdjson::error_code JsonReader::State::read_nested(ondemand::value value, std::string_view name,
                                                    std::size_t depth) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) {
    return error;
  }
  if (depth > event->limits().depth_max) {
    event->note_truncated("depth");
    std::string_view raw;
    simdjson::error_code error = simdjson::SUCCESS;
    if (type == ondemand::json_type::object) {
      ondemand::object object;
      error = value.get_object().get(object);
      error = error != simdjson::SUCCESS ? error : object.raw_json().get(raw);
    } else {
      ondemand::array array;
      error = value.get_array().get(array);
      error = error != simdjson::SUCCESS ? error : array.raw_json().get(raw);
    }
    if (error == simdjson::SUCCESS) {
      keep(name, Value::text(raw));
    }
    return error;
  }
  if (name.data() != path.data()) {
    path.assign(name);
  }
  return type == ondemand::json_type::object ? read_inner_object(value, depth)
                                             : read_array(value, depth);
}

// The object whose name is `path`. "#attributes" and the transparent ones give their members other
// names than path + '.' + key.
simdjson::error_code JsonReader::State::read_inner_object(ondemand::value value,
                                                          std::size_t depth) {
  ondemand::object object;
  if (const auto error = value.get_object().get(object)) {
    return error;
  }
  constexpr std::string_view kAttributes = ".#attributes";
  const bool attributes = path.ends_with(kAttributes);
  const bool was_in_user_data = std::exchange(in_user_data, is_user_data(path));
  if (!attributes && !was_in_user_data && !is_transparent(path)) {
    const auto error = read_object(object, depth, '.');
    in_user_data = was_in_user_data;
    return error;
  }
  const std::string saved = path;
  path.resize(attributes ? path.size() - kAttributes.size() : 0);
  const auto error = read_object(object, depth, attributes ? '_' : '.');
  path = saved;
  in_user_data = was_in_user_data;
  return error;
}

simdjson::error_code JsonReader::State::read_array(ondemand::value value, std::size_t depth) {
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) {
    return error;
  }
  const std::size_t own = path.size();
  for (auto element : array) {
    ondemand::value item;
    auto error = element.get(item);
    error = error != simdjson::SUCCESS ? error : read_value(item, path, depth);
    path.resize(own);
    if (error != simdjson::SUCCESS) {
      return error;
    }
  }
  return simdjson::SUCCESS;
}

simdjson::error_code JsonReader::State::read_object(ondemand::object object, std::size_t depth,
                                                    char joiner) {
  const std::size_t outer = path.size();
  for (auto member : object) {
    ondemand::field member_field;
    if (const auto error = std::move(member).get(member_field)) {
      return error;
    }
    const char* const key_start = member_field.key().raw();
    const char* const key_end = end_of_key(key_start);
    std::string_view key(key_start, static_cast<std::size_t>(key_end - key_start));
    if (*key_end == '\\') {
      std::string_view plain;
      if (const auto error = member_field.unescaped_key().get(plain)) {
        return error;
      }
      key = event->copy(plain);
    }
    if (outer + 1 + key.size() > kPathBytesMax) {
      event->note_truncated("names");
      continue;
    }
    if (outer != 0 && key != "#text") {
      path.push_back(joiner);
      path.append(key);
    }
    const auto error = read_value(member_field.value(), outer == 0 ? key : path, depth);
    path.resize(outer);
    if (error != simdjson::SUCCESS) {
      return error;
    }
  }
  return simdjson::SUCCESS;
}

JsonReader::JsonReader(FieldNames& names) : state_(std::make_unique<State>(names)) {}
JsonReader::~JsonReader() = default;

void JsonReader::begin(EventWriter& event) {
  view_.at_.fill(0);
  view_.fields_ = {};
  state_->event = &event;
  state_->found.clear();
  state_->path.clear();
  state_->in_user_data = false;
}

void JsonReader::keep(std::string_view name, Value value) {
  state_->keep(name, value);
}

void JsonReader::end() {
  view_.fields_ = state_->found;
  view_.names_ = &state_->json_names;
  for (std::size_t i = 0; i < state_->found.size(); ++i) {
    const JsonName name = state_->json_names.of(state_->found[i].id);
    view_.at_[static_cast<std::size_t>(name)] = static_cast<std::uint16_t>(i + 1);
  }
  view_.at_[0] = 0;
}

std::string_view JsonReader::read(std::string_view text, EventWriter& event) {
  begin(event);
  State& state = *state_;
  if (text.size() > kJsonBytesMax) {
    return "JSON of more than 8 MiB";
  }
  // simdjson reads up to 32 bytes behind the text: inside the batch's bytes that is harmless.
  const RecordBatch& records = event.out().records();
  const std::string_view last = records[records.size() - 1].bytes;
  const std::string_view own = records[event.out().head(event.event_index()).record].bytes;
  const bool inside =
      text.data() >= own.data() && text.data() + text.size() <= own.data() + own.size();
  const bool padded =
      inside && text.data() + text.size() + simdjson::SIMDJSON_PADDING <= last.data() + last.size();
  if (!padded) {
    char* copy = event.out().arena().allocate(text.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(copy, text.data(), text.size());
    std::memset(copy + text.size(), ' ', simdjson::SIMDJSON_PADDING);
    text = {copy, text.size()};
  }
  ondemand::document document;
  ondemand::object object;
  simdjson::error_code error =
      state.parser.iterate(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING)
          .get(document);
  error = error != simdjson::SUCCESS ? error : document.get_object().get(object);
  error = error != simdjson::SUCCESS ? error : state.read_object(object, 0, '.');
  const char* rest = nullptr;
  if (error == simdjson::SUCCESS && document.current_location().get(rest) == simdjson::SUCCESS) {
    return "more text after the JSON object";
  }
  if (error != simdjson::SUCCESS) {
    return simdjson::error_message(error);
  }
  end();
  return {};
}

}  // namespace tocsin
