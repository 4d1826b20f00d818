// Case folding as the rules use it: what differs only by case folds to the same bytes.
//
// ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic, one code point to one of the same length in
// UTF-8 (Unicode's simple folding, where both forms are of two bytes). Other bytes stay: any bytes
// are accepted.
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

void fold_case_append(std::string_view text, std::string& out);
std::string fold_case(std::string_view text);

}  // namespace tocsin
