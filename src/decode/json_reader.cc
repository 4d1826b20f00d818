#include "decode/json_reader.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <simdjson.h>

#include "base/utf8.h"
#include "decode/event_writer.h"

namespace tocsin {
namespace {

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

// The first backslash in a string of the JSON text, or its end. Reads up to 16 bytes behind the
// end, which the text's padding allows.
const char* find_backslash(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i wanted = _mm_set1_epi8('\\');
  for (; at < end; at += sizeof(__m128i)) {
    __m128i bytes;
    std::memcpy(&bytes, at, sizeof bytes);
    const int found = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted));
    if (found != 0) {
      return std::min(at + std::countr_zero(static_cast<unsigned>(found)), end);
    }
  }
  return end;
#else
  const void* const found = std::memchr(at, '\\', static_cast<std::size_t>(end - at));
  return found == nullptr ? end : static_cast<const char*>(found);
#endif
}

// Resolves the escape at `at`, a backslash with something behind it; returns what follows it.
const char* put_escape(const char* at, const char* end, char*& out) {
  if (at[1] != 'u') {
    *out++ = plain_escape(at[1]);
    return at + 2;
  }
  const std::string_view text(at, static_cast<std::size_t>(end - at));
  const int high = hex_four(text, 2);
  if (high < 0) {
    *out++ = 'u';
    return at + 2;
  }
  at += 6;
  auto code = static_cast<char32_t>(high);
  if (code >= 0xD800 && code <= 0xDBFF && text.substr(6, 2) == "\\u") {
    const int low = hex_four(text, 8);
    if (low >= 0xDC00 && low <= 0xDFFF) {
      code = 0x10000 + ((code - 0xD800) << 10U) + (static_cast<char32_t>(low) - 0xDC00);
      at += 6;
    }
  }
  out += put_utf8(out, code);
  return at;
}

// Half a surrogate pair becomes U+FFFD; never longer than the input.
std::string_view unescape(std::string_view text, const char* backslash, Arena& arena) {
  char* const start = arena.allocate(text.size());
  char* out = start;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    const auto plain = static_cast<std::size_t>(backslash - at);
    std::memcpy(out, at, plain);
    out += plain;
    if (backslash + 1 >= end) {
      break;
    }
    at = put_escape(backslash, end, out);
    backslash = find_backslash(at, end);
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
  std::unique_ptr<simdjson::internal::dom_parser_implementation> scanner;
  const char* text = nullptr;
  const char* text_end = nullptr;
  // simdjson's first stage says where each bracket, comma, colon, string and scalar begins.
  const std::uint32_t* token = nullptr;
  const std::uint32_t* tokens_end = nullptr;
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

  // What the next token begins with; NUL at the end.
  char peek() const { return token == tokens_end ? '\0' : text[*token]; }
  // Where the next token begins, or the end of the text.
  const char* token_start() const { return token == tokens_end ? text_end : text + *token; }

  simdjson::error_code scan(std::string_view json);
  simdjson::error_code read_object(std::size_t depth, char joiner);
  simdjson::error_code read_key(std::string_view& key);
  simdjson::error_code read_value(std::string_view name, std::size_t depth);
  simdjson::error_code read_scalar(std::string_view written, std::string_view name);
  simdjson::error_code read_nested(std::string_view name, std::size_t depth);
  simdjson::error_code read_inner_object(std::size_t depth);
  simdjson::error_code read_array(std::size_t depth);
  simdjson::error_code skip_nested(std::string_view& raw);
  simdjson::error_code skip_value();
};

simdjson::error_code JsonReader::State::read_scalar(std::string_view written,
                                                    std::string_view name) {
  written = trimmed(written);
  if (written.empty()) {
    return simdjson::TAPE_ERROR;
  }
  switch (written.front()) {
    case '"': {
      if (written.size() < 2 || written.back() != '"') {
        return simdjson::STRING_ERROR;
      }
      const std::string_view inner = written.substr(1, written.size() - 2);
      const char* const end = inner.data() + inner.size();
      const char* const backslash = find_backslash(inner.data(), end);
      keep(name, Value::text(backslash == end ? inner
                                              : unescape(inner, backslash, event->out().arena())));
      return simdjson::SUCCESS;
    }
    case 't':
      keep(name, Value::boolean(true));
      return written == "true" ? simdjson::SUCCESS : simdjson::T_ATOM_ERROR;
    case 'f':
      keep(name, Value::boolean(false));
      return written == "false" ? simdjson::SUCCESS : simdjson::F_ATOM_ERROR;
    case 'n':
      return written == "null" ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
    default:
      break;
  }
  const char* const end = written.data() + written.size();
  std::int64_t integer = 0;
  if (const auto parsed = std::from_chars(written.data(), end, integer);
      parsed.ec == std::errc{} && parsed.ptr == end) {
    keep(name, Value::integer(integer));
    return simdjson::SUCCESS;
  }
  if (!is_number_text(written)) {
    return simdjson::NUMBER_ERROR;
  }
  double real = 0;
  const auto parsed = std::from_chars(written.data(), end, real);
  const bool exact = written.find_first_of(".eE") != std::string_view::npos;
  if (exact && parsed.ec == std::errc{} && parsed.ptr == end && std::isfinite(real)) {
    keep(name, Value::real(real));
  } else {
    keep(name, Value::text(written));
  }
  return simdjson::SUCCESS;
}

simdjson::error_code JsonReader::State::scan(std::string_view json) {
  constexpr std::size_t kCapacityMin = 64 * 1024;
  simdjson::error_code error = simdjson::SUCCESS;
  if (scanner == nullptr) {
    error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        std::max(json.size(), kCapacityMin), 1, scanner);
  } else if (scanner->capacity() < json.size()) {
    error = scanner->set_capacity(json.size());
  }
  if (error != simdjson::SUCCESS) {
    return error;
  }
  error = scanner->stage1(reinterpret_cast<const std::uint8_t*>(json.data()), json.size(),
                          simdjson::stage1_mode::regular);
  text = json.data();
  text_end = text + json.size();
  token = scanner->structural_indexes.get();
  tokens_end = token + scanner->n_structural_indexes;
  return error;
}

simdjson::error_code JsonReader::State::read_value(std::string_view name, std::size_t depth) {
  const char first = peek();
  if (first == '{' || first == '[') {
    return read_nested(name, depth + 1);
  }
  if (token == tokens_end) {
    return simdjson::TAPE_ERROR;
  }
  const char* const start = token_start();
  ++token;
  return read_scalar({start, static_cast<std::size_t>(token_start() - start)}, name);
}

// `raw`: from the bracket that comes next to the one that closes it.
simdjson::error_code JsonReader::State::skip_nested(std::string_view& raw) {
  const char* const start = token_start();
  std::size_t open = 0;
  do {
    const char c = peek();
    if (token == tokens_end) {
      return simdjson::TAPE_ERROR;
    }
    open += c == '{' || c == '[' ? 1U : 0U;
    open -= c == '}' || c == ']' ? 1U : 0U;
    raw = {start, static_cast<std::size_t>(token_start() + 1 - start)};
    ++token;
  } while (open > 0);
  return simdjson::SUCCESS;
}

simdjson::error_code JsonReader::State::skip_value() {
  if (peek() == '{' || peek() == '[') {
    std::string_view raw;
    return skip_nested(raw);
  }
  if (token == tokens_end) {
    return simdjson::TAPE_ERROR;
  }
  ++token;
  return simdjson::SUCCESS;
}

// `name` is a top-level key, or `path` itself.
simdjson::error_code JsonReader::State::read_nested(std::string_view name, std::size_t depth) {
  if (depth > event->limits().depth_max) {
    event->note_truncated("depth");
    std::string_view raw;
    const simdjson::error_code error = skip_nested(raw);
    if (error == simdjson::SUCCESS) {
      keep(name, Value::text(raw));
    }
    return error;
  }
  if (name.data() != path.data()) {
    path.assign(name);
  }
  return peek() == '{' ? read_inner_object(depth) : read_array(depth);
}

// The object whose name is `path`. "#attributes" and the transparent ones give their members other
// names than path + '.' + key.
simdjson::error_code JsonReader::State::read_inner_object(std::size_t depth) {
  constexpr std::string_view kAttributes = ".#attributes";
  const bool attributes = path.ends_with(kAttributes);
  const bool was_in_user_data = std::exchange(in_user_data, is_user_data(path));
  if (!attributes && !was_in_user_data && !is_transparent(path)) {
    const auto error = read_object(depth, '.');
    in_user_data = was_in_user_data;
    return error;
  }
  const std::string saved = path;
  path.resize(attributes ? path.size() - kAttributes.size() : 0);
  const auto error = read_object(depth, attributes ? '_' : '.');
  path = saved;
  in_user_data = was_in_user_data;
  return error;
}

simdjson::error_code JsonReader::State::read_array(std::size_t depth) {
  const std::size_t own = path.size();
  ++token;  // the bracket
  if (peek() == ']') {
    ++token;
    return simdjson::SUCCESS;
  }
  while (true) {
    const auto error = read_value(path, depth);
    path.resize(own);
    if (error != simdjson::SUCCESS) {
      return error;
    }
    const char after = peek();
    if (after != ',' && after != ']') {
      return simdjson::TAPE_ERROR;
    }
    ++token;
    if (after == ']') {
      return simdjson::SUCCESS;
    }
  }
}

// A key and its colon.
simdjson::error_code JsonReader::State::read_key(std::string_view& key) {
  if (peek() != '"') {
    return simdjson::TAPE_ERROR;
  }
  const char* const start = token_start() + 1;
  ++token;
  if (peek() != ':') {
    return simdjson::TAPE_ERROR;
  }
  const char* end = end_of_key(start);
  if (*end == '\\') {
    const char* const backslash = end;
    end = token_start();
    while (*--end != '"') {
    }
    key = unescape({start, static_cast<std::size_t>(end - start)}, backslash, event->out().arena());
  } else {
    key = {start, static_cast<std::size_t>(end - start)};
  }
  ++token;
  return simdjson::SUCCESS;
}

simdjson::error_code JsonReader::State::read_object(std::size_t depth, char joiner) {
  const std::size_t outer = path.size();
  ++token;  // the brace
  if (peek() == '}') {
    ++token;
    return simdjson::SUCCESS;
  }
  while (true) {
    std::string_view key;
    auto error = read_key(key);
    if (error != simdjson::SUCCESS) {
      return error;
    }
    if (outer + 1 + key.size() > kPathBytesMax) {
      event->note_truncated("names");
      error = skip_value();
    } else {
      if (outer != 0 && key != "#text") {
        path.push_back(joiner);
        path.append(key);
      }
      error = read_value(outer == 0 ? key : path, depth);
      path.resize(outer);
    }
    if (error != simdjson::SUCCESS) {
      return error;
    }
    const char after = peek();
    if (after != ',' && after != '}') {
      return simdjson::TAPE_ERROR;
    }
    ++token;
    if (after == '}') {
      return simdjson::SUCCESS;
    }
  }
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
  simdjson::error_code error = state.scan(text);
  if (error == simdjson::SUCCESS) {
    error = state.peek() == '{' ? state.read_object(0, '.') : simdjson::INCORRECT_TYPE;
  }
  if (error == simdjson::TAPE_ERROR && state.token == state.tokens_end) {
    error = simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
  }
  if (error == simdjson::SUCCESS && state.token != state.tokens_end) {
    return "more text after the JSON object";
  }
  if (error != simdjson::SUCCESS) {
    return simdjson::error_message(error);
  }
  end();
  return {};
}

}  // namespace tocsin
