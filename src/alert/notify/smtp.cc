// Mail over SMTP by libcurl: STARTTLS (demanded, not only tried), TLS from the start, or neither;
// with log-in when there is a user. Answers 4xx come again, 5xx are refused.
#include <algorithm>
#include <atomic>
#include <cstring>

#include <curl/curl.h>

#include "alert/notify/channel.h"
#include "alert/notify/mail_message.h"
#include "alert/notify/neutral_text.h"
#include "base/fail.h"

namespace tocsin {
namespace {

constexpr std::size_t kDetailBytesMax = 300;
constexpr std::size_t kRecipientsMax = 50;

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, FreeHandle>;
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

struct Mail {
  std::string text;
  std::size_t sent = 0;
  std::string last_answer;
};

std::size_t read_mail(char* out, std::size_t size, std::size_t count, void* user) {
  Mail& mail = *static_cast<Mail*>(user);
  const std::size_t bytes = std::min(size * count, mail.text.size() - mail.sent);
  std::memcpy(out, mail.text.data() + mail.sent, bytes);
  mail.sent += bytes;
  return bytes;
}

// The server's lines, as libcurl gives them to the header function.
std::size_t keep_answer(char* bytes, std::size_t size, std::size_t count, void* user) {
  static_cast<Mail*>(user)->last_answer.assign(bytes, std::min<std::size_t>(size * count, 512));
  return size * count;
}

struct SmtpServer {
  std::string url;
  bool starttls = false;
  std::string user;
  std::string password;
  std::string ca_file;
  Span timeout;
};

class SmtpChannel final : public Channel {
 public:
  SmtpChannel(SmtpServer server, MailAddress from, std::vector<MailAddress> to, Clock& clock)
      : server_(std::move(server)), from_(std::move(from)), to_(std::move(to)), clock_(clock) {}

  Delivery send(const Notice& notice) override {
    const Handle handle(curl_easy_init());
    if (handle == nullptr) {
      return {.outcome = Delivery::Outcome::kRetry, .detail = "no memory"};
    }
    Mail mail;
    mail.text = mail_message(notice, from_, to_, clock_.now());
    char detail[CURL_ERROR_SIZE] = {};
    const List recipients = recipient_list();
    set_server(handle.get());
    CURL* const curl = handle.get();
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from_.address.c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_mail);
    curl_easy_setopt(curl, CURLOPT_READDATA, &mail);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.text.size()));
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_answer);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &mail);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    const CURLcode code = curl_easy_perform(curl);
    long answer = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
    return judge(code, answer, detail, mail.last_answer);
  }

  void cancel() override { cancelled_ = true; }

 private:
  List recipient_list() const {
    List list;
    for (const MailAddress& one : to_) {
      curl_slist* const longer = curl_slist_append(list.get(), one.address.c_str());
      if (longer != nullptr) {
        static_cast<void>(list.release());
        list.reset(longer);
      }
    }
    return list;
  }

  // libcurl asks about once a second; other than 0 ends the transfer.
  static int is_cancelled(void* flag, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::atomic<bool>*>(flag)->load() ? 1 : 0;
  }

  void set_server(CURL* curl) {
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_cancelled);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &cancelled_);
    const auto milliseconds = static_cast<long>(server_.timeout.value / kMicrosPerMilli);
    curl_easy_setopt(curl, CURLOPT_URL, server_.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, milliseconds);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, milliseconds);
    if (server_.starttls) {
      curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    }
    if (!server_.ca_file.empty()) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, server_.ca_file.c_str());
    }
    if (!server_.user.empty()) {
      curl_easy_setopt(curl, CURLOPT_USERNAME, server_.user.c_str());
      curl_easy_setopt(curl, CURLOPT_PASSWORD, server_.password.c_str());
    }
  }

  Delivery judge(CURLcode code, long answer, const char* detail, const std::string& said) const {
    Delivery delivery;
    const std::string_view why = detail[0] == '\0' ? curl_easy_strerror(code) : detail;
    const std::string text =
        code == CURLE_OK ? said : fmt::format("{}: {} ({})", server_.url, why, said);
    delivery.detail = neutral(masked(text, {server_.password}), kDetailBytesMax);
    if (code == CURLE_OK) {
      return delivery;
    }
    const bool for_good = code == CURLE_LOGIN_DENIED || (answer >= 500 && answer < 600);
    delivery.outcome = for_good ? Delivery::Outcome::kRefused : Delivery::Outcome::kRetry;
    return delivery;
  }

  const SmtpServer server_;
  const MailAddress from_;
  const std::vector<MailAddress> to_;
  Clock& clock_;
  std::atomic<bool> cancelled_{false};
};

Error no_address(std::string_view option, std::string_view text) {
  return fail(ErrorCode::kInvalid, "{} \"{}\" is no mail address", option, text.substr(0, 100));
}

}  // namespace

ChannelResult make_smtp_channel(const ChannelParts& parts, Clock& clock) {
  const auto from = parse_mail_address(parts.text("from"));
  if (!from) {
    return no_address("from", parts.text("from"));
  }
  std::vector<MailAddress> to;
  const auto wanted = parts.settings.lists.find("to");
  if (wanted != parts.settings.lists.end()) {
    for (const std::string& text : wanted->second) {
      const auto address = parse_mail_address(text);
      if (!address) {
        return no_address("to", text);
      }
      to.push_back(*address);
    }
  }
  if (to.empty() || to.size() > kRecipientsMax) {
    return fail(ErrorCode::kInvalid, "to has {} addresses, not 1 to {}", to.size(), kRecipientsMax);
  }
  const std::string host = parts.text("host");
  const auto is_odd = [](char c) { return c <= ' ' || c == '/' || c == '@' || c == '?'; };
  if (std::ranges::any_of(host, is_odd)) {
    return fail(ErrorCode::kInvalid, "host \"{}\" is no host name", host.substr(0, 100));
  }
  const std::string security = parts.text("security");
  SmtpServer server;
  server.url =
      fmt::format("{}://{}:{}", security == "tls" ? "smtps" : "smtp", host, parts.text("port"));
  server.starttls = security == "starttls";
  server.user = parts.text("user");
  server.password = parts.secret("password");
  server.ca_file = parts.text("ca_file");
  server.timeout = parts.settings.timeout;
  return std::make_unique<SmtpChannel>(std::move(server), *from, std::move(to), clock);
}

}  // namespace tocsin
