// What a web application would see of a text that came with a request, after all the layers in
// which attackers wrap their words have been taken off.
//
// One pass undoes percent codes (also %uXXXX and overlong UTF-8), HTML entities, \x41, \u0041 and
// \/, turns full-width letters into plain ones, SQL comments of plain words into a space, MySQL's
// /*!50000word*/ into the word, any run of white space and control characters into one space (a
// line break if the run had one) and drops NUL and invisible characters. Passes are repeated until
// nothing changes, kRequestTextRoundsMax at most. Letters keep their case: rules mind it or not.
//
// The result is never longer than the text. It is for searching, not for parsing. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin {

inline constexpr int kRequestTextRoundsMax = 6;

// In a query a plus stands for a space.
enum class PlusSign : std::uint8_t { kLiteral, kSpace };

// What a fast look at the bytes of a text says; each is true more often than needed.
struct TextSigns {
  bool encoded = false;  // decoding could change it
  bool plus = false;     // decoding could change it if a plus stands for a space
  bool split = false;    // words could be split in it
};
TextSigns signs_in(std::string_view text);
// Whether decoding could change the text.
bool may_need_decoding(std::string_view text, PlusSign plus);

struct DecodedText {
  bool settled;  // false: the last round still changed something
};
DecodedText decode_request_text(std::string_view text, PlusSign plus, std::string& out);

// The decoded text as a shell would put it together (c''at, c\at, c$@at, ${IFS}, w^hoami), and with
// all comments taken out. False, with `out` as it was, when it would differ by nothing that
// matters.
bool join_split_words(std::string_view decoded, std::string& out);

}  // namespace tocsin
