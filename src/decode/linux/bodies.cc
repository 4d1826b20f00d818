#include "decode/linux/bodies.h"

#include <array>

#include "base/text.h"
#include "decode/scan.h"

namespace tocsin::linux_log {
namespace {

constexpr auto kPrograms = std::to_array<Program>({
    {"sshd", Dataset::kLinuxAuth, "sshd", write_sshd},
    {"sshd-session", Dataset::kLinuxAuth, "sshd", write_sshd},
    {"sshd-auth", Dataset::kLinuxAuth, "sshd", write_sshd},
    {"sudo", Dataset::kLinuxAuth, "sudo", write_sudo},
    {"su", Dataset::kLinuxAuth, "auth", write_su},
    {"systemd-logind", Dataset::kLinuxAuth, "auth", write_logind},
    {"login", Dataset::kLinuxAuth, "auth", write_login},
    {"useradd", Dataset::kLinuxAuth, "auth", write_accounts},
    {"usermod", Dataset::kLinuxAuth, "auth", write_accounts},
    {"userdel", Dataset::kLinuxAuth, "auth", write_accounts},
    {"groupadd", Dataset::kLinuxAuth, "auth", write_accounts},
    {"groupmod", Dataset::kLinuxAuth, "auth", write_accounts},
    {"groupdel", Dataset::kLinuxAuth, "auth", write_accounts},
    {"gpasswd", Dataset::kLinuxAuth, "auth", write_accounts},
    {"passwd", Dataset::kLinuxAuth, "auth", write_accounts},
    {"chpasswd", Dataset::kLinuxAuth, "auth", write_accounts},
    {"chage", Dataset::kLinuxAuth, "auth", write_accounts},
    {"chsh", Dataset::kLinuxAuth, "auth", write_accounts},
    {"chfn", Dataset::kLinuxAuth, "auth", write_accounts},
    {"cron", Dataset::kLinuxCron, "cron", write_cron},
    {"crond", Dataset::kLinuxCron, "cron", write_cron},
    {"anacron", Dataset::kLinuxCron, "cron", write_cron},
    {"crontab", Dataset::kLinuxCron, "cron", write_crontab},
});

}  // namespace

const Program* find_program(std::string_view name) {
  if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos) {
    name = name.substr(slash + 1);
  }
  for (const Program& program : kPrograms) {
    if (equals_ignore_case(program.name, name)) {
      return &program;
    }
  }
  return nullptr;
}

void write_peer(std::string_view& text, EventWriter& event) {
  std::string_view address;
  if (!take_word(text, address)) {
    return;
  }
  while (address.ends_with(':') || address.ends_with(',')) {
    address.remove_suffix(1);
  }
  event.source(address);
  std::int64_t port = 0;
  if (skip(text, "port ") && take_number(text, port)) {
    event.integer(fields::source_port, port);
  }
}

}  // namespace tocsin::linux_log
