#include "alert/notify/mail_message.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "alert/notify/neutral_text.h"
#include "base/encoding.h"
#include "base/text.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kAddressBytesMax = 254;
constexpr std::size_t kSubjectBytesMax = 200;
constexpr std::size_t kBase64LineBytes = 76;

bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos && text.size() <= kAddressBytesMax &&
         std::ranges::all_of(text, [](char c) {
           return c > ' ' && c <= '~' &&
                  std::string_view("<>()[],;:\\\"").find(c) == std::string_view::npos;
         });
}

// "Mon, 23 Nov 2026 14:00:00 +0000"
std::string mail_date(Micros at) {
  constexpr std::array<std::string_view, 7> kDays = {"Thu", "Fri", "Sat", "Sun",
                                                     "Mon", "Tue", "Wed"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const CivilTime civil = civil_from_micros(at);
  const std::int64_t days = days_from_civil(civil.year, civil.month, civil.day);
  return fmt::format("{}, {} {} {:04} {:02}:{:02}:{:02} +0000",
                     kDays[static_cast<std::size_t>((days % 7 + 7) % 7)], civil.day,
                     kMonths[static_cast<std::size_t>(civil.month - 1)], civil.year, civil.hour,
                     civil.minute, civil.second);
}

std::string shown(const MailAddress& address) {
  return address.name.empty() ? address.address
                              : fmt::format("\"{}\" <{}>", address.name, address.address);
}

}  // namespace

std::optional<MailAddress> parse_mail_address(std::string_view text) {
  MailAddress parsed;
  const std::string_view whole = trim(text);
  const std::size_t open = whole.find('<');
  if (open != std::string_view::npos && whole.ends_with('>')) {
    const std::string_view name = trim(whole.substr(0, open));
    const bool is_plain = std::ranges::all_of(
        name, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '<'; });
    if (!is_plain || name.size() > kAddressBytesMax) {
      return std::nullopt;
    }
    parsed.name = name;
    parsed.address = whole.substr(open + 1, whole.size() - open - 2);
  } else {
    parsed.address = whole;
  }
  if (!is_address(parsed.address)) {
    return std::nullopt;
  }
  return parsed;
}

std::string mail_message(const Notice& notice, const MailAddress& from,
                         const std::vector<MailAddress>& to, Micros now) {
  const std::string domain = from.address.substr(from.address.find('@') + 1);
  std::vector<std::string> recipients;
  for (const MailAddress& one : to) {
    recipients.push_back(shown(one));
  }
  const std::string subject(utf8_prefix("[Tocsin] " + headline(notice), kSubjectBytesMax));
  std::string text;
  text += fmt::format("From: {}\r\n", shown(from));
  text += fmt::format("To: {}\r\n", fmt::join(recipients, ",\r\n "));
  text += fmt::format("Subject: {}\r\n", mail_header_text(subject));
  text += fmt::format("Date: {}\r\n", mail_date(now));
  text += fmt::format("Message-ID: <{}.message@{}>\r\n", notice.id, domain);
  text += fmt::format("References: <{}.thread@{}>\r\n", thread_key(notice), domain);
  text += "Auto-Submitted: auto-generated\r\n";
  text += "MIME-Version: 1.0\r\n";
  text += "Content-Type: text/plain; charset=utf-8\r\n";
  text += "Content-Transfer-Encoding: base64\r\n\r\n";
  const std::string body = base64_encode(plain_text(notice));
  for (std::size_t at = 0; at < body.size(); at += kBase64LineBytes) {
    text += body.substr(at, kBase64LineBytes) + "\r\n";
  }
  return text;
}

}  // namespace tocsin
