#include "respond/response.h"

namespace tocsin {

Result<std::unique_ptr<Response>> Response::open(const ResponseParts& parts) {
  std::unique_ptr<Response> response(new Response(parts));
  Response& r = *response;
  const RespondSettings& settings = parts.settings;
  r.never_block_ = std::make_unique<NeverBlock>(settings, parts.trusted_proxies, parts.files);
  TRY_ASSIGN(const bool loaded, r.never_block_->load());
  static_cast<void>(loaded);
  TRY_ASSIGN(r.admins_, AdminSessions::open(parts.db, settings.admin_session, parts.clock));
  LoginMemoryLimits limits;
  limits.window = settings.shared_window;
  limits.addresses_max = settings.login_addresses_max;
  TRY_ASSIGN(r.logins_,
             LoginMemory::open(parts.db, limits, parts.secret_seed, parts.clock, parts.metrics));
  TRY_ASSIGN(r.armed_, ArmBook::open(parts.db, parts.clock));
  r.guards_ = std::make_unique<Guards>(
      GuardParts{settings, *r.never_block_, *r.admins_, *r.logins_, *r.armed_});
  TRY_ASSIGN(r.book_, DecisionBook::open({settings, parts.db, *r.guards_, parts.audit, parts.clock,
                                          parts.metrics, parts.secret_seed}));
  // Lists may have changed while nobody looked.
  TRY_ASSIGN(const std::size_t lifted, r.book_->recheck());
  static_cast<void>(lifted);
  return response;
}

void Response::admin_seen(std::string_view peer, const std::string& who) {
  const std::optional<IpAddress> address = parse_ip_lenient(peer);
  if (admins_->seen(peer, who) && address) {
    // When lifting fails now, the next list change or restart tries again.
    static_cast<void>(book_->recheck(IpNetwork{*address, 128}));
  }
}

Status Response::reload() {
  TRY_ASSIGN(const bool changed, never_block_->load());
  if (changed) {
    TRY_ASSIGN(const std::size_t lifted, book_->recheck());
    static_cast<void>(lifted);
  }
  return {};
}

Status Response::flush() {
  TRY(admins_->flush());
  return logins_->flush();
}

}  // namespace tocsin
