#include "demo/attacks.h"

#include <array>

namespace tocsin {
namespace {

constexpr auto kAttacks = std::to_array<Attack>({
    {"ssh brute force", brute_force_ssh},
    {"brute force on an account", brute_force_account},
    {"password spraying", spray_passwords},
    {"credential stuffing", stuff_credentials},
    {"account takeover", take_account_over},
    {"log-in page hammered", hammer_login_page},
    {"slow guessing", guess_slowly},
    {"unknown ssh users", try_unknown_ssh_users},
    {"user enumeration", enumerate_users},
    {"root by password", enter_as_root},
    {"MFA fatigue", tire_second_factor},
    {"reset flood", flood_password_resets},
    {"reset bombing", bomb_password_resets},
    {"lockouts", lock_accounts},
    {"token reuse", reuse_token},
    {"SQL injection", inject_sql},
    {"cross-site scripting", inject_scripts},
    {"path traversal", traverse_paths},
    {"command injection", inject_commands},
    {"request forgery", forge_server_requests},
    {"template injection", inject_templates},
    {"Log4Shell", send_log4shell},
    {"web shell", use_web_shell},
    {"file inclusion", include_files},
    {"NoSQL injection", inject_nosql},
    {"LDAP injection", inject_ldap},
    {"XML entities", send_entities},
    {"serialised objects", send_objects},
    {"header injection", split_headers},
    {"open redirect", redirect_elsewhere},
    {"GraphQL explored", explore_graphql},
    {"web shell commands", command_web_shell},
    {"exploits tried", try_exploits},
    {"scanner in disguise", scan_in_disguise},
    {"odd methods", try_methods},
    {"plug-ins listed", list_plugins},
    {"slow requests", send_slowly},
    {"open scanner", scan_openly},
    {"page scanner", scan_for_pages},
    {"software probing", look_for_software},
    {"secret probing", look_for_secrets},
    {"secret stolen", steal_secret},
    {"nonsense", send_nonsense},
    {"server broken", break_server},
    {"fuzzing", fuzz_server},
    {"flood", flood_server},
    {"limits ignored", ignore_limits},
    {"trap touched", touch_trap},
    {"scraping", scrape_objects},
    {"object enumeration", enumerate_objects},
    {"rights exceeded", exceed_rights},
    {"attack that the shop sees", attack_that_shop_sees},
    {"sudo guessing", fail_sudo},
    {"sudo without right", sudo_without_right},
    {"staying on a machine", stay_on_machine},
    {"firewall changed", change_firewall},
    {"logging off", switch_logging_off},
    {"protection weakened", weaken_protection},
    {"right granted", grant_right},
    {"logs destroyed", destroy_logs},
    {"shell from a service", shell_from_service},
    {"journal attacked", attack_journal},
    {"canary used", use_canary},
});

}  // namespace

std::span<const Attack> attacks() {
  return kAttacks;
}

}  // namespace tocsin
