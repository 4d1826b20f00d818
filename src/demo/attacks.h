// The attacks of the demo: a hand-written list. Each plays itself on a Scene and says which shipped
// rules must notice it. A new attack is one function and one line in attacks.cc.
#pragma once

#include <span>
#include <string_view>

#include "demo/scene.h"

namespace tocsin {

struct Attack {
  std::string_view name;
  void (*play)(Scene& scene);
};

std::span<const Attack> attacks();

// By where they aim; attacks.cc lists them.
void brute_force_ssh(Scene& scene);
void brute_force_account(Scene& scene);
void spray_passwords(Scene& scene);
void stuff_credentials(Scene& scene);
void take_account_over(Scene& scene);
void hammer_login_page(Scene& scene);
void guess_slowly(Scene& scene);
void try_unknown_ssh_users(Scene& scene);
void enumerate_users(Scene& scene);
void enter_as_root(Scene& scene);
void tire_second_factor(Scene& scene);
void flood_password_resets(Scene& scene);
void bomb_password_resets(Scene& scene);
void lock_accounts(Scene& scene);
void reuse_token(Scene& scene);

void inject_sql(Scene& scene);
void inject_scripts(Scene& scene);
void traverse_paths(Scene& scene);
void inject_commands(Scene& scene);
void forge_server_requests(Scene& scene);
void inject_templates(Scene& scene);
void send_log4shell(Scene& scene);
void use_web_shell(Scene& scene);
void scan_openly(Scene& scene);
void scan_for_pages(Scene& scene);
void look_for_software(Scene& scene);
void look_for_secrets(Scene& scene);
void steal_secret(Scene& scene);
void send_nonsense(Scene& scene);
void break_server(Scene& scene);
void fuzz_server(Scene& scene);
void flood_server(Scene& scene);
void ignore_limits(Scene& scene);
void touch_trap(Scene& scene);
void scrape_objects(Scene& scene);
void enumerate_objects(Scene& scene);
void exceed_rights(Scene& scene);
void attack_that_shop_sees(Scene& scene);

void include_files(Scene& scene);
void inject_nosql(Scene& scene);
void inject_ldap(Scene& scene);
void send_entities(Scene& scene);
void send_objects(Scene& scene);
void split_headers(Scene& scene);
void redirect_elsewhere(Scene& scene);
void explore_graphql(Scene& scene);
void command_web_shell(Scene& scene);
void try_exploits(Scene& scene);
void scan_in_disguise(Scene& scene);
void try_methods(Scene& scene);
void list_plugins(Scene& scene);
void send_slowly(Scene& scene);

void fail_sudo(Scene& scene);
void sudo_without_right(Scene& scene);
void stay_on_machine(Scene& scene);
void change_firewall(Scene& scene);
void switch_logging_off(Scene& scene);
void weaken_protection(Scene& scene);
void grant_right(Scene& scene);
void destroy_logs(Scene& scene);
void shell_from_service(Scene& scene);
void attack_journal(Scene& scene);
void use_canary(Scene& scene);

}  // namespace tocsin
