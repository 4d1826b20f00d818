// Deeds on the machines and in the configuration, after somebody is inside.
#include <fmt/format.h>

#include "demo/attacks.h"

namespace tocsin {
namespace {

constexpr std::string_view kAsRoot = "TTY=pts/1 ; PWD=/tmp ; USER=root ; ";

std::string intruder(const Scene& scene) {
  return "temp-" + scene.victim().substr(6);
}

}  // namespace

void fail_sudo(Scene& scene) {
  const std::string user = intruder(scene);
  for (int i = 0; i < 4; ++i) {
    scene.sudo("app1", user,
               fmt::format("3 incorrect password attempts ; {}COMMAND=/bin/bash", kAsRoot));
    scene.wait(20);
  }
  scene.expect("sudo fails again and again", "user.name", user);
}

void sudo_without_right(Scene& scene) {
  const std::string user = intruder(scene);
  scene.sudo("web1", user,
             fmt::format("user NOT in sudoers ; {}COMMAND=/usr/bin/cat /etc/shadow", kAsRoot));
  scene.expect("A user without the right tried sudo", "user.name", user);
}

void stay_on_machine(Scene& scene) {
  const std::string user = intruder(scene);
  scene.host("db1", "useradd",
             fmt::format("new user: name={0}, UID=1044, GID=1044, home=/home/{0}, shell=/bin/bash, "
                         "from=/dev/pts/1",
                         user));
  scene.wait(8);
  scene.host("db1", "usermod", fmt::format("add '{}' to group 'sudo'", user));
  scene.wait(8);
  scene.host("db1", "passwd", "pam_unix(passwd:chauthtok): password changed for root");
  scene.expect("A system user was added", "host.name", "db1");
  scene.expect("A user was added to an administrators' group", "host.name", "db1");
  scene.expect("The password of root was changed", "host.name", "db1");
}

void change_firewall(Scene& scene) {
  scene.tool("Configuration Change", "Firewall rule modified by admin");
  scene.wait(30);
  const std::string user = intruder(scene);
  scene.sudo("web1", user, fmt::format("{}COMMAND=/usr/sbin/ufw disable", kAsRoot));
  scene.expect("Firewall rules were changed");
  scene.expect("A firewall was changed by hand", "user.name", user);
}

void switch_logging_off(Scene& scene) {
  scene.tool("Configuration Change", "Audit logging disabled by admin");
  scene.expect("Logging or auditing was switched off");
}

void weaken_protection(Scene& scene) {
  scene.tool("Configuration Change", "MFA requirement disabled by admin");
  scene.expect("A protection was switched off");
}

void grant_right(Scene& scene) {
  scene.tool("Configuration Change", "Database permission granted to reporting by admin");
  scene.expect("A right or role was granted");
}

void destroy_logs(Scene& scene) {
  const std::string user = intruder(scene);
  scene.sudo("app1", user, fmt::format("{}COMMAND=/usr/bin/systemctl stop rsyslog", kAsRoot));
  scene.wait(5);
  scene.sudo("app1", user, fmt::format("{}COMMAND=/usr/bin/rm -rf /var/log/auth.log", kAsRoot));
  scene.expect("Logs were destroyed or their collection stopped", "user.name", user);
}

void shell_from_service(Scene& scene) {
  scene.sudo("web1", "www-data",
             "TTY=unknown ; PWD=/var/www/uploads ; USER=root ; COMMAND=/bin/bash");
  scene.expect("A service account opened a shell through sudo", "user.name", "www-data");
}

void attack_journal(Scene& scene) {
  const std::string user = intruder(scene);
  scene.sudo("app1", user,
             fmt::format("{}COMMAND=/usr/bin/rm -rf /var/lib/tocsin/journal", kAsRoot));
  scene.expect("Somebody touched the journal of this monitor", "user.name", user);
}

void use_canary(Scene& scene) {
  const std::string user = intruder(scene);
  scene.sudo("web1", user, fmt::format("{}COMMAND=/usr/bin/cat /root/backup-keys.pem", kAsRoot));
  scene.expect("A planted secret was used (canary)", "user.name", user);
}

}  // namespace tocsin
