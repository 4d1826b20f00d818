// Text from log lines on its way to people: nothing of it may act on the screen, in the client or
// in the protocol that carries it. Pure.
//
// neutral() is applied to every text of a message; the others escape for one target, after it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

// One line of valid UTF-8, at most `bytes_max`: control characters become visible escapes or
// spaces, characters that hide or turn text become U+FFFD, and links are dead ("http[:]//…").
std::string neutral(std::string_view text, std::size_t bytes_max);

// Slack's control characters &, < and > (so no <!channel> and no <@U1>).
std::string slack_escaped(std::string_view text);
// A backslash before everything that Discord's Markdown knows; "@" cannot name anybody.
std::string markdown_escaped(std::string_view text);
std::string html_escaped(std::string_view text);
// A PARAM-VALUE of RFC 5424: \ before ", \ and ].
std::string structured_data_escaped(std::string_view text);
// A header's text: as it is when it is printable ASCII, else encoded words of RFC 2047, folded.
std::string mail_header_text(std::string_view text);

// `text` with every one of `secrets` replaced by "***".
std::string masked(std::string text, const std::vector<std::string>& secrets);

}  // namespace tocsin
