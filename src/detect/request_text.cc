#include "detect/request_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

enum : std::uint8_t { kDecodes = 1, kPlus = 2, kSpace = 4 };

constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t i = 0; i < 0x20; ++i) {
    classes[i] = kDecodes;
  }
  for (std::size_t i = 0x7f; i < 0x100; ++i) {
    classes[i] = kDecodes;
  }
  classes['%'] = classes['&'] = kDecodes;
  classes['*'] = kDecodes;
  classes['\\'] = kDecodes;
  classes['+'] = kPlus;
  classes[' '] = kSpace;
  return classes;
}();

std::uint8_t class_of(char c) {
  return kClasses[static_cast<unsigned char>(c)];
}

struct Entity {
  std::string_view name;
  char c;
};
constexpr std::array<Entity, 29> kEntities = {{
    {"lt", '<'},    {"gt", '>'},     {"amp", '&'},      {"quot", '"'},   {"apos", '\''},
    {"nbsp", ' '},  {"tab", '\t'},   {"newline", '\n'}, {"colon", ':'},  {"lpar", '('},
    {"rpar", ')'},  {"sol", '/'},    {"bsol", '\\'},    {"semi", ';'},   {"equals", '='},
    {"comma", ','}, {"period", '.'}, {"excl", '!'},     {"grave", '`'},  {"dollar", '$'},
    {"lcub", '{'},  {"rcub", '}'},   {"lbrace", '{'},   {"rbrace", '}'}, {"lsqb", '['},
    {"rsqb", ']'},  {"num", '#'},    {"percnt", '%'},   {"vert", '|'},
}};

bool is_comment_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' || c == '_' ||
         c == '-' || c == '.' || c == '*';
}
int hex_value(char c) {
  if (is_digit(c)) {
    return c - '0';
  }
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// `digits` of them at most; the number and how many there were.
struct Digits {
  std::uint32_t value = 0;
  std::size_t count = 0;
};
Digits read_digits(std::string_view text, std::uint32_t base, std::size_t digits) {
  Digits read;
  while (read.count < digits && read.count < text.size()) {
    const int digit = hex_value(text[read.count]);
    if (digit < 0 || static_cast<std::uint32_t>(digit) >= base) {
      break;
    }
    read.value = read.value * base + static_cast<std::uint32_t>(digit);
    ++read.count;
  }
  return read;
}

// One pass over a text. `at_` walks; everything that is understood goes through put().
class Pass {
 public:
  Pass(std::string_view text, PlusSign plus, std::string& out)
      : text_(text), plus_(plus), out_(out) {}

  // Whether anything was changed.
  bool run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const std::uint8_t kind = class_of(c);
      if ((kind & (kDecodes | kPlus | kSpace)) == 0 && c != '/') {
        out_ += c;
        ++at_;
      } else if (!special(c)) {
        put_byte(c);
        ++at_;
      }
    }
    return changed_;
  }

 private:
  std::string_view rest(std::size_t skip) const {
    return text_.substr(std::min(at_ + skip, text_.size()));
  }
  void take(std::size_t bytes, char32_t code) {
    changed_ = true;
    put(code);
    at_ += bytes;
  }

  // True: read on at at_. False: the byte stands for itself.
  bool special(char c) {
    switch (c) {
      case '%':
        return percent();
      case '&':
        return entity();
      case '\\':
        return backslash();
      case '/':
        return comment_begins();
      case '*':
        return comment_ends();
      case '+':
        if (plus_ == PlusSign::kSpace) {
          take(1, ' ');
          return true;
        }
        return false;
      default:
        return static_cast<unsigned char>(c) >= 0x80 && beyond_ascii();
    }
  }

  // %XX and %uXXXX. Of digits that are none, old servers made a byte all the same: that is followed
  // where it is part of an overlong form (%c0%qf is a slash).
  bool percent() {
    const std::string_view after = rest(1);
    if (after.starts_with('u') || after.starts_with('U')) {
      const Digits code = read_digits(rest(2), 16, 4);
      if (code.count == 4) {
        take(6, code.value);
        return true;
      }
    }
    const Digits byte = read_digits(after, 16, 2);
    if (byte.count == 2) {
      return take_byte(3, static_cast<char>(byte.value));
    }
    const std::optional<char> careless = careless_byte(after);
    if (careless &&
        (ends_in_overlong_lead() || (is_overlong_lead(*careless) && rest(3).starts_with('%')))) {
      return take_byte(3, *careless);
    }
    return false;
  }

  bool take_byte(std::size_t bytes, char c) {
    changed_ = true;
    put_byte(c);
    at_ += bytes;
    return true;
  }

  static bool is_overlong_lead(char c) { return c == '\xc0' || c == '\xc1'; }
  bool ends_in_overlong_lead() const { return !out_.empty() && is_overlong_lead(out_.back()); }

  // Two letters or digits as digits of base 16, however large.
  static std::optional<char> careless_byte(std::string_view text) {
    unsigned value = 0;
    if (text.size() < 2) {
      return std::nullopt;
    }
    for (const char c : text.substr(0, 2)) {
      const char lower = ascii_lower(c);
      const bool letter = lower >= 'a' && lower <= 'z';
      if (!letter && !is_digit(c)) {
        return std::nullopt;
      }
      value = value * 16 + static_cast<unsigned>(letter ? lower - 'a' + 10 : c - '0');
    }
    return static_cast<char>(value & 0xff);
  }

  bool entity() {
    const std::string_view after = rest(1);
    if (after.starts_with('#')) {
      const bool hex = after.size() > 1 && (after[1] == 'x' || after[1] == 'X');
      const std::size_t skip = hex ? 3 : 2;
      const Digits code = read_digits(rest(skip), hex ? 16 : 10, 8);
      if (code.count == 0 || code.value > 0x10ffff) {
        return false;
      }
      const std::size_t end = skip + code.count;
      take(end + (rest(end).starts_with(';') ? 1 : 0), code.value);
      return true;
    }
    const std::size_t semicolon = after.substr(0, 9).find(';');
    if (semicolon == std::string_view::npos) {
      return false;
    }
    for (const Entity& known : kEntities) {
      if (equals_ignore_case(after.substr(0, semicolon), known.name)) {
        take(semicolon + 2, static_cast<unsigned char>(known.c));
        return true;
      }
    }
    return false;
  }

  bool backslash() {
    const std::string_view after = rest(1);
    if (after.empty()) {
      return false;
    }
    if (after[0] == '/') {
      take(2, '/');
      return true;
    }
    if (after[0] == 'x' || after[0] == 'X') {
      const Digits code = read_digits(rest(2), 16, 2);
      if (code.count == 2) {
        take(4, code.value);
        return true;
      }
    } else if (after[0] == 'u' || after[0] == 'U') {
      const bool braced = rest(2).starts_with('{');
      const Digits code = read_digits(rest(braced ? 3 : 2), 16, braced ? 6 : 4);
      if (!braced && code.count == 4) {
        take(6, code.value);
        return true;
      }
      if (braced && code.count > 0 && rest(3 + code.count).starts_with('}')) {
        take(4 + code.count, code.value);
        return true;
      }
    }
    return false;
  }

  // A comment of plain words is a space; MySQL's conditional comment is what stands in it.
  bool comment_begins() {
    if (!rest(1).starts_with('*')) {
      return false;
    }
    if (rest(2).starts_with('!')) {
      changed_ = true;
      ++open_;
      put(' ');
      at_ += 3 + read_digits(rest(3), 10, 6).count;
      return true;
    }
    std::size_t end = 2;
    for (; at_ + end < text_.size(); ++end) {
      const char c = text_[at_ + end];
      if (!is_comment_word(c)) {
        break;
      }
      if (c == '*' && rest(end + 1).starts_with('/')) {
        take(end + 2, ' ');
        return true;
      }
    }
    return false;
  }

  bool comment_ends() {
    if (open_ == 0 || !rest(1).starts_with('/')) {
      return false;
    }
    --open_;
    take(2, ' ');
    return true;
  }

  // Overlong forms, full-width letters, white space and invisible characters; a lone 0xa0.
  bool beyond_ascii() {
    const auto byte = [this](std::size_t i) -> std::uint32_t {
      return at_ + i < text_.size() ? static_cast<unsigned char>(text_[at_ + i]) : 0;
    };
    const auto tail = [&byte](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
    const std::uint32_t first = byte(0);
    if (first == 0xc0 || first == 0xc1) {
      return two_byte_form(first, byte(1));
    }
    if (first > 0xc1 && first < 0xe0 && tail(1)) {
      return understood(2, ((first & 0x1f) << 6) | (byte(1) & 0x3f), 0x80);
    }
    if (first >= 0xe0 && first < 0xf0 && tail(1) && tail(2)) {
      return understood(3, ((first & 0x0f) << 12) | ((byte(1) & 0x3f) << 6) | (byte(2) & 0x3f),
                        0x800);
    }
    if (first >= 0xf0 && first < 0xf8 && tail(1) && tail(2) && tail(3)) {
      return understood(4,
                        ((first & 0x07) << 18) | ((byte(1) & 0x3f) << 12) |
                            ((byte(2) & 0x3f) << 6) | (byte(3) & 0x3f),
                        0x10000);
    }
    if (first >= 0xf8 && first < 0xfe) {
      return long_form(first < 0xfc ? 5 : 6);
    }
    if (first == 0xa0) {
      take(1, ' ');
      return true;
    }
    return false;
  }

  // 0xc0 and 0xc1 begin no valid sequence. What follows may be careless: any byte of the right low
  // bits, or the wanted character itself.
  bool two_byte_form(std::uint32_t first, std::uint32_t second) {
    if (second == 0) {
      return false;
    }
    const std::uint32_t low = second & 0x3f;
    const std::uint32_t whole = ((first & 1) << 6) | low;
    const bool itself = second == '.' || second == '/' || second == '\\';
    const bool path = low == '.' || low == '/';
    if (!itself && !path && whole != '\\' && (second & 0xc0) != 0x80) {
      return false;
    }
    take(2, itself ? second : path ? low : whole);
    return true;
  }

  // Forms of five and six bytes were never valid; of an ASCII character all but the end is zero.
  bool long_form(std::size_t bytes) {
    const std::string_view all = rest(0).substr(0, bytes);
    if (all.size() < bytes || (all[bytes - 1] & '\xc0') != '\x80' || (all[0] & 3) != 0 ||
        all.substr(1, bytes - 3).find_first_not_of('\x80') != std::string_view::npos) {
      return false;
    }
    const auto high = static_cast<unsigned char>(all[bytes - 2]);
    const auto low = static_cast<unsigned char>(all[bytes - 1]);
    if (high != 0x80 && high != 0x81) {
      return false;
    }
    take(bytes, ((high & 1U) << 6) | (low & 0x3fU));
    return true;
  }

  // A sequence of `bytes`; valid ones that mean nothing special are copied as they are.
  bool understood(std::size_t bytes, char32_t code, char32_t shortest) {
    const char32_t plain = plain_form(code);
    if (code >= shortest && plain == code) {
      out_.append(text_.substr(at_, bytes));
      at_ += bytes;
      return true;
    }
    take(bytes, plain);
    return true;
  }

  // 0 for what is not seen.
  static char32_t plain_form(char32_t code) {
    if (code >= 0xff01 && code <= 0xff5e) {
      return code - 0xfee0;
    }
    if (code == 0xa0 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f || code == 0x205f ||
        code == 0x3000) {
      return ' ';
    }
    if (code == 0x2215 || code == 0x2044 || code == 0xf025) {
      return '/';  // what Windows makes of them
    }
    if (code == 0x2216 || code == 0xefc8) {
      return '\\';
    }
    if (code == 0x2024) {
      return '.';
    }
    if (code == 0x85 || code == 0x2028 || code == 0x2029) {
      return '\n';
    }
    if ((code >= 0x200b && code <= 0x200f) || code == 0x2060 || code == 0xfeff || code == 0xad) {
      return 0;
    }
    return code;
  }

  void put(char32_t code) {
    const char32_t plain = plain_form(code);
    if (plain < 0x80) {
      put_byte(static_cast<char>(plain));
    } else {
      append_utf8(out_, plain);
    }
  }

  void put_byte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0) {
      changed_ = true;
      return;
    }
    if ((byte > 0x20 && byte != 0x7f) || ends_in_overlong_lead()) {
      out_ += c;
      return;
    }
    const char space = c == '\n' || c == '\r' ? '\n' : ' ';
    if (!out_.empty() && (out_.back() == ' ' || out_.back() == '\n')) {
      changed_ = true;
      if (space == '\n') {
        out_.back() = space;
      }
      return;
    }
    changed_ = changed_ || space != c;
    out_ += space;
  }

  std::string_view text_;
  PlusSign plus_;
  std::string& out_;
  std::size_t at_ = 0;
  int open_ = 0;  // conditional comments
  bool changed_ = false;
};

}  // namespace

// Vectors of sixteen bytes, as GCC and Clang know them on every machine. A comparison gives 0xff or
// 0.
TextSigns signs_in(std::string_view text) {
  using Bytes [[gnu::vector_size(16)]] = unsigned char;
  constexpr std::size_t kBlock = sizeof(Bytes);
  Bytes encoded{};
  Bytes plus{};
  Bytes split{};
  std::array<unsigned char, kBlock + 1> room{};
  for (std::size_t at = 0; at < text.size(); at += kBlock) {
    const std::size_t left = text.size() - at;
    const char* bytes = text.data() + at;
    if (left <= kBlock) {
      room.fill('a');
      std::memcpy(room.data(), bytes, left);
    }
    Bytes c;
    Bytes next;
    std::memcpy(&c, left <= kBlock ? static_cast<const void*>(room.data()) : bytes, kBlock);
    std::memcpy(&next, left <= kBlock ? static_cast<const void*>(&room[1]) : bytes + 1, kBlock);
    const auto is = [&c](unsigned char byte) { return std::bit_cast<Bytes>(c == byte); };
    const Bytes both = is('*') | is('\\');
    encoded |= std::bit_cast<Bytes>((c - 0x20) >= 0x5f) | is('%') | is('&') | both |
               (is(' ') & std::bit_cast<Bytes>(next == ' '));
    plus |= is('+');
    split |= both | is('\'') | is('"') | is('$') | is('^') | is('`');
  }
  const auto any = [](Bytes seen) {
    const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(seen);
    return (halves[0] | halves[1]) != 0;
  };
  return {any(encoded), any(plus), any(split)};
}

bool may_need_decoding(std::string_view text, PlusSign plus) {
  const TextSigns signs = signs_in(text);
  return signs.encoded || (signs.plus && plus == PlusSign::kSpace);
}

DecodedText decode_request_text(std::string_view text, PlusSign plus, std::string& out) {
  out.clear();
  bool changed = Pass(text, plus, out).run();
  std::string before;
  for (int round = 1; changed && may_need_decoding(out, PlusSign::kLiteral); ++round) {
    if (round == kRequestTextRoundsMax) {
      return {false};
    }
    before.swap(out);
    out.clear();
    changed = Pass(before, PlusSign::kLiteral, out).run();
  }
  return {true};
}

}  // namespace tocsin
